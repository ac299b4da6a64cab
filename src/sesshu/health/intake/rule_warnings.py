"""What the schedule says of doses about to be taken in, for files small enough to be read row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sesshu.health.intake.judging import Judged
from sesshu.health.intake.matching import Known
from sesshu.health.intake.models import RowFate
from sesshu.health.intake.results import GIVEN, Remark
from sesshu.health.ledger.checks import of_verdict
from sesshu.health.ledger.circumstance_checks import is_same_pregnancy
from sesshu.health.ledger.circumstances import NONE, Circumstances
from sesshu.health.ledger.persons import SEXES, given
from sesshu.health.ledger.selectors import circumstances_of, standing_doses_of
from sesshu.schedule import DoseGiven, Person, assess, load_pack

# Beyond this the refresh of the eligibility, which judges every dose anyway, says it for all at once.
MOST_ROWS = 20_000


def add(judged: Iterable[Judged], *, today: date) -> None:
    """Add the schedule's warnings to the rows that will be recorded."""
    persons: dict[int, list[Judged]] = defaultdict(list)
    pack = load_pack("jp")
    for row in judged:
        if _is_judged(row) and row.result.vaccine in pack.vaccines:
            assert row.person
            persons[row.person.id].append(row)
    standing: dict[int, list[DoseGiven]] = defaultdict(list)
    for dose in standing_doses_of(persons):
        if dose.vaccine in pack.vaccines:
            standing[dose.addressee_id].append(given(dose))
    circumstances = circumstances_of(persons)
    for addressee_id, rows in persons.items():
        known = _with_due_dates(rows, circumstances.get(addressee_id, NONE))
        _judge(rows, standing[addressee_id], known, today)


def _is_judged(row: Judged) -> bool:
    taken = row.fate in (RowFate.NEW, RowFate.WARNING, RowFate.UPDATED)
    return bool(taken and row.result.kind == GIVEN and row.person and row.person.birth)


def _with_due_dates(rows: list[Judged], known: Circumstances) -> Circumstances:
    """What is known of the person with the due dates that the rows tell of pregnancies not yet recorded."""
    for row in rows:
        due = row.due
        if due is None:
            continue
        recorded = next((other for other in known.due_dates if is_same_pregnancy(due, other)), None)
        if recorded is None:
            known = known.with_due_date(due)
        elif recorded != due:
            _remark(
                row,
                [
                    Remark(
                        "分娩予定日", f"の {due} は記録済みの {recorded} と違います。記録済みで判定します。"
                    )
                ],
            )
    return known


def _judge(rows: list[Judged], standing: list[DoseGiven], known: Circumstances, today: date) -> None:
    replaced = {row.target for row in rows if row.target is not None}
    others = [dose for dose in standing if dose.key not in replaced]
    new = {f"row-{row.result.row}": row for row in rows}
    doses = [*others, *(_dose(key, row) for key, row in new.items())]
    person = next(row.person for row in rows if row.person)
    assessment = assess(_person(person, known), tuple(doses), on=today, pack=load_pack("jp"))
    for verdict in assessment.doses:
        if row := new.get(str(verdict.key)):
            _remark(row, [Remark("接種年月日", f": {finding.message}") for finding in of_verdict(verdict)])


def _remark(row: Judged, found: list[Remark]) -> None:
    row.remarks += found
    if found and row.fate is RowFate.NEW:
        row.fate = RowFate.WARNING


def _person(matched: Known, known: Circumstances) -> Person:
    return known.person(date.fromisoformat(matched.birth), SEXES.get(matched.sex))


def _dose(key: str, row: Judged) -> DoseGiven:
    result = row.result
    return DoseGiven(
        date=date.fromisoformat(result.date),
        vaccine=result.vaccine,
        volume_ml=float(result.volume) if result.volume else None,
        lot_expiry=date.fromisoformat(result.expires) if result.expires else None,
        key=key,
    )
