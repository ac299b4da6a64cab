"""Windows after the ordinary one, for those whom special circumstances kept from it (長期療養特例).

Who was a target while the circumstances lasted is one again from the day they ended, for a time that the
pack tells and not past the age that it tells. Source: 施行令3条2項, 施行規則2条の8〜2条の10; how the courses
change: 実施規則9条5項 (Hib), 17条3項 (小児の肺炎球菌), 20条2項 (B型肝炎).
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from sesshu.schedule.logic.plan import Series
from sesshu.schedule.logic.stretch import Stretch, clip
from sesshu.schedule.model import LongTermIllness
from sesshu.schedule.supporting import Dates, LaterWindow, Rule
from sesshu.schedule.wording import REASON_ENDED

if TYPE_CHECKING:
    from sesshu.schedule.logic.relevance import Terms

_DAY = timedelta(days=1)


def stretches(terms: "Terms", rule: Rule, ordinary: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """The later windows that the rule has for the person, each after the ordinary ones."""
    return tuple(
        stretch
        for illness in terms.illnesses
        if not illness.programmes or rule.programme in illness.programmes
        for window in _windows(terms, rule)
        if _was_target(terms, rule, illness) and (stretch := _open(terms, rule, window, illness, ordinary))
    )


def beginnings(terms: "Terms", series: Series) -> tuple[Dates, ...]:
    """The days on which a later window lets the series begin whatever its age of beginning."""
    return tuple(
        Dates(stretch.start, stretch.end)
        for rule in series.rules()
        if not terms.bars[rule.number]
        for stretch in terms.stretches(rule)
        if stretch.later is not None and stretch.later.course == series.course
    )


def _windows(terms: "Terms", rule: Rule) -> Iterator[LaterWindow]:
    for window in terms.pack.later_windows:
        if not set(rule.serves) <= window.diseases:
            continue
        if not window.products or set(rule.products) <= window.products:
            yield window


def _open(
    terms: "Terms",
    rule: Rule,
    window: LaterWindow,
    illness: LongTermIllness,
    ordinary: tuple[Stretch, ...],
) -> Stretch | None:
    """「当該特別の事情がなくなった日から起算して二年を経過する日までの間」, the day itself counted."""
    after = [s.end + _DAY for s in ordinary if s.start <= illness.ended <= s.end]
    start = max([illness.ended, window.in_force.start, *after])
    end = min(terms.pack.reckoning.point(window.within, illness.ended), window.in_force.end)
    if window.until is not None:
        end = min(end, terms.point(window.until))
    stretch = clip(rule, start, end, REASON_ENDED, window)
    return stretch if start <= end and stretch.opens <= stretch.closes else None


def _was_target(terms: "Terms", rule: Rule, illness: LongTermIllness) -> bool:
    """True if the person was a target of any rule of the same disease and period meanwhile."""
    return any(
        stretch.opens <= stretch.closes
        and stretch.opens <= illness.ended
        and (illness.began is None or illness.began <= stretch.closes)
        for series in terms.plan.diseases[rule.serves[0]][rule.period]
        for target in series.targets
        for requirement in target.requirements
        if not terms.bars[requirement.rule.number]
        for stretch in terms.ordinary(requirement.rule)
    )
