"""Age (CDSi 6.4): is the dose given inside the window that the rule opens for this person?"""

from datetime import date
from typing import Literal

from sesshu.schedule.logic.plan import Requirement
from sesshu.schedule.logic.relevance import Terms
from sesshu.schedule.logic.stretch import Stretch
from sesshu.schedule.model import Reason
from sesshu.schedule.wording import WINDOW_START

Age = Literal["ok", "early", "late"]


def age(requirement: Requirement, day: date, terms: Terms) -> tuple[Age, Stretch | None]:
    """Where ``day`` lies, and the window it lies in or is nearest to."""
    nearest: Stretch | None = None
    verdict: Age = "late"
    for stretch in terms.stretches(requirement.rule):
        if stretch.start <= day <= stretch.end:
            return ("early" if too_young(requirement, day, terms) else "ok"), stretch
        if day < stretch.start:
            if nearest is None:
                return "early", stretch
            break
        nearest, verdict = stretch, "late"
    return verdict, nearest


def too_young(requirement: Requirement, day: date, terms: Terms) -> bool:
    """True before the age that this dose of the course asks for, whatever the window."""
    not_before = requirement.row.not_before
    return not_before is not None and day < terms.point(not_before)


def too_early(requirement: Requirement, stretch: Stretch | None, day: date, terms: Terms) -> Reason:
    """「早すぎます: 生後2月に達した日は2026-07-09、3日早い接種です。」"""
    start, text = (stretch.start, stretch.start_text) if stretch is not None else (day, WINDOW_START)
    not_before = requirement.row.not_before
    if not_before is not None and terms.point(not_before) > max(day, start):
        start, text = terms.point(not_before), terms.pack.reckoning.describe(not_before)
    values = (text, start, (start - day).days)
    return Reason.of("too_early", values, requirement.rule.article)


def too_late(requirement: Requirement, stretch: Stretch | None, day: date, _terms: Terms) -> Reason:
    """「遅すぎます: 対象期間は2028-07-09まで、3日過ぎた接種です。」"""
    end = stretch.end if stretch is not None else day
    values = (end, (day - end).days)
    return Reason.of("too_late", values, requirement.rule.article)
