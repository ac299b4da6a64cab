"""The reasons of a dose's ground, in the words of :mod:`sesshu.schedule.logic`."""

from datetime import date

from sesshu.schedule.logic.condition import condition
from sesshu.schedule.logic.evaluation import (
    _article,
    _other_course,
    _other_history,
    _same_day,
    _wrong_product,
)
from sesshu.schedule.logic.history import Record
from sesshu.schedule.logic.plan import Requirement, Target
from sesshu.schedule.logic.recurring import _turn_name
from sesshu.schedule.logic.vaccine import not_in_force
from sesshu.schedule.model import Reason
from sesshu.schedule.population.columns import REASONS
from sesshu.schedule.population.grounds import Ground
from sesshu.schedule.supporting import Pack
from sesshu.schedule.verdicts import _BARRED
from sesshu.schedule.wording import LAW_START

Told = tuple[int, int, int]
"""The day of the ground, and two values more that the kind names."""


def sentences(
    ground: Ground, record: Record, told: Told, remarked: tuple[Reason, ...], pack: Pack
) -> tuple[Reason, ...]:
    """The reasons of ``ground`` for a dose; ``remarked`` is what else is to be said of one that counts."""
    if ground.kind == "nothing":
        return ()
    remarks = () if ground.remark is None else (_remark(ground, record),)
    if remarked or ground.kind == "remarks":
        each = ground.requirement is not None and ground.requirement.rule.each
        return (*remarked, *remarks) if each else (*remarks, *remarked)
    if ground.requirement is not None:
        return (_of_rule(ground, ground.requirement, record, told, pack), *remarks)
    return (_of_course(ground, record, told, pack),)


def _remark(ground: Ground, record: Record) -> Reason:
    assert ground.remark is not None
    say = not_in_force if ground.remark.kind == "law" else _other_history
    return say(ground.remark.requirement, record)


def _of_rule(ground: Ground, requirement: Requirement, record: Record, told: Told, pack: Pack) -> Reason:
    article = requirement.rule.article
    if ground.kind == "kept":
        opens, closes = (date.fromordinal(day) for day in told[1:])
        if closes.year >= 9999:
            return Reason.of("routine.open", (opens,), article)
        return Reason.of("routine", (opens, closes), article)
    if ground.kind == "routine.turn" and ground.target is not None:
        return Reason.of("routine.turn", (_turn_name(requirement), ground.target.number), article)
    if ground.kind == "out_of_season":
        return Reason.of("out_of_season", (), article)
    day = date.fromordinal(told[0])
    if ground.kind == "already_given":
        return Reason.of("already_given", (day,), article)
    if ground.kind == "too_late":
        return Reason.of("too_late", (day, (record.day - day).days), article)
    return Reason.of(
        "too_early", (_start_text(ground, requirement, pack), day, (day - record.day).days), article
    )


def _start_text(ground: Ground, requirement: Requirement, pack: Pack) -> str:
    """What the first day is called: the age for this dose, or that of the window."""
    rule, describe = requirement.rule, pack.reckoning.describe
    if ground.detail == "not_before":
        return describe(requirement.row.not_before or "")
    number = int(str(ground.detail))
    return describe(rule.eligible[number].start or "birth") if number < len(rule.eligible) else LAW_START


def _of_course(ground: Ground, record: Record, told: Told, pack: Pack) -> Reason:
    if ground.kind == "barred":
        programme = list(pack.programmes)[told[2]]
        return Reason.of(_BARRED[REASONS[told[1]]], (), pack.article(programme))
    if ground.kind == "temporary":
        return Reason.of("temporary", (), ground.detail.article)  # type: ignore[attr-defined]
    if ground.kind == "expired_lot":
        return condition(record) or Reason.of("expired_lot")
    if ground.kind == "same_day":
        return _same_day(record)
    target = ground.target or ground.detail
    assert isinstance(target, Target)
    if ground.kind == "after_completion":
        return _completed(target, told[0])
    return (_wrong_product if ground.kind == "wrong_product" else _other_course)(target, record)


def _completed(last: Target, day: int) -> Reason:
    return Reason.of("after_completion", (date.fromordinal(day),), _article(last))
