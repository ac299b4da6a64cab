"""Values that the tables of sign-in name."""

from __future__ import annotations

from django.db import models


class Stray(models.TextChoices):
    UNKNOWN = "unknown", "登録のない利用者ID"
    LOCKED = "locked", "停止中の利用者ID（登録なし）"
    TICKET = "ticket", "登録のない利用者IDの登録コード"


class TicketKind(models.TextChoices):
    FIRST = "first", "新規登録"
    LOST = "lost", "再登録"


class CheckMethod(models.TextChoices):
    """How it was made sure that it is this member of staff (S11)."""

    STAFF_CARD = "staff-card", "対面で職員証の写真と照合"
    ID_DOCUMENT = "id-document", "対面で運転免許証・マイナンバーカード等と照合"
    SUPERIOR = "superior", "所属長が対面で本人と確認"


class RecoveryState(models.TextChoices):
    ASKED = "asked", "承認待ち"
    APPROVED = "approved", "承認済み"
    REFUSED = "refused", "差戻し"
    WITHDRAWN = "withdrawn", "取下げ"
