"""Conditional skip (CDSi 6.2): target doses that law no longer allows once a limit has passed."""

from dataclasses import dataclass, field
from datetime import date

from sesshu.schedule.logic.plan import Target
from sesshu.schedule.logic.relevance import Terms


@dataclass(slots=True, eq=False)
class Progress:
    """How far a series has come: satisfied target numbers and their days, and the last counted day.

    ``before`` holds the days on which earlier periods of the same disease were last satisfied.
    """

    index: int = 0
    satisfied: dict[int, date] = field(default_factory=dict)
    last: date | None = None
    first_satisfied: date | None = None
    last_satisfied: date | None = None
    unfinished: bool = False
    before: dict[str, date] = field(default_factory=dict)

    def copy(self) -> "Progress":
        """A second pointer into the same history."""
        return Progress(
            self.index,
            self.satisfied,
            self.last,
            self.first_satisfied,
            self.last_satisfied,
            self.unfinished,
            self.before,
        )

    def satisfy(self, number: int, day: date) -> None:
        """Note that the target of that number was satisfied on ``day``."""
        self.satisfied[number] = day
        if self.first_satisfied is None:
            self.first_satisfied = day
        self.last_satisfied = day


def skipped(target: Target, progress: Progress, day: date, terms: Terms) -> bool:
    """True if ``target`` is passed over on ``day``: its limit is past, or the previous dose was late.

    A first dose is never skipped. Source: 実施規則10条2項但書 (Hib), 17条1項 (小児の肺炎球菌).
    """
    if progress.last_satisfied is None:
        return False
    skip_after, until = terms.skip_after(target), terms.until(target)
    if skip_after is not None and progress.last_satisfied > skip_after:
        return True
    return until is not None and day > until


def advance(targets: list[Target], progress: Progress, day: date, terms: Terms) -> Target | None:
    """Move past the targets skipped on ``day``; the current target, or None when all are done."""
    while progress.index < len(targets):
        target = targets[progress.index]
        if not target.may_be_skipped or not skipped(target, progress, day, terms):
            return target
        until = terms.until(target)
        if until is not None and day > until:
            progress.unfinished = True
        progress.index += 1
    return None
