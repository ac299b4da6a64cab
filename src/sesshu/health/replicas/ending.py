"""Before a person's rows are erased, what the city registered of the person is taken back (H21, S08)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F

from sesshu.addressees.individual_numbers.exchange import Refused, tell
from sesshu.health.replicas.contents import INFORMATION
from sesshu.health.replicas.models import Connection, ReplicaRecord
from sesshu.kernel.command import Refused as NotPossible
from sesshu.protection.tenancy import acting_for, current

_AT_ONCE = 1000
_PROCESS = "erasure"


def withdraw(municipality: str, persons: Sequence[int]) -> list[str]:
    """Withdraw these persons' records. May be called again for the same persons.

    :raises Unreachable: when the door does not answer; nobody's rows go then.
    """
    with acting_for(municipality):
        rows = _prepared(persons)
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        try:
            said = tell(municipality, "/v1/exchange/replicas", process=_PROCESS, records=part)
        except Refused as refused:
            raise NotPossible(str(refused)) from refused
        left = [row for row in said if row["state"] == "refused"]
        if left:
            raise NotPossible(f"副本を取り下げられません（{len(left)}件）。{left[0].get('message') or ''}")
    return [f"replicas:{len(rows)}"] if rows else []


@transaction.atomic
def _prepared(persons: Sequence[int]) -> list[dict[str, Any]]:
    if not Connection.objects.filter(municipality_code=current()).exists():
        return []
    held = ReplicaRecord.objects.filter(municipality_code=current(), addressee_id__in=list(persons), put=True)
    ids = list(held.values_list("pk", flat=True))
    held.update(put=False, sequence=F("sequence") + 1)
    found = ReplicaRecord.objects.filter(
        municipality_code=current(), addressee_id__in=list(persons), put=False
    ).select_related("addressee")
    assert set(ids) <= {record.pk for record in found}
    return [_row(record) for record in found.order_by("pk")]


def _row(record: ReplicaRecord) -> dict[str, Any]:
    return {
        "addressee_number": record.addressee.number,
        "record_id": record.record_id,
        "information": INFORMATION,
        "sequence": record.sequence,
        "action": "withdraw",
        "content": None,
    }
