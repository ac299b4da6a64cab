"""「この人を誰が見たか」asked with a 団体内統合宛名番号; of who lives with whom nothing is known here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sesshu.intermediate import persons
from sesshu.intermediate.models import Person
from sesshu.intermediate.sealing import cabinet
from sesshu.intermediate.staff import naming
from sesshu.protection.tenancy import current
from sesshu.protection.trail.relations import Facts


class PersonRelations:
    """The answers of :class:`sesshu.protection.trail.relations.Source`."""

    def ids_of(self, number: str) -> list[int]:
        return [person.pk for person in persons.find([number], cabinet()).values()]

    def facts(self, ids: Iterable[int]) -> Mapping[int, Facts]:
        held = Person.objects.filter(municipality_code=current(), pk__in=list(ids))
        box = cabinet()
        return {person.pk: Facts(number=naming.number_of(person, box)) for person in held}
