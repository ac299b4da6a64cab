"""What taking data out is for, where it goes and how far it has come (S06)."""

from __future__ import annotations

from django.db import models


class LegalBasis(models.TextChoices):
    """Why data may leave the system; each is a ground in law or in the city's own duties."""

    OWN_WORK = "own-work", "予防接種事務の遂行（予防接種法5条・6条）"
    COMMISSIONED = "commissioned", "委託先への提供（個人情報保護法66条2項・委託契約）"
    REPORT = "report", "国・県への報告（予防接種法23条）"
    DISCLOSURE = "disclosure", "本人への開示（個人情報保護法76条）"
    OTHER_CITY = "other-city", "他市区町村への提供（番号法19条8号・9号）"
    OFFLINE_LINK = "offline-link", "中間サーバーとのオフライン連携（番号法19条8号）"

    @property
    def allows_numbers(self) -> bool:
        """Whether a file on this ground may hold an 個人番号: only where 番号法19条 says so."""
        return self in {LegalBasis.OTHER_CITY, LegalBasis.OFFLINE_LINK}


class State(models.TextChoices):
    REQUESTED = "requested", "承認待ち"
    REFUSED = "refused", "却下"
    WITHDRAWN = "withdrawn", "取下げ"
    APPROVED = "approved", "作成中"
    FAILED = "failed", "作成失敗"
    READY = "ready", "受取待ち"
    FETCHED = "fetched", "持出し済み"
    CLOSED = "closed", "消去確認済み"
    EXPIRED = "expired", "期限切れ"

    @property
    def is_over(self) -> bool:
        return self in {State.REFUSED, State.WITHDRAWN, State.CLOSED, State.EXPIRED, State.FAILED}


class MediumKind(models.TextChoices):
    USB = "usb", "USBメモリ"
    DISK = "disk", "外付けディスク"
    OPTICAL = "optical", "光ディスク"
    OTHER = "other", "その他"


class MediumEvent(models.TextChoices):
    REGISTERED = "registered", "登録"
    LENT = "lent", "持出し"
    RETURNED = "returned", "返却"
    ERASED = "erased", "消去"
    LOST = "lost", "紛失"
    DISPOSED = "disposed", "廃棄"


class ErasureMethod(models.TextChoices):
    """NIST SP 800-88 Rev. 2: clear, purge, destroy."""

    CLEAR = "clear", "上書き消去（Clear）"
    CRYPTO = "crypto", "暗号鍵の破棄（Purge・暗号化消去）"
    PURGE = "purge", "機器の消去コマンド（Purge）"
    DESTROY = "destroy", "物理破壊（Destroy）"
