"""The bytes of an audit event that are hashed: JSON in the canonical form of RFC 8785 (JCS).

``docs/formats/audit-log.md`` tells the fields, so that anybody can write a verifier. Whatever can stand in
an event (text, integers within ±2^53, true, false, null, lists, objects with ASCII names) has one encoding
only; a float has no place in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

VERSION = 1
FIELDS = (
    "account", "action", "actor", "at", "count", "detail", "id", "municipality", "purpose", "result",
    "subjects", "terminal", "v",
)  # fmt: skip


def moment(at: datetime) -> str:
    """``2026-11-28T01:02:03.000004Z``: UTC with six decimals, always."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"


def encode(fields: Mapping[str, Any]) -> bytes:
    """The canonical bytes of one event; they hold no line break.

    :param fields: :data:`FIELDS`, ``at`` being a :class:`datetime`.
    """
    return _text({**fields, "v": VERSION, "at": moment(fields["at"])}).encode()


_text = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False
).encode
