"""Evaluate the history against a series (CDSi figure 4-6) and satisfy target doses (6.10)."""

from dataclasses import dataclass, field

from sesshu.schedule.logic.age import age, too_early, too_late
from sesshu.schedule.logic.condition import condition
from sesshu.schedule.logic.history import Record
from sesshu.schedule.logic.interval import too_long, too_short
from sesshu.schedule.logic.plan import Requirement, Series, Target
from sesshu.schedule.logic.relevance import Stretch, Terms
from sesshu.schedule.logic.skip import Progress, advance
from sesshu.schedule.logic.vaccine import in_force, nearest, not_in_force, volume
from sesshu.schedule.model import Evaluation, Reason
from sesshu.schedule.supporting import HistoryNeeded


@dataclass(slots=True, eq=False)
class Outcome:
    """What a record came to in one series."""

    evaluation: Evaluation
    target: Target | None
    routine: bool
    reasons: tuple[Reason, ...]
    period: str = ""


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


def evaluate(series: Series, records: list[Record], terms: Terms) -> Evaluated:
    """Run ``records`` (one disease, in order of date) through the target doses of ``series``."""
    progress, outcomes, valid = Progress(), [], 0
    previous: Record | None = None
    for n, record in enumerate(records):
        outcome = _judge(series, record, records[:n], progress, previous, terms)
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
    record: Record,
    earlier: list[Record],
    progress: Progress,
    previous: Record | None,
    terms: Terms,
) -> Outcome:
    expired = condition(record)
    if expired is not None:
        return Outcome("sub_standard", None, False, (expired,))
    if previous is not None and previous.day == record.day:
        return Outcome("extraneous", None, False, (_same_day(record),))
    target = advance(series.targets, progress, record.day, terms)
    if target is None:
        return Outcome("extraneous", None, False, (_completed(progress),))
    requirements = terms.applying(target.by_product.get(record.dose.vaccine, []))
    if not requirements:
        return Outcome("not_valid", target, False, (_wrong_product(record),))
    return _satisfy(series, target, requirements, record, earlier, progress, terms)


def _satisfy(
    series: Series,
    target: Target,
    requirements: list[Requirement],
    record: Record,
    earlier: list[Record],
    progress: Progress,
    terms: Terms,
) -> Outcome:
    """Age, interval, conflict, vaccine, in that order; the first breach names the reason."""
    remarks: list[Reason] = list(record.remark)
    dated = in_force(requirements, record.day)
    allowed = [q for q in dated if _has(q.rule.needs_history, earlier)]
    routine = bool(allowed)
    if not dated:
        dated = nearest(requirements, record.day)
        remarks.append(not_in_force(dated[0], record))
        if dated[0].rule.ends_counting and record.day > dated[0].rule.in_force.end:
            return Outcome("extraneous", target, False, tuple(remarks))
    elif not allowed:
        remarks.append(_other_history(dated[0], record))
    requirement, place, stretch = _best(allowed or dated, record, terms)
    if place != "ok":
        late = too_late if place == "late" else too_early
        reason = late(requirement, stretch, record.day, terms)
        if not requirement.rule.counts_outside_window:
            evaluation: Evaluation = "extraneous" if place == "late" else "not_valid"
            return Outcome(evaluation, target, False, (reason, *remarks))
        if routine or not remarks:
            remarks.append(reason)
        routine = False
    if not progress.satisfied and record.day not in terms.starting(series):
        return Outcome("not_valid", target, False, (_other_course(record),))
    breach, judged = too_short(requirement, progress, record.day, terms.pack.reckoning)
    if breach is not None:
        return Outcome("not_valid", target, False, (breach, *remarks))
    if record.blocked is not None:
        return Outcome("not_valid", target, False, (record.blocked, *remarks))
    over = too_long(requirement, progress, record.day, terms.pack.reckoning)
    if over or record.unspaced:
        routine = False
    wrong_volume = volume(requirement, record, terms.birth, terms.pack.reckoning)
    remarks += [r for r in (judged, over, record.unspaced, wrong_volume) if r is not None]
    return Outcome("valid", target, routine, tuple(remarks) or (_kept(requirement, stretch),))


def _best(
    requirements: list[Requirement], record: Record, terms: Terms
) -> tuple[Requirement, str, Stretch | None]:
    """The rule whose window holds the dose; failing that, the last one looked at."""
    found: tuple[Requirement, str, Stretch | None] | None = None
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
    text = "これまでに受けたワクチンとその日から、この{}は定期に当たりません。"
    return Reason("other_history", text, (record.name,), requirement.rule.article)


def _kept(requirement: Requirement, stretch: Stretch | None) -> Reason:
    if stretch is None or stretch.closes.year >= 9999:
        start = stretch.opens if stretch else requirement.rule.in_force.start
        return Reason("routine", "対象期間（{}から）の接種です。", (start,), requirement.rule.article)
    return Reason(
        "routine",
        "対象期間（{}から{}まで）の接種です。",
        (stretch.opens, stretch.closes),
        requirement.rule.article,
    )


def _same_day(record: Record) -> Reason:
    return Reason("same_day", "同じ日（{}）に同じ疾病の接種があります。", (record.day,))


def _completed(progress: Progress) -> Reason:
    if progress.last_satisfied is None:
        return Reason("after_completion", "必要な回数を終えた後の接種です。")
    return Reason("after_completion", "必要な回数を{}に終えた後の接種です。", (progress.last_satisfied,))


def _wrong_product(record: Record) -> Reason:
    return Reason("wrong_product", "この回に{}は使えません。", (record.name,))


def _other_course(record: Record) -> Reason:
    return Reason("other_course", "{}に始めた人の接種方法ではありません。", (record.day,))
