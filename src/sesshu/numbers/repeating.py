"""Idempotency-Key: a repeated write gets the first one's answer and does nothing (IETF draft, §2).

The fingerprint of what was asked is keyed with the tenant's index key, since it covers a number.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection

from sesshu.kernel import clock
from sesshu.numbers import refusals
from sesshu.numbers.models import Answer
from sesshu.protection import tenancy
from sesshu.protection.keys import wrapping

KEPT = timedelta(hours=24)
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def once(client: str, key: str, asked: dict[str, Any], act: Callable[[], tuple[int, Any]]) -> tuple[int, Any]:
    """What ``act`` answers, or what it answered to the same key.

    :raises Refusal: when the key is missing, or was used for something else.
    """
    if not 8 <= len(key) <= 100:
        raise refusals.Refusal(422, "idempotency_key", "Idempotency-Key(8文字以上)を付けてください。")
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"{tenancy.current()}|{client}|{key}"])
    held = Answer.objects.filter(municipality_code=tenancy.current(), client=client, key=key)
    known = held.select_related("index_key").first()
    if known is not None:
        if bytes(known.fingerprint) != _fingerprint(asked, known.index_key):
            raise refusals.Refusal(
                422, "idempotency_key", "この Idempotency-Key は別の内容の要求に使われています。"
            )
        return known.status, known.body
    tenant_key = wrapping.held_tenant_key()
    status, body = act()
    Answer.objects.create(
        client=client, key=key, index_key=tenant_key, fingerprint=_fingerprint(asked, tenant_key),
        status=status, body=body, at=clock.now(),
    )  # fmt: skip
    return status, body


def forget_old() -> int:
    """Remove answers older than :data:`KEPT` of the municipality acted for."""
    return Answer.objects.filter(municipality_code=tenancy.current(), at__lt=clock.now() - KEPT).delete()[0]


def _fingerprint(asked: dict[str, Any], tenant_key: Any) -> bytes:
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False, default=str)
    return wrapping.pair(tenant_key).digest(b"request\x1f" + text.encode())
