"""What stands in the outbox, and how far it has come."""

from __future__ import annotations

from django.db import models


class Kind(models.TextChoices):
    """One message about one person; in the order in which they must arrive."""

    ASSIGN = "assign", "統合宛名番号の付番"
    UPDATE = "update", "宛名の変更"
    PART = "part", "名寄せの取消"
    FLAGS = "flags", "自動応答不可・不開示"
    PUT = "put", "副本の登録"
    WITHDRAW = "withdraw", "副本の取下げ"
    JOIN = "join", "名寄せ"


# The person first, then what protects the person, then what may be provided. Two persons are parted before
# one's records are put again, and joined after the other's were withdrawn.
PRIORITY = {
    Kind.ASSIGN: 0, Kind.UPDATE: 0, Kind.PART: 0, Kind.FLAGS: 1, Kind.PUT: 2, Kind.WITHDRAW: 2, Kind.JOIN: 3,
}  # fmt: skip


class State(models.TextChoices):
    WAITING = "waiting", "送信待ち"
    SENDING = "sending", "送信中"
    SENT = "sent", "送信済み"
    REFUSED = "refused", "受け付けられなかったもの"
