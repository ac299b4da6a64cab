"""自動応答不可 and 不開示 (DBM 40123-80123, M12): of a person, or of one kind of a person's information."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sesshu.intermediate import callers, persons
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.choices import ProvisionState
from sesshu.intermediate.models import InformationFlag, Person, Provision
from sesshu.intermediate.sealing import cabinet
from sesshu.protection import tenancy


@dataclass(frozen=True, slots=True)
class Flagging:
    """``information`` None: of the person as a whole."""

    integrated_number: str
    information: str | None
    no_auto_reply: bool
    nondisclosure: bool


def set_flags(flaggings: Sequence[Flagging], *, by: Caller) -> list[tuple[str, str]]:
    """Set them, the last one of a person counts. Provisions not yet answered are held back at once.

    :returns: (integrated number, ``set``) in order.
    """
    ids = persons.register(dict.fromkeys(each.integrated_number for each in flaggings), cabinet())
    whole = {ids[each.integrated_number]: each for each in flaggings if each.information is None}
    # All of them, in one order: an answer that is being made for one of them is committed before.
    held = Person.objects.select_for_update(no_key=True).filter(pk__in=ids.values()).order_by("pk")
    rows = [person for person in list(held) if person.pk in whole]
    for person in rows:
        person.no_auto_reply = whole[person.pk].no_auto_reply
        person.nondisclosure = whole[person.pk].nondisclosure
    Person.objects.bulk_update(rows, ["no_auto_reply", "nondisclosure"])
    _set_single(flaggings, ids)
    _hold_back(flaggings, ids)
    callers.record("flags", by, count=len(flaggings))
    return [(each.integrated_number, "set") for each in flaggings]


def _set_single(flaggings: Sequence[Flagging], ids: dict[str, int]) -> None:
    single = {
        (ids[each.integrated_number], each.information): each
        for each in flaggings
        if each.information is not None
    }
    InformationFlag.objects.bulk_create(
        [
            InformationFlag(
                person_id=person,
                information=information,
                no_auto_reply=each.no_auto_reply,
                nondisclosure=each.nondisclosure,
            )
            for (person, information), each in sorted(single.items(), key=lambda item: str(item[0]))
        ],
        update_conflicts=True,
        unique_fields=["person", "information"],
        update_fields=["no_auto_reply", "nondisclosure"],
    )


def _hold_back(flaggings: Sequence[Flagging], ids: dict[str, int]) -> None:
    open_ones = Provision.objects.filter(municipality_code=tenancy.current(), state=ProvisionState.RECEIVED)
    for each in flaggings:
        if each.no_auto_reply:
            theirs = open_ones.filter(person_id=ids[each.integrated_number], decided_at=None)
            if each.information is not None:
                theirs = theirs.filter(information=each.information)
            theirs.update(state=ProvisionState.WAITING)
