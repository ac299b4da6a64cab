"""The vault's words, as its API takes them (``sesshu.numbers.choices``; a test keeps the two the same)."""

from __future__ import annotations

from django.db import models


class NumberPurpose(models.TextChoices):
    """Why a number is used (番号法9条1項 and 別表, 19条8号)."""

    VACCINATION = "vaccination", "予防接種の実施・記録の管理"
    RELIEF = "relief", "健康被害の救済給付"
    EXCHANGE = "exchange", "情報提供ネットワークシステムによる照会・提供"
    CORRECTION = "correction", "本人確認・個人番号の訂正"


class IdentityCheck(models.TextChoices):
    """How the person was checked before the number was taken (番号法16条)."""

    CARD = "card", "個人番号カード"
    PHOTO = "photo", "番号確認書類と写真付き身元確認書類"
    TWO_DOCUMENTS = "two-documents", "番号確認書類と写真のない身元確認書類2点"
    AGENT = "agent", "代理人（代理権・代理人の身元・本人の番号を確認）"


SCOPES = (
    "numbers.write", "numbers.search", "numbers.reveal", "numbers.tokens", "numbers.alarms",
    "numbers.erase", "numbers.accesses", "integrated", "exchange", "replica", "records",
)  # fmt: skip
