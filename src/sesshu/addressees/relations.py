"""What the watch over the log asks of persons: who is the same person, who lives with whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Q

from sesshu.addressees.selectors import addressees, is_protected
from sesshu.protection.trail.relations import Facts


class AddresseeRelations:
    """The answers of :class:`sesshu.protection.trail.relations.Source`."""

    def ids_of(self, number: str) -> list[int]:
        found = addressees().filter(number=number).values_list("pk", "merged_into_id").first()
        if found is None:
            return []
        kept = found[1] or found[0]
        same = addressees().filter(Q(pk=kept) | Q(merged_into_id=kept)).order_by("pk")
        return list(same.values_list("pk", flat=True))

    def facts(self, ids: Iterable[int]) -> Mapping[int, Facts]:
        wanted = list(ids)
        protected = is_protected(wanted)
        rows = (
            addressees()
            .filter(pk__in=wanted)
            .values_list("pk", "number", "household_number", "address_key", "name")
        )
        return {
            pk: Facts(number, household, address, _family(name), pk in protected)
            for pk, number, household, address, name in rows
        }


def _family(name: str) -> str:
    """The family name, where the name is written with a space between the two."""
    family, space, _ = name.replace("　", " ").partition(" ")
    return family if space else ""
