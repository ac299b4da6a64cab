"""Each dose's verdict, merged from the diseases its vaccine is against."""

from sesshu.schedule.logic.evaluation import Outcome
from sesshu.schedule.logic.history import Record
from sesshu.schedule.logic.patient import Patient
from sesshu.schedule.logic.relevance import Terms
from sesshu.schedule.model import DoseVerdict, Reason

_BARRED = {
    "sex": "sex.dose",
    "sex_unknown": "sex_unknown",
    "birth_cohort": "birth_cohort.dose",
    "no_due_date": "no_due_date.dose",
    "condition": "condition.dose",
}


def verdict(record: Record, patient: Patient | None) -> DoseVerdict:
    """One verdict of the outcomes against each disease (CDSi chapter 9: a dose in a vaccine group)."""
    if record.refusal is not None or patient is None:
        reasons = (record.refusal,) if record.refusal else ()
        return _verdict(record, None, reasons)
    outcomes = {d: o for d in record.diseases if (o := patient.outcome(d, record)) is not None}
    if not outcomes:
        return _verdict(record, None, (_barred(record, patient.terms),))
    programme = patient.terms.pack.programmes[record.programme or ""]
    decisive = [o for d, o in outcomes.items() if d in programme.diseases] if programme.whole else []
    outcome = _needed_by_all(decisive) if decisive else _needed_by_any(list(outcomes.values()))
    return _verdict(record, outcome, outcome.reasons)


def _needed_by_any(outcomes: list[Outcome]) -> Outcome:
    return next((o for o in outcomes if o.evaluation == "valid"), outcomes[0])


def _needed_by_all(outcomes: list[Outcome]) -> Outcome:
    """The outcome that tells against the dose, if any; else the least advanced."""
    for outcome in outcomes:
        if outcome.evaluation == "not_valid":
            return outcome
    for outcome in outcomes:
        if outcome.evaluation != "valid" or not outcome.routine:
            return outcome
    return min(outcomes, key=lambda o: o.target.number if o.target is not None else 0)


def _barred(record: Record, terms: Terms) -> Reason:
    programme = record.programme or ""
    code = terms.barred(programme) or "birth_cohort"
    return Reason.of(_BARRED[code], (), terms.pack.article(programme))


def _verdict(record: Record, outcome: Outcome | None, reasons: tuple[Reason, ...]) -> DoseVerdict:
    target = outcome.target if outcome is not None else None
    counted = target if outcome is not None and outcome.evaluation in ("valid", "not_valid") else None
    return DoseVerdict(
        date=record.day,
        vaccine=record.dose.vaccine,
        programme=record.programme,
        dose_number=counted.number if counted else None,
        dose_label=counted.label if counted else None,
        evaluation=outcome.evaluation if outcome is not None else "not_valid",
        routine=outcome.routine if outcome is not None else False,
        reasons=reasons,
        key=record.dose.key,
    )
