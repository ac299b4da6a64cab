"""A person's circumstances (個別の事情) in words: what, by which article, for what, since when."""

from __future__ import annotations

from dataclasses import dataclass

from sesshu.addressees.models import Addressee
from sesshu.health.catalogue import selectors as catalogue
from sesshu.health.ledger.choices import DISEASES, CircumstanceKind
from sesshu.health.ledger.circumstance_checks import codes
from sesshu.health.ledger.circumstances import Circumstances
from sesshu.health.ledger.models import PersonalCircumstance
from sesshu.health.ledger.persons import doses_given, person_of
from sesshu.health.ledger.selectors import standing_doses
from sesshu.kernel import clock
from sesshu.kernel.wareki import to_wareki
from sesshu.schedule import Assessment, ProgrammeStatus, assess, load_pack
from sesshu.web.chips import chip_of

_LATER = "施行令3条2項"


@dataclass(frozen=True, slots=True)
class CircumstanceRow:
    """A line of the panel."""

    row: PersonalCircumstance
    name: str
    article: str
    concerns: str
    days: str


def described(row: PersonalCircumstance) -> CircumstanceRow:
    """One circumstance as the panel tells it."""
    return CircumstanceRow(row, _name(row), _article(row), _concerns(row), _days(row))


def _name(row: PersonalCircumstance) -> str:
    if row.kind == CircumstanceKind.PREGNANCY:
        return "妊娠"
    return codes(row.kind, load_pack("jp")).get(row.code, row.code)


def _article(row: PersonalCircumstance) -> str:
    pack = load_pack("jp")
    if row.kind == CircumstanceKind.LONG_TERM_ILLNESS:
        return _LATER
    if row.kind == CircumstanceKind.EXCLUSION:
        return pack.grounds[row.code].article if row.code in pack.grounds else ""
    for rule in pack.rules:
        named = (
            rule.each == "pregnancy" if row.due_on else any(row.code in a.conditions for a in rule.eligible)
        )
        if named:
            return rule.article
    return ""


def _concerns(row: PersonalCircumstance) -> str:
    names = [DISEASES.get(code) or catalogue.programme_name(code) for code in row.concerns]
    if names or row.kind in (CircumstanceKind.PREGNANCY, CircumstanceKind.CONDITION):
        return "、".join(names)
    return "法令が定めるすべて"


def _days(row: PersonalCircumstance) -> str:
    if row.due_on:
        return f"分娩予定日 {to_wareki(row.due_on)}"
    start = to_wareki(row.starts_on) if row.starts_on else ""
    if row.kind == CircumstanceKind.LONG_TERM_ILLNESS:
        return f"{start}〜{to_wareki(row.ends_on)}に終了" if row.ends_on else f"{start}〜継続中"
    end = to_wareki(row.ends_on) if row.ends_on else ""
    return f"{start}〜{end}" if start or end else "期限なし"


def changes(addressee: Addressee, before: Circumstances, after: Circumstances) -> tuple[str, ...]:
    """What today's statuses and the verdicts of the doses become by another set of circumstances."""
    old, new = _assessed(addressee, before), _assessed(addressee, after)
    told = [
        f"{catalogue.programme_name(now.programme)}（{_status(was)}→{_status(now)}）"
        for was, now in zip(old.programmes, new.programmes, strict=True)
        if (was.status, was.last_day) != (now.status, now.last_day)
    ]
    judged = sum(
        (was.evaluation, was.routine) != (now.evaluation, now.routine)
        for was, now in zip(old.doses, new.doses, strict=True)
    )
    return (*told, f"接種の判定 {judged}件") if judged else tuple(told)


def _assessed(addressee: Addressee, known: Circumstances) -> Assessment:
    pack = load_pack("jp")
    given = tuple(dose for dose in doses_given(standing_doses(addressee.pk)) if dose.vaccine in pack.vaccines)
    return assess(person_of(addressee, known), given, on=clock.today(), pack=pack)


def _status(status: ProgrammeStatus) -> str:
    label = chip_of(status.status).label
    return f"{label}・{to_wareki(status.last_day)}まで" if status.last_day else label
