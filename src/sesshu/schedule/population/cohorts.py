"""Cohorts: births for which a programme says the same of a horizon as long as no dose was given.

A window moves with the birth it is reckoned from. Where every window of a programme lies wholly before the
horizon or wholly after it, the day of birth no longer matters; nor does it where a season comes back every
year and the person is of age throughout. Most of a city stands so to most programmes.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta

from sesshu.schedule.supporting import Ages, Pack, Rule

_DAY = timedelta(days=1)
FIRST_BIRTH = date(1880, 1, 1)


class Cohorts:
    """The cohorts of one programme for one horizon."""

    def __init__(self, programme: str, pack: Pack, horizon_from: date, horizon_to: date) -> None:
        self._pack, self._from, self._to = pack, horizon_from, horizon_to
        self._rules = [r for r in pack.rules if r.programme == programme and not r.temporary]
        edges = {edge for rule in self._rules for edge in self._edges(rule)}
        self._edges_in_order = sorted(edge for edge in edges if FIRST_BIRTH < edge <= horizon_to)
        firsts = [FIRST_BIRTH, *self._edges_in_order]
        self._alike = [all(self._still(rule, birth) for rule in self._rules) for birth in firsts]

    def of(self, birth: date) -> int | None:
        """The number of the cohort that ``birth`` belongs to; None where each day of birth is its own."""
        if not FIRST_BIRTH <= birth <= self._to:
            return None
        number = bisect_right(self._edges_in_order, birth)
        return number if self._alike[number] else None

    def _edges(self, rule: Rule) -> Iterator[date]:
        """The births from which on a rule says something of another kind."""
        for dates in (rule.born, rule.not_born):
            if dates is not None:
                yield dates.start
                if dates.end < date.max:
                    yield dates.end + _DAY
        if rule.born_until is not None:
            yield rule.born_until + _DAY
        if rule.each == "pregnancy":
            return
        begins, ends = rule.in_force.start, rule.in_force.end
        for ages in (*rule.eligible, *(course.starting for course in rule.courses if course.starting)):
            if ages.start is not None:
                yield from (
                    self._first_after(ages.start, day) for day in (begins, ends, self._from, self._to)
                )
            if ages.end is not None:
                yield from (
                    self._first_after(ages.end, day)
                    for day in (
                        *((begins - _DAY,) if begins > date.min else ()),
                        ends,
                        self._from - _DAY,
                        self._to,
                    )
                )

    def _first_after(self, expression: str, day: date) -> date:
        """The first birth for which the expression's date lies after ``day``: a later birth, a later date."""
        low, high = FIRST_BIRTH.toordinal(), self._to.toordinal() + 1
        while low < high:
            middle = (low + high) // 2
            if self._pack.reckoning.point(expression, date.fromordinal(middle)) > day:
                high = middle
            else:
                low = middle + 1
        return date.fromordinal(low)

    def _still(self, rule: Rule, birth: date) -> bool:
        """True if no window of the rule reaches into the horizon, or it does so whatever the day of birth."""
        if rule.each == "pregnancy" or birth not in rule.born:
            return True
        if rule.born_until is not None and birth <= rule.born_until:
            return False
        return all(self._still_at(rule, ages, birth) for ages in rule.eligible if not ages.conditions)

    def _still_at(self, rule: Rule, ages: Ages, birth: date) -> bool:
        point, law = self._pack.reckoning.point, rule.in_force
        start = birth if ages.start is None else point(ages.start, birth)
        end = date.max if ages.end is None else point(ages.end, birth)
        opens, closes = max(start, law.start), min(end, law.end)
        if opens > closes or closes < self._from or opens > self._to:
            return True
        return rule.each is not None and start <= max(law.start, self._from) and end >= min(law.end, self._to)
