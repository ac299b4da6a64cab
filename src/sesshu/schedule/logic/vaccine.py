"""Preferable vaccine (CDSi 6.8): was the product one that law used on that day, in the right volume?"""

from datetime import date

from sesshu.schedule.logic.history import Record
from sesshu.schedule.logic.plan import Requirement
from sesshu.schedule.model import Reason
from sesshu.schedule.reckoning import Reckoning
from sesshu.schedule.wording import ROUTES, Phrase


def in_force(requirements: list[Requirement], day: date) -> list[Requirement]:
    """Those whose rule was in force on ``day``."""
    return [q for q in requirements if q.rule.in_force.start <= day <= q.rule.in_force.end]


def nearest(requirements: list[Requirement], day: date) -> list[Requirement]:
    """The rules by which to judge a dose of a day without one: those nearest in time."""
    return [min(requirements, key=lambda q: _away(q, day))]


def not_in_force(requirement: Requirement, record: Record) -> Reason:
    """Why the product was not a routine one on that day."""
    rule = requirement.rule
    if rule.deems_from is not None and record.day < rule.deems_from:
        code = "before_deeming.counted" if rule.counts_outside_window else "before_deeming"
        return Reason.of(code, (record.name, rule.deems_from), rule.deems_earlier or rule.article)
    if record.day < rule.in_force.start:
        return Reason.of(
            "before_listing",
            (record.name, rule.in_force.start),
            rule.deems_earlier or rule.article,
        )
    return Reason.of(
        "product_not_routine",
        (record.name, rule.in_force.end),
        rule.article,
    )


def as_given(requirement: Requirement, record: Record, birth: date, reckoning: Reckoning) -> list[Reason]:
    """Remarks on the volume and the route recorded; a dose of another volume or route counts all the same."""
    dose = record.dose
    if dose.volume_ml is None and dose.route is None:
        return []
    found = (volume(requirement, record, birth, reckoning), route(requirement, record, birth, reckoning))
    return [reason for reason in found if reason]


def route(requirement: Requirement, record: Record, birth: date, reckoning: Reckoning) -> Reason | None:
    """A remark when the route recorded is none of the rule's."""
    given, row = record.dose.route, requirement.row
    if given is None or row.route is None:
        return None
    right = row.route.split("|")
    if row.ml_from is not None and row.route_from and record.day >= reckoning.point(row.ml_from[0], birth):
        right = row.route_from.split("|")
    if given in right:
        return None
    wanted = Phrase("又は".join(ROUTES.get(code, code) for code in right), " or ".join(right))
    values = (Phrase(ROUTES.get(given, given), given), wanted)
    return Reason.of("route", values, requirement.rule.article)


def volume(requirement: Requirement, record: Record, birth: date, reckoning: Reckoning) -> Reason | None:
    """A remark when the volume recorded is not the rule's; on the eve of the birthday both are right."""
    given, row = record.dose.volume_ml, requirement.row
    if given is None or (row.ml is None and not row.ml_of):
        return None
    right = {ml for _, ml in row.ml_of} if row.ml is None else {row.ml}
    if row.ml_under is not None:
        turning = reckoning.point(row.ml_under[0], birth)
        if record.day <= turning:
            right = {row.ml_under[1]} if record.day < turning else right | {row.ml_under[1]}
    if row.ml_from is not None:
        turning = reckoning.point(row.ml_from[0], birth)
        if record.day >= turning:
            right = {row.ml_from[1]} if record.day > turning else right | {row.ml_from[1]}
    if any(abs(given - ml) < 1e-6 for ml in right):
        return None
    volumes = [f"{ml:g}" for ml in sorted(right)]
    wanted = Phrase("又は".join(volumes), " or ".join(volumes))
    return Reason.of("volume", (f"{given:g}", wanted), requirement.rule.article)


def _away(requirement: Requirement, day: date) -> int:
    span = requirement.rule.in_force
    return (span.start - day).days if day < span.start else (day - span.end).days
