"""Preferable and allowable intervals (CDSi 6.5, 6.6).

The reference of 「前回から」 is the most recent dose of the series that counted or was not valid, as in CDSi:
law too asks for days between injections, whatever came of the earlier one.
"""

from datetime import date

from sesshu.schedule.logic.plan import Requirement
from sesshu.schedule.logic.skip import Progress
from sesshu.schedule.model import Reason
from sesshu.schedule.reckoning import Reckoning

Bound = tuple[date, date, str]
"""First day kept, the earlier dose it is counted from, and the gap."""


def bounds(requirement: Requirement, progress: Progress, reckoning: Reckoning) -> list[Bound]:
    """Every least interval that the next dose must keep."""
    row, found = requirement.row, []
    gap = row.unfinished_gap if progress.unfinished and row.unfinished_gap else row.gap
    if gap and progress.last is not None:
        found.append((reckoning.next_day(progress.last, gap), progress.last, gap))
    for number, wait in row.gap_from:
        reference = progress.satisfied.get(number)
        if reference is not None:
            found.append((reckoning.next_day(reference, wait), reference, wait))
    if row.gap_after_period is not None:
        period, wait = row.gap_after_period
        if period in progress.before:
            found.append((reckoning.next_day(progress.before[period], wait), progress.before[period], wait))
    return found


def too_short(
    requirement: Requirement, progress: Progress, day: date, reckoning: Reckoning
) -> tuple[Reason | None, Reason | None]:
    """A breach of the least interval, and a remark where only a doctor's judgement allows the dose."""
    for first, reference, gap in bounds(requirement, progress, reckoning):
        if day >= first:
            continue
        reason = Reason.of(
            "interval_too_short",
            (reference, reckoning.describe_gap(gap), first, (first - day).days),
            requirement.rule.article,
        )
        shorter = _doctor_gap(requirement, progress)
        if shorter and day >= reckoning.next_day(reference, shorter):
            return None, _by_doctor(requirement, reckoning, reference, gap, shorter)
        return reason, None
    return None, None


def too_long(requirement: Requirement, progress: Progress, day: date, reckoning: Reckoning) -> Reason | None:
    """A breach of the greatest interval, statutory only before 2014-04-01."""
    latest = requirement.row.latest_gap
    if latest is None or progress.last is None:
        return None
    last = reckoning.last_day(progress.last, latest)
    if day <= last:
        return None
    return Reason.of(
        "interval_too_long",
        (reckoning.describe_gap(latest), last, (day - last).days),
        requirement.rule.article,
    )


def _doctor_gap(requirement: Requirement, progress: Progress) -> str | None:
    row = requirement.row
    if progress.unfinished and row.unfinished_gap:
        return row.unfinished_doctor_gap
    return row.doctor_gap


def _by_doctor(
    requirement: Requirement, reckoning: Reckoning, reference: date, gap: str, shorter: str
) -> Reason:
    return Reason.of(
        "doctor_judged",
        (reference, reckoning.describe_gap(shorter), reckoning.describe_gap(gap)),
        requirement.rule.article,
    )
