"""Ours and theirs, row by row: the same, like one of ours, contradicting it, or new."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sesshu.addressees.models import Addressee
from sesshu.health.catalogue import selectors as catalogue
from sesshu.health.inquiries.choices import Fate
from sesshu.health.inquiries.provided import Provided
from sesshu.health.ledger import checks
from sesshu.health.ledger.circumstances import Circumstances
from sesshu.health.ledger.models import Dose
from sesshu.health.ledger.persons import doses_given, person_of
from sesshu.kernel.wareki import to_wareki_short
from sesshu.schedule import DoseGiven, DoseVerdict, assess, load_pack

# A date copied by hand is often some days off; two doses of one programme are never so near.
NEAR = 7
# Numbers begin again with every 期 and every season, which lie more than half a year apart; the same number
# within two months is one dose of which one side has the wrong month.
SAME_NUMBER = 60


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Compared:
    """``ours``: the dose of the ledger it was held against; ``verdict`` of the schedule were it taken."""

    provided: Provided
    fate: Fate
    ours: Dose | None = None
    differences: tuple[Difference, ...] = ()
    remarks: tuple[str, ...] = ()
    verdict: DoseVerdict | None = None

    @property
    def chip(self) -> str:
        return f"provided-{self.fate}"

    @property
    def can_be_taken(self) -> bool:
        """Without a reason, and once the vaccine is known."""
        readable = self.fate is Fate.UNKNOWN and self.provided.on is not None
        return readable or self.fate in (Fate.NEW, Fate.SIMILAR)

    @property
    def wants_vaccine(self) -> bool:
        """Whether it can be taken once a clerk has said which vaccine it was."""
        readable = self.provided.on is not None and self.fate is not Fate.SAME
        return readable and not self.provided.vaccine


def compare(
    provided: Sequence[Provided], ours: Iterable[Dose], bound: Collection[int] = ()
) -> list[Compared]:
    """Each record beside the nearest dose of ours, each of ours beside one record at most; by date.

    ``ours``: voided doses too; one that was voided here and comes again is remarked upon.
    ``bound``: those that a decision gave to another record; only the very same is held against them.
    """
    doses = list(ours)
    standing = [dose for dose in doses if not dose.is_void]
    found: dict[int, Compared] = {}
    free = {dose.pk: dose for dose in standing if dose.pk not in bound}
    decided = [dose for dose in standing if dose.pk in bound]
    for judge in (_same_day, _near):  # an exact fit goes before one that is only like it
        for each in provided:
            if each.row.place in found or each.on is None:
                continue
            fit = next((dose for dose in free.values() if judge(each, dose)), None)
            if fit is not None:
                found[each.row.place] = _beside(each, fit)
                del free[fit.pk]
    voided = [dose for dose in doses if dose.is_void and dose.replaced_by_id is None]
    compared = [
        found.get(each.row.place) or _repeated(each, decided) or _alone(each, voided) for each in provided
    ]
    return sorted(compared, key=lambda each: (each.provided.on or date.max, each.provided.row.place))


def judged(
    compared: Sequence[Compared],
    person: Addressee,
    ours: Iterable[Dose],
    known: Circumstances,
    *,
    today: date,
) -> list[Compared]:
    """With what the schedule says of each that can be taken, were all of them taken."""
    pack = load_pack("jp")
    new = [
        DoseGiven(
            date=each.provided.on, vaccine=each.provided.vaccine, volume_ml=_float(each),
            key=f"received-{each.provided.row.place}",
        )
        for each in compared
        if each.can_be_taken and each.provided.on and each.provided.vaccine in pack.vaccines
    ]  # fmt: skip
    given = [dose for dose in doses_given(ours) if dose.vaccine in pack.vaccines]
    verdicts = {}
    if new and person.birth_date:
        assessment = assess(person_of(person, known), tuple(given + new), on=today, pack=pack)
        verdicts = {verdict.key: verdict for verdict in assessment.doses}
    residence = checks.residence(person)
    return [
        replace(
            each,
            verdict=verdicts.get(f"received-{each.provided.row.place}"),
            remarks=each.remarks + _impossible(each, residence, today),
        )
        for each in compared
    ]


def _impossible(each: Compared, residence: checks.Residence, today: date) -> tuple[str, ...]:
    if each.provided.on is None:
        return ()
    found = checks.of_date(residence, each.provided.on, today=today)
    return tuple(finding.message for finding in found if finding.level is checks.Level.ERROR)


def _same_day(each: Provided, dose: Dose) -> bool:
    return dose.date == each.on and _is_alike(each, dose)


def _near(each: Provided, dose: Dose) -> bool:
    assert each.on is not None
    if not _is_alike(each, dose):
        return False
    days = abs((dose.date - each.on).days)
    same_number = each.dose_number is not None and each.dose_number == dose.reported_dose_number
    return days <= NEAR or (days <= SAME_NUMBER and same_number and dose.vaccine == each.vaccine)


def _is_alike(each: Provided, dose: Dose) -> bool:
    return dose.vaccine == each.vaccine or (bool(each.programme) and dose.programme == each.programme)


def _beside(each: Provided, dose: Dose) -> Compared:
    differences = tuple(_differences(each, dose))
    assert each.on is not None
    days = abs((dose.date - each.on).days)
    if days == 0:
        return Compared(each, Fate.CONTRADICTORY if differences else Fate.SAME, dose, differences)
    dates = Difference("接種日", to_wareki_short(dose.date), to_wareki_short(each.on))
    fate = Fate.SIMILAR if days <= NEAR else Fate.CONTRADICTORY
    return Compared(each, fate, dose, (dates, *differences))


def _differences(each: Provided, dose: Dose) -> Iterable[Difference]:
    """Where both say something and not the same."""
    if each.vaccine and dose.vaccine != each.vaccine:
        yield Difference("ワクチン", catalogue.vaccine_name(dose.vaccine), each.vaccine_shown)
    lot = each.text("lot")
    if lot and dose.lot_number and lot.upper() != dose.lot_number.upper():
        yield Difference("ロット番号", dose.lot_number, lot)
    if each.volume_ml is not None and dose.volume_ml is not None and each.volume_ml != dose.volume_ml:
        yield Difference("接種量（mL）", str(dose.volume_ml), str(each.volume_ml))
    if each.route and dose.route and each.route != dose.route:
        yield Difference("接種方法", dose.get_route_display(), each.text("route"))


def _repeated(each: Provided, decided: Sequence[Dose]) -> Compared | None:
    """The same once more as a record that is decided."""
    same = (dose for dose in decided if _same_day(each, dose) and not any(_differences(each, dose)))
    return next((Compared(each, Fate.SAME, dose) for dose in same), None)


def _alone(each: Provided, voided: Sequence[Dose]) -> Compared:
    if each.problem:
        return Compared(each, Fate.UNKNOWN, remarks=(each.problem,))
    again = [dose for dose in voided if dose.date == each.on and _is_alike(each, dose)]
    remarks = tuple(f"同じ接種を台帳で取り消しています（{dose.void_reason}）。" for dose in again)
    return Compared(each, Fate.NEW, remarks=remarks)


def _float(each: Compared) -> float | None:
    volume = each.provided.volume_ml
    return None if volume is None else float(volume)
