"""The words of the room: kinds of accounts and requests, their states, what became of a row."""

from __future__ import annotations

from django.db import models


class AccountKind(models.TextChoices):
    STAFF = "staff", "職員"
    CONTRACTOR = "contractor", "委託先"
    SHARED = "shared", "共用"


class RequestKind(models.TextChoices):
    """What widens somebody's rights and therefore wants a second person."""

    OPEN = "open", "利用者の登録"
    GRANT = "grant", "権限の付与"
    RESUME = "resume", "利用の再開"
    ROLE = "role", "役割の内容の変更"
    SHARED_IDS = "shared-ids", "共用IDの利用"


class RequestState(models.TextChoices):
    WAITING = "waiting", "承認待ち"
    APPROVED = "approved", "承認"
    REFUSED = "refused", "却下"
    TAKEN_BACK = "taken-back", "取下げ"


class NarrowingKind(models.TextChoices):
    """What one person may do to another's rights at once."""

    SUSPENSION = "suspension", "停止"
    TRANSFER = "transfer", "異動"
    RETIREMENT = "retirement", "退職"


class Decision(models.TextChoices):
    """What a manager says of a right in a review."""

    OPEN = "", "未確認"
    KEPT = "kept", "継続"
    WITHDRAWN = "withdrawn", "取消"


class Move(models.TextChoices):
    """What a personnel file says of a member of staff."""

    TRANSFER = "異動", "異動"
    RETIREMENT = "退職", "退職"
    LEAVE = "休職", "休職"
    ARRIVAL = "転入", "転入"


class Fate(models.TextChoices):
    """What became of a row of a personnel file."""

    APPLIED = "applied", "登録"
    REPEATED = "repeated", "登録済み"
    ASKED = "asked", "申請待ち"
    STRANGER = "stranger", "利用者なし"
    REJECTED = "rejected", "誤り"
