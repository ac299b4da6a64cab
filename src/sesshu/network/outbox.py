"""What the core has to tell an institution stands here first, written in the transaction that decided it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from sesshu.kernel import clock
from sesshu.network.choices import Sort
from sesshu.network.core_keys import Master
from sesshu.network.models import Outgoing

CHANNEL = "network_outbox"
TABLE = "network_outgoing"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is ready to go. ``reference``: the permit's id, where it speaks of one; of a 符号 the
    keyed digest of its 取得番号, shortened."""

    institution: str
    sort: Sort
    text: str
    reference: str = ""
    expires_at: datetime | None = None


def put(letters: Iterable[Letter], master: Master) -> int:
    """Queue them; dispatchers are woken when the transaction commits."""
    at = clock.now()
    rows = Outgoing.objects.bulk_create(_row(letter, at, master) for letter in letters)
    if rows:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    return len(rows)


def text_of(row: Outgoing, master: Master) -> str:
    """The message itself."""
    return master.open(bytes(row.sealed), TABLE, str(row.pk))


def _row(letter: Letter, at: datetime, master: Master) -> Outgoing:
    pk = uuid.uuid4()
    return Outgoing(
        id=pk,
        institution_id=letter.institution,
        sort=letter.sort,
        reference=letter.reference,
        sealed=master.seal(letter.text, TABLE, str(pk)),
        queued_at=at,
        expires_at=letter.expires_at,
    )
