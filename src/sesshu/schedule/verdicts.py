"""Each dose's verdict, merged from the diseases its vaccine is against."""

from collections.abc import Callable

from sesshu.schedule.errors import error_of
from sesshu.schedule.logic.evaluation import Outcome
from sesshu.schedule.logic.history import Record
from sesshu.schedule.logic.patient import Patient
from sesshu.schedule.logic.relevance import Terms
from sesshu.schedule.model import DoseVerdict, Reason
from sesshu.schedule.wording import said

_BARRED = {
    "sex": "sex.dose",
    "sex_unknown": "sex_unknown",
    "birth_cohort": "birth_cohort.dose",
    "no_due_date": "no_due_date.dose",
    "condition": "condition.dose",
}


NextStep = Callable[[str], Reason]
"""What may be done in a programme now, by its code."""


def verdict(record: Record, patient: Patient | None, next_step: NextStep | None = None) -> DoseVerdict:
    """One verdict of the outcomes against each disease (CDSi chapter 9: a dose in a vaccine group).

    ``next_step`` is asked where the dose is a vaccination error.
    """
    if record.refusal is not None or patient is None:
        reasons = (record.refusal,) if record.refusal else ()
        return _verdict(record, None, reasons)
    outcomes = {d: o for d in record.diseases if (o := patient.outcome(d, record)) is not None}
    if patient.terms.closed:
        outcomes = _open_to(outcomes, record, patient.terms) or outcomes
    if not outcomes:
        return _verdict(record, None, (_barred(record, patient.terms),), next_step)
    programme = patient.terms.pack.programmes[record.programme or ""]
    decisive = [o for d, o in outcomes.items() if d in programme.diseases] if programme.whole else []
    outcome = _needed_by_all(decisive) if decisive else _needed_by_any(list(outcomes.values()))
    if record.excluded is not None:
        return _verdict(record, outcome, (_excluded(record), *outcome.reasons), next_step)
    return _verdict(record, outcome, outcome.reasons, next_step)


def _open_to(outcomes: dict[str, Outcome], record: Record, terms: Terms) -> dict[str, Outcome]:
    """Those against diseases that the person was not excluded from on the day."""
    closed = terms.closed.disease
    return {
        disease: outcome
        for disease, outcome in outcomes.items()
        if not any(first <= record.day <= last for first, last, _ in closed(disease))
    }


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


def _excluded(record: Record) -> Reason:
    assert record.excluded is not None
    first, last, ground = record.excluded
    return Reason.of("excluded", (said(first, last), ground.name), ground.article)


def _verdict(
    record: Record,
    outcome: Outcome | None,
    reasons: tuple[Reason, ...],
    next_step: NextStep | None = None,
) -> DoseVerdict:
    error = error_of(reasons, record.excluded)
    target = outcome.target if outcome is not None else None
    counted = target if outcome is not None and outcome.evaluation in ("valid", "not_valid") else None
    return DoseVerdict(
        date=record.day,
        vaccine=record.dose.vaccine,
        programme=record.programme,
        dose_number=counted.number if counted else None,
        dose_label=counted.label if counted else None,
        evaluation=outcome.evaluation if outcome is not None else "not_valid",
        routine=outcome.routine if outcome is not None and record.excluded is None else False,
        reasons=reasons,
        key=record.dose.key,
        error=error,
        next_step=next_step(record.programme) if error and next_step and record.programme else None,
        confidence=outcome.confidence if outcome is not None else "high",
    )
