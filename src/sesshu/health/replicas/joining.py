"""名寄せ of the ledger told on: what is one person here is one 団体内統合宛名番号 there, and two when undone.

A city that is asked finds the person by one number alone. Told one by one, and again as often as one likes:
what has been done already is known by the door's own word.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sesshu.addressees.individual_numbers.exchange import Refused, tell
from sesshu.addressees.models import Merge
from sesshu.health.replicas.choices import Kind
from sesshu.health.replicas.models import OutboxEntry
from sesshu.protection.tenancy import acting_for

REASON = "健康管理システムの名寄せ"
# Joined already, or never joined: as it is to be.
_AS_WANTED = {Kind.JOIN: "same", Kind.PART: "not_found"}
_OF_THE_PERSONS = frozenset({"not_found", "number", "two_numbers", "later"})
_DONE = {"state": "done", "message": ""}


def tell_each(municipality: str, entries: Iterable[OutboxEntry]) -> list[tuple[OutboxEntry, dict[str, Any]]]:
    """Each with what came of it.

    :raises Unreachable, Refused: as the door behaves to any message.
    """
    return [(entry, _told(municipality, entry)) for entry in entries]


def _told(municipality: str, entry: OutboxEntry) -> dict[str, Any]:
    person, winner = entry.addressee.number, _winner(municipality, entry)
    try:
        if entry.kind == Kind.PART:
            tell(
                municipality, "/v1/integrated/unmerge", reason=REASON,
                addressee_number=person, kept=winner,
            )  # fmt: skip
        elif winner is not None:  # else it was undone since
            tell(municipality, "/v1/integrated/merge", reason=REASON, keep=winner, absorb=person)
    except Refused as error:
        if error.code == _AS_WANTED[Kind(entry.kind)]:
            return _DONE
        if error.code not in _OF_THE_PERSONS:
            raise
        return {"state": "refused", "message": str(error)}
    return _DONE


def _winner(municipality: str, entry: OutboxEntry) -> str | None:
    """With whom the person is one now, or was one until the 名寄せ was undone."""
    if entry.kind == Kind.JOIN:
        return entry.addressee.merged_into.number if entry.addressee.merged_into else None
    with acting_for(municipality):
        undone = Merge.objects.filter(
            municipality_code=municipality, loser=entry.addressee_id, undone_at__isnull=False
        )
        last = undone.select_related("winner").order_by("undone_at").last()
        return last.winner.number if last else None
