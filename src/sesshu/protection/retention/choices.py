"""How far an erasure has come."""

from __future__ import annotations

from django.db import models

# The code of the run that erases all that a municipality has.
WHOLE = "municipality"


class RunState(models.TextChoices):
    REQUESTED = "requested", "承認待ち"
    REFUSED = "refused", "却下"
    WITHDRAWN = "withdrawn", "取下げ"
    APPROVED = "approved", "消去中"
    DONE = "done", "消去済み"


class ItemState(models.TextChoices):
    LISTED = "listed", "消去の候補"
    EXCLUDED = "excluded", "除外"
    ERASED = "erased", "消去済み"
    KEPT = "kept", "期限が変わったため保存"
