"""What the vault is asked for, by whom and on what ground."""

from __future__ import annotations

from django.db import models


class NumberPurpose(models.TextChoices):
    """Why a number is used. Each has tokens of its own, so that two uses cannot be joined (control 40).

    Ground: 番号法9条1項 and 別表 (予防接種法による予防接種の実施に関する事務), 19条8号 for the exchange.
    """

    VACCINATION = "vaccination", "予防接種の実施・記録の管理"
    RELIEF = "relief", "健康被害の救済給付"
    EXCHANGE = "exchange", "情報提供ネットワークシステムによる照会・提供"
    CORRECTION = "correction", "本人確認・個人番号の訂正"


class IdentityCheck(models.TextChoices):
    """How the person was checked before the number was taken (番号法16条, 同施行令12条; S11, control 1)."""

    CARD = "card", "個人番号カード"
    PHOTO = "photo", "番号確認書類と写真付き身元確認書類"
    TWO_DOCUMENTS = "two-documents", "番号確認書類と写真のない身元確認書類2点"
    AGENT = "agent", "代理人（代理権・代理人の身元・本人の番号を確認）"
    REGISTER = "register", "住民基本台帳からの取得"
    BUSINESS = "business", "届出を受けた業務システムでの確認"


class Scope(models.TextChoices):
    """The operations that a system may be allowed."""

    WRITE = "numbers.write", "登録・変更"
    SEARCH = "numbers.search", "番号による検索"
    REVEAL = "numbers.reveal", "番号の表示"
    RESOLVE = "numbers.resolve", "番号の一括取得"
    TOKENS = "numbers.tokens", "トークンの発行"
    ALARMS = "numbers.alarms", "重複警告の確認"
    ERASE = "numbers.erase", "消去"
    ACCESSES = "numbers.accesses", "利用記録の照合"
    INTEGRATED = "integrated", "団体内統合宛名番号の付番・照会・更新・名寄せ"
    EXCHANGE = "exchange", "情報照会"
    REPLICA = "replica", "副本の登録・提供の制限"
    RECORDS = "records", "情報提供等記録の照会"
