"""Days between different vaccines, so that the demo's regular doses do not collide.

Source: 定期接種実施要領. Until 2020-09-30 another vaccine had to wait 27 full days after a live one and 6
after an inactivated one; since then only injected live after injected live waits 27. The same day is free.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from sesshu.demo.adult_doses import Dose

_RELAXED = date(2020, 10, 1)
_LIVE = frozenset({"BCG", "MR", "M", "R", "VZV-live"})
_AFTER_LIVE, _AFTER_INACTIVATED = timedelta(days=28), timedelta(days=7)


def free_day(vaccine: str, earliest: date, day: date, given: Sequence[Dose]) -> date:
    """`day`, when no dose in `given` (in the order of days) is too near.

    Else the day of the latest visit, if the dose is allowed then: families have it done together. Else
    the first day that keeps every distance.
    """
    free = _after(vaccine, day, given)
    if free == day:
        return day
    visit = given[-1].day
    if earliest <= visit < day and _after(vaccine, visit, given) == visit:
        return visit
    return free


def together(doses: Iterable[Dose]) -> Iterator[Dose]:
    """Doses in the order of days, each drawn to the day of the one before it when it would be too near."""
    previous: Dose | None = None
    for dose in doses:
        if previous and dose.day < _RELAXED and dose.day - previous.day < _AFTER_INACTIVATED:
            dose = dose._replace(day=previous.day)
        yield dose
        previous = dose


def _after(vaccine: str, day: date, given: Sequence[Dose]) -> date:
    free = day
    for dose in reversed(given):
        if day - dose.day >= _AFTER_LIVE:
            break
        if dose.day < day:
            free = max(free, dose.day + _distance(dose.vaccine, vaccine, day))
    return free


def _distance(before: str, after: str, day: date) -> timedelta:
    if day >= _RELAXED:
        return _AFTER_LIVE if before in _LIVE and after in _LIVE else timedelta()
    return _AFTER_LIVE if before in _LIVE else _AFTER_INACTIVATED
