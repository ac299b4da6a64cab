"""A person's circumstances (個別の事情) as the schedule takes them. No Django: workers use it too."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Literal

from sesshu.schedule import Exclusion, LongTermIllness, Person


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What stands recorded of one person beside the doses; the fields are those of :class:`Person`."""

    due_dates: tuple[date, ...] = ()
    conditions: frozenset[str] = frozenset()
    long_term_illness: tuple[LongTermIllness, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()

    def person(self, birth: date | None, sex: Literal["M", "F"] | None) -> Person:
        """The person as the rules see one; ``birth`` is None when the date is unknown (不詳)."""
        return Person(birth, sex, self.due_dates, self.conditions, self.long_term_illness, self.exclusions)

    @property
    def first(self) -> str:
        """The name of the first field of which anything is recorded; empty if of none."""
        return next((field.name for field in fields(self) if getattr(self, field.name)), "")

    def with_due_date(self, due: date) -> Circumstances:
        """The same person in one pregnancy more."""
        due_dates = tuple(sorted({*self.due_dates, due}))
        return Circumstances(due_dates, self.conditions, self.long_term_illness, self.exclusions)


NONE = Circumstances()
