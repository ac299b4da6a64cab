"""What goes into the population path and comes out of it: columns, one value for each person or dose."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sesshu.schedule.model import Exclusion, LongTermIllness
from sesshu.schedule.supporting import Pack

Column = NDArray[Any]
STATUSES = ("eligible", "not_yet", "complete", "aged_out", "not_target")
EVALUATIONS = ("", "valid", "not_valid", "extraneous", "sub_standard")
SEXES = (None, "M", "F")
REASONS = (
    "", "in_window", "window", "interval", "not_before", "after_limit", "vaccine_interval", "completed",
    "other_product", "window_passed", "no_more_doses", "product_ended", "birth_unknown", "sex", "sex_unknown",
    "birth_cohort", "no_due_date", "condition", "excluded", "after_exclusion",
)  # fmt: skip
DATES = (
    "eligible_from", "eligible_to", "earliest", "recommended_from", "recommended_to", "last_day",
)  # fmt: skip
SMALL = ("status", "next_dose", "remaining", "reason")


@dataclass(frozen=True, slots=True, eq=False)
class Residents:
    """``birth``: ordinals, 0 if unknown; ``sex``: places in ``SEXES``; ``conditions``: ``condition_bits``.

    The others hold the few, by their place in the columns, who are or were pregnant, who were kept from
    vaccination by special circumstances, or who are excluded from one.
    """

    birth: Column
    sex: Column
    conditions: Column
    due_dates: dict[int, tuple[date, ...]] = field(default_factory=dict)
    long_term_illness: dict[int, tuple[LongTermIllness, ...]] = field(default_factory=dict)
    exclusions: dict[int, tuple[Exclusion, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.birth)


@dataclass(frozen=True, slots=True, eq=False)
class Doses:
    """In order of person, then day. ``vaccine``: place in the pack's vaccines, -1 when unknown.

    ``lot_expiry``: ordinals, 0 when not recorded.
    """

    person: Column
    day: Column
    vaccine: Column
    lot_expiry: Column

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Statuses as arrays of programme × person, verdicts as arrays over doses.

    Dates are ordinals, 0 where there is none; ``next_dose``, ``remaining`` and ``number`` are -1 where there
    is none; ``status``, ``reason`` and ``evaluation`` are places in the tuples above; ``programme`` is one in
    the pack's programmes or -1; ``article`` is that of the first reason, in ``openings.articles``.
    ``fallbacks`` counts those whom the scalar engine answered, by reason.
    """

    statuses: dict[str, Column]
    programme: Column
    number: Column
    evaluation: Column
    routine: Column
    fallbacks: dict[str, int] = field(default_factory=dict)


def doses_of(person: Column, day: Column, vaccine: Column) -> Doses:
    """Doses without expiry dates, put in order."""
    order = np.lexsort((day, person))
    return Doses(
        person[order].astype(np.int32),
        day[order].astype(np.int32),
        vaccine[order].astype(np.int16),
        np.zeros(len(order), np.int32),
    )


def condition_bits(pack: Pack, conditions: frozenset[str]) -> int:
    """The conditions as bits, in the pack's order."""
    return sum(1 << n for n, code in enumerate(pack.conditions) if code in conditions)
