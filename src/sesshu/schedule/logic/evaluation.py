"""Evaluate the history against a series (CDSi figure 4-6) and satisfy target doses (6.10)."""

from dataclasses import dataclass, field
from datetime import date

from sesshu.schedule.logic.age import Age, age, too_early, too_late, too_young
from sesshu.schedule.logic.condition import condition
from sesshu.schedule.logic.doubt import doubt, weaker
from sesshu.schedule.logic.history import Record
from sesshu.schedule.logic.interval import too_long, too_short
from sesshu.schedule.logic.plan import Requirement, Series, Target
from sesshu.schedule.logic.relevance import Terms
from sesshu.schedule.logic.skip import Progress, advance
from sesshu.schedule.logic.stretch import Stretch, cited, confidence
from sesshu.schedule.logic.vaccine import as_given, in_force, nearest, not_in_force
from sesshu.schedule.model import Confidence, Evaluation, Reason
from sesshu.schedule.supporting import HistoryNeeded, Rule


@dataclass(slots=True, eq=False)
class Outcome:
    """What a record came to in one series."""

    evaluation: Evaluation
    target: Target | None
    routine: bool
    reasons: tuple[Reason, ...]
    period: str = ""
    confidence: Confidence = "high"


@dataclass(slots=True, eq=False)
class Evaluated:
    """A series with the history run through it."""

    series: Series
    outcomes: list[Outcome]
    progress: Progress
    valid: int = 0
    complete: bool = False
    records: list[Record] = field(default_factory=list)

    def for_series(self, series: Series) -> "Evaluated":
        """The same run, for another disease whose series asks the same."""
        return Evaluated(series, self.outcomes, self.progress, self.valid, self.complete, self.records)


def evaluate(
    series: Series, records: list[Record], terms: Terms, before: dict[str, date] | None = None
) -> Evaluated:
    """Run ``records`` (one disease, in order of date) through the target doses of ``series``.

    ``before``: the days on which earlier periods of the disease were last satisfied.
    """
    progress, outcomes, valid = Progress(before=before or {}), [], 0
    previous: Record | None = None
    for n, record in enumerate(records):
        outcome = _judge(series, records, n, progress, previous, terms)
        outcome.period = series.period
        outcomes.append(outcome)
        if outcome.evaluation == "valid" and outcome.target is not None:
            progress.satisfy(outcome.target.number, record.day)
            progress.index += 1
            valid += 1
        if outcome.evaluation in ("valid", "not_valid"):
            progress.last, previous = record.day, record
    complete = progress.index >= len(series.targets) and valid > 0
    return Evaluated(series, outcomes, progress, valid, complete, records)


def _judge(
    series: Series,
    records: list[Record],
    n: int,
    progress: Progress,
    previous: Record | None,
    terms: Terms,
) -> Outcome:
    record = records[n]
    expired = condition(record)
    if expired is not None:
        return Outcome("sub_standard", None, False, (expired,))
    if previous is not None and previous.day == record.day:
        return Outcome("extraneous", None, False, (_same_day(record),))
    target = advance(series.targets, progress, record.day, terms)
    if target is None:
        return Outcome("extraneous", None, False, (_completed(series, progress),))
    requirements = terms.applicable.required(target, record.dose.vaccine)
    if not requirements:
        return Outcome("not_valid", target, False, (_wrong_product(target, record),))
    return _satisfy(series, target, requirements, records, n, progress, terms)


@dataclass(slots=True, eq=False)
class _Judging:
    """A record held against one rule: where it lies in time, and what has been remarked so far."""

    requirement: Requirement
    place: Age
    stretch: Stretch | None
    routine: bool
    remarks: list[Reason]
    uncounted: bool = False


def _satisfy(
    series: Series,
    target: Target,
    requirements: list[Requirement],
    records: list[Record],
    n: int,
    progress: Progress,
    terms: Terms,
) -> Outcome:
    """Vaccine, age, interval, conflict; the first breach names the reason."""
    record = records[n]
    judging = _by_law_of_the_day(requirements, records, n, terms)
    outcome = _judged(judging, series, target, record, progress, terms)
    outcome.confidence = confidence(judging.requirement.rule, judging.stretch)
    doubted = doubt(series, judging.requirement, judging.stretch, progress, terms)
    if doubted is not None and outcome.routine:
        outcome.confidence = weaker(outcome.confidence, judging.requirement)
        outcome.reasons = (*outcome.reasons, doubted)
    return outcome


def _judged(
    judging: "_Judging", series: Series, target: Target, record: Record, progress: Progress, terms: Terms
) -> Outcome:
    reckoning = terms.pack.reckoning
    refused = _outside(judging, target, record, terms)
    if refused is not None:
        return refused
    if not progress.satisfied and not terms.may_begin(series, record.day):
        return Outcome("not_valid", target, False, (_other_course(target, record),))
    breach, judged = too_short(judging.requirement, progress, record.day, reckoning)
    breach = breach or record.blocked
    if breach is not None:
        return Outcome("not_valid", target, False, (breach, *judging.remarks))
    over = too_long(judging.requirement, progress, record.day, reckoning)
    given = as_given(judging.requirement, record, terms.birth, reckoning)
    remarks = [*judging.remarks, *(r for r in (judged, over, record.unspaced) if r), *given]
    routine = judging.routine and over is None and record.unspaced is None
    kept = _kept(judging.requirement, judging.stretch)
    return Outcome("valid", target, routine, tuple(remarks) or (kept,))


def _by_law_of_the_day(
    requirements: list[Requirement], records: list[Record], n: int, terms: Terms
) -> _Judging:
    """The rule in force whose window holds the dose; where none was in force, the nearest in time."""
    record, remarks, uncounted = records[n], list(records[n].remark), False
    dated = in_force(requirements, record.day)
    allowed = [q for q in dated if not q.rule.needs_history or _has(q.rule.needs_history, records[:n])]
    if not dated:
        dated = nearest(requirements, record.day)
        remarks.append(not_in_force(dated[0], record))
        uncounted = _uncounted(dated[0].rule, record.day)
    elif not allowed:
        remarks.append(_other_history(dated[0], record))
    requirement, place, stretch = _best(allowed or dated, record, terms)
    return _Judging(requirement, place, stretch, bool(allowed), remarks, uncounted)


def _uncounted(rule: Rule, day: date) -> bool:
    """Whether a dose of a day without law is not deemed to be one of the rule's."""
    if rule.deems_from is not None and day < rule.deems_from:
        return not rule.counts_outside_window
    return rule.ends_counting and day > rule.in_force.end


def _outside(judging: _Judging, target: Target, record: Record, terms: Terms) -> Outcome | None:
    """The end of a dose outside its window, unless the rule counts voluntary doses all the same."""
    if judging.uncounted:
        return Outcome("extraneous", target, False, tuple(judging.remarks))
    if judging.place == "ok":
        return None
    say = too_late if judging.place == "late" else too_early
    reason = say(judging.requirement, judging.stretch, record.day, terms)
    counted = judging.requirement.rule.counts_outside_window
    if not counted or too_young(judging.requirement, record.day, terms):
        evaluation: Evaluation = "extraneous" if judging.place == "late" else "not_valid"
        return Outcome(evaluation, target, False, (reason, *judging.remarks))
    if judging.routine or not judging.remarks:
        judging.remarks.append(reason)
    judging.routine = False
    return None


def _best(
    requirements: list[Requirement], record: Record, terms: Terms
) -> tuple[Requirement, Age, Stretch | None]:
    """The rule whose window holds the dose; failing that, the last one looked at."""
    found: tuple[Requirement, Age, Stretch | None] | None = None
    for requirement in requirements:
        place, stretch = age(requirement, record.day, terms)
        if place == "ok":
            return requirement, place, stretch
        if found is None or (found[1] == "late" and place == "early"):
            found = (requirement, place, stretch)
    assert found is not None
    return found


def _has(needed: tuple[HistoryNeeded, ...], earlier: list[Record]) -> bool:
    return all(one.holds((r.dose.vaccine, r.day) for r in earlier) for one in needed)


def _other_history(requirement: Requirement, record: Record) -> Reason:
    return Reason.of("other_history", (record.name,), requirement.rule.article)


def _kept(requirement: Requirement, stretch: Stretch | None) -> Reason:
    article = cited(requirement.rule, stretch)
    if stretch is None or stretch.closes.year >= 9999:
        start = stretch.opens if stretch else requirement.rule.in_force.start
        return Reason.of("routine.open", (start,), article)
    return Reason.of("routine", (stretch.opens, stretch.closes), article)


def _same_day(record: Record) -> Reason:
    return Reason.of("same_day", (record.day,))


def _completed(series: Series, progress: Progress) -> Reason:
    assert progress.last_satisfied is not None  # a first dose is never skipped
    return Reason.of("after_completion", (progress.last_satisfied,), _article(series.targets[-1]))


def _wrong_product(target: Target, record: Record) -> Reason:
    return Reason.of("wrong_product", (record.name,), _article(target))


def _other_course(target: Target, record: Record) -> Reason:
    return Reason.of("other_course", (record.day,), _article(target))


def _article(target: Target) -> str:
    return max(target.requirements, key=lambda q: q.rule.in_force.end).rule.article
