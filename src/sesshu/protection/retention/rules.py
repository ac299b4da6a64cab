"""What is kept how long, by which law, and how it is erased: rooms register a rule for all they hold.

A rule speaks of *subjects*: a person with everything that hangs on the person, a clinic's file with its
rows, a list with its rows. Source of the persons' period: 予防接種法施行規則4条1項 (2026-06-01), records of
routine vaccinations as electronic records until five years have passed from the day after the death.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sesshu.kernel import dates

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subject whose period is over. ``since``: the event that the period runs from."""

    subject: int
    since: date


@dataclass(frozen=True, slots=True)
class Rule:
    """``tables`` tells the labels of all that goes with a subject.

    :param years: the period; the law's where ``basis`` cites one, else the city's own; 0 for what no period
        ends but an order alone.
    :param candidates: (last day of an event whose period is over, subjects or None for all) → candidates.
        Given subjects it answers of these alone: asked again on the day of the erasure.
    :param erase: erases the subjects' rows in the current transaction; rows gone, by table.
    :param outside: (municipality, subjects) erases what other systems hold, before the rows go and outside
        their transaction; may be called twice for the same subjects. Receipts.
    :param page: the name of the address that shows a subject, for those who may open it.
    """

    code: str
    title: str
    basis: str
    event: str
    years: int
    tables: Callable[[], tuple[str, ...]]
    candidates: Callable[[date, Sequence[int] | None], Iterable[Candidate]]
    erase: Callable[[Sequence[int]], Mapping[str, int]]
    outside: Callable[[str, Sequence[int]], Sequence[str]] | None = None
    page: str = ""

    def kept_until(self, since: date) -> date:
        """The last day of the period: it begins on the day after the event (民法140条, 143条)."""
        return dates.reach(since + _DAY, years=self.years)

    def due(self, today: date, subjects: Sequence[int] | None = None) -> list[Candidate]:
        """Whose period is over on ``today``."""
        last_event = self._last_event(today)
        found = self.candidates(last_event, subjects)
        return [each for each in found if self.kept_until(each.since) < today]

    def _last_event(self, today: date) -> date:
        """A day on which or before which every event lies whose period may be over."""
        return date(today.year - self.years, today.month, min(today.day, 28)) + 3 * _DAY


class UnknownRule(LookupError):
    pass


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A table that no rule of this room's screens erases, and what does or why it stays."""

    table: str
    reason: str


_rules: dict[str, Rule] = {}
_elsewhere: dict[str, Elsewhere] = {}


def register(rule: Rule) -> None:
    """Add a rule; the same code again replaces it."""
    _rules[rule.code] = rule


def register_elsewhere(table: str, reason: str) -> None:
    """Say of a table (its label) why no rule erases it."""
    _elsewhere[table] = Elsewhere(table, reason)


def rule(code: str) -> Rule:
    """:raises UnknownRule: for a code that no room registered."""
    try:
        return _rules[code]
    except KeyError:
        raise UnknownRule(code) from None


def rules() -> tuple[Rule, ...]:
    """All with a period, by code."""
    return tuple(_rules[code] for code in sorted(_rules) if _rules[code].years)


def elsewhere() -> tuple[Elsewhere, ...]:
    return tuple(_elsewhere[table] for table in sorted(_elsewhere))
