"""What is to be said about an entry before it is saved: errors that stop it, warnings that do not.

Facts outside the rules must still be recorded as what they are (a dose too early is a dose too early, 任意),
so that only what cannot have happened is an error: before birth, in the future, an unknown vaccine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sesshu.addressees.choices import Status
from sesshu.addressees.models import Addressee
from sesshu.health.catalogue import selectors as catalogue
from sesshu.health.ledger.circumstances import Circumstances
from sesshu.health.ledger.persons import person_of
from sesshu.kernel.wareki import to_wareki
from sesshu.schedule import DoseGiven, DoseVerdict, assess, load_pack


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """``field`` is the model's field that it concerns; ``article`` what it rests on, "" for plain facts."""

    level: Level
    code: str
    field: str
    message: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class Residence:
    """What a date of vaccination is held against."""

    birth: date | None
    since: date | None
    status: str
    removed_on: date | None


def residence(addressee: Addressee) -> Residence:
    return Residence(addressee.birth_date, addressee.resident_since, addressee.status, addressee.removed_on)


def of_dose(
    addressee: Addressee,
    given: Iterable[DoseGiven],
    new: DoseGiven,
    *,
    programme: str,
    today: date,
    known: Circumstances,
) -> tuple[Finding, ...]:
    """Everything to be said about a new dose, errors first."""
    facts = [*of_date(residence(addressee), new.date, today=today), *of_codes(new.vaccine, programme)]
    if any(finding.level is Level.ERROR for finding in facts):
        return tuple(sorted(facts, key=lambda finding: finding.level))
    verdict = judged(addressee, given, new, today=today, known=known)
    return tuple(facts) + (tuple(of_verdict(verdict)) if verdict else ())


def of_screening(addressee: Addressee, on: date, *, programme: str, today: date) -> tuple[Finding, ...]:
    """Everything to be said about a screening without a dose."""
    found = list(of_date(residence(addressee), on, today=today))
    if catalogue.programme(programme) is None:
        found.append(_error("programme", "programme", f"接種種類「{programme}」は登録されていません。"))
    return tuple(sorted(found, key=lambda finding: finding.level))


def of_date(person: Residence, on: date, *, today: date) -> Iterator[Finding]:
    """The date against birth, today and the time of residence."""
    if on > today:
        yield _error("future", "date", f"接種日（{to_wareki(on)}）が未来の日付です。日付を確かめてください。")
    if person.birth and on < person.birth:
        yield _error("before-birth", "date", f"接種日が生年月日（{to_wareki(person.birth)}）より前です。")
    if person.since and on < person.since and person.birth != person.since:
        yield _warning(
            "not-yet-resident",
            "date",
            f"住民となった日（{to_wareki(person.since)}）より前の接種です。他市町村での接種ではありませんか。",
        )
    if person.removed_on and on >= person.removed_on:
        yield from _after_removal(person, person.removed_on, on)


def _after_removal(person: Residence, removed_on: date, on: date) -> Iterator[Finding]:
    day = to_wareki(removed_on)
    if person.status == Status.DEAD and on > removed_on:
        yield _warning("dead", "date", f"死亡の日（{day}）より後の日付です。本人か日付を確かめてください。")
    elif person.status == Status.MOVED_OUT:
        yield _warning("moved-out", "date", f"転出の日（{day}）以後の接種です。転出先の定期接種になります。")
    elif person.status == Status.REMOVED:
        yield _warning("removed", "date", f"消除の日（{day}）以後の接種です。")


def of_codes(vaccine: str, programme: str) -> Iterator[Finding]:
    """The vaccine's code, and whether the programme is given with it: another may be, by mistake."""
    programmes = catalogue.vaccine_programmes(vaccine)
    if not programmes:
        yield _error("vaccine", "vaccine", f"ワクチンコード「{vaccine}」は登録されていません。")
    elif programme and programme not in programmes:
        names = "、".join(map(catalogue.programme_name, programmes))
        yield _warning(
            "wrong-vaccine",
            "vaccine",
            f"「{catalogue.vaccine_name(vaccine)}」は{names}のワクチンです。間違い接種でないか確かめてください。",
        )


def judged(
    addressee: Addressee,
    given: Iterable[DoseGiven],
    new: DoseGiven,
    *,
    today: date,
    known: Circumstances,
) -> DoseVerdict | None:
    """How the law of its day judges the new dose among the others; None for a vaccine outside the pack."""
    pack = load_pack("jp")
    doses = tuple(dose for dose in (*given, new) if dose.vaccine in pack.vaccines)
    if new.vaccine not in pack.vaccines or addressee.birth_date is None:
        return None
    assessment = assess(person_of(addressee, known), doses, on=today, pack=pack)
    return next((verdict for verdict in assessment.doses if verdict.key == new.key), None)


def of_verdict(verdict: DoseVerdict) -> Iterator[Finding]:
    """Warnings of the rules: each reason for which the dose is not a good routine one."""
    if verdict.evaluation == "valid" and verdict.routine:
        return
    for reason in verdict.reasons:
        yield Finding(Level.WARNING, reason.code, "date", reason.text, reason.article)
    if not verdict.reasons:
        yield _warning("voluntary", "date", "定期接種としては数えられません（任意接種として記録します）。")


def _error(code: str, field: str, message: str) -> Finding:
    return Finding(Level.ERROR, code, field, message)


def _warning(code: str, field: str, message: str) -> Finding:
    return Finding(Level.WARNING, code, field, message)
