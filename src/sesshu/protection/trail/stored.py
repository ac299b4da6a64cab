"""The canonical bytes of stored events, put together by PostgreSQL: five times as fast as field by field.

The result is that of :func:`sesshu.protection.trail.canonical.encode` (a test compares them). PostgreSQL's
JSON texts escape as RFC 8785 does; only ``detail``, whose keys ``jsonb`` orders by length, is put in order
here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

_EMPTY = "{}"
# Everything before the detail, the detail, everything after it: three columns of the event ``e``.
COLUMNS = """
    '{"account":' || coalesce(e.account_id::text, 'null') || ',"action":' || to_json(e.action)
        || ',"actor":' || to_json(e.actor)
        || ',"at":"' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        || '","count":' || e.count || ',"detail":',
    e.detail::text,
    ',"id":' || e.id || ',"municipality":' || to_json(e.municipality_code)
        || ',"purpose":' || to_json(e.purpose)
        || ',"result":' || to_json(e.result) || ',"subjects":[' || array_to_string(e.subjects, ',')
        || '],"terminal":' || to_json(e.terminal) || ',"v":1}'
"""
_ordered = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), check_circular=False
).encode


def entry(before: str, detail: str, after: str) -> bytes:
    """The canonical bytes from the three columns."""
    if detail != _EMPTY:
        detail = _ordered(json.loads(detail))
    return (before + detail + after).encode()


def asked(query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
