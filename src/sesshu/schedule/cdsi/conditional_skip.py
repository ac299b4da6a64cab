"""Evaluate conditional skip (6.2; in forecasting 7.1 and 7.6): target doses that are not needed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sesshu.schedule.cdsi.patient_series import PatientSeries
from sesshu.schedule.cdsi.situation import FIRST_DAY, LAST_DAY, Shot, Situation
from sesshu.schedule.cdsi.statuses import SkipContext
from sesshu.schedule.cdsi.supporting import ConditionalSkip, SeriesDose, SkipCondition, SkipSet


@dataclass(slots=True, eq=False)
class SkipQuestion:
    """What the conditions of a skip are asked of.

    ``reference`` is CONDSKIP-2's date; ``before`` is the record being evaluated, before which doses count
    (None in forecasting: all count); ``complete_groups`` are the series groups of the antigen that have a
    complete relevant series.
    """

    series: PatientSeries
    situation: Situation
    reference: date
    complete_groups: Collection[str]
    before: Shot | None = None

    @property
    def anchor(self) -> date:
        """The date of RELEVANT-1 and -2."""
        return self.situation.on if self.before is None else self.before.day

    def earlier(self, shots: Iterable[Shot]) -> list[Shot]:
        """Those of ``shots`` that had been given."""
        if self.before is None:
            return list(shots)
        return [shot for shot in shots if shot.place < self.before.place]


def can_be_skipped(dose: SeriesDose, context: SkipContext, question: SkipQuestion) -> bool:
    """Table 6-11: whether any conditional skip of this context is met."""
    return any(_skip_met(skip, question) for skip in dose.skips if context in skip.contexts)


def _skip_met(skip: ConditionalSkip, question: SkipQuestion) -> bool:
    relevant = [one for one in skip.sets if one.relevant(question.anchor)]
    if not relevant:
        return False
    met = (_set_met(one, question) for one in relevant)
    return all(met) if skip.all_sets else any(met)


def _set_met(one: SkipSet, question: SkipQuestion) -> bool:
    """Table 6-10; a set without conditions is not met."""
    if not one.conditions:
        return False
    met = (_condition_met(condition, question) for condition in one.conditions)
    return any(met) if one.any_condition else all(met)


def _condition_met(condition: SkipCondition, question: SkipQuestion) -> bool:
    if condition.type == "age":
        return _age_met(condition, question)
    if condition.type == "interval":
        return _interval_met(condition, question)
    if condition.type == "completed series":
        return _series_completed(condition, question)
    return _count_met(condition, question)


def _age_met(condition: SkipCondition, question: SkipQuestion) -> bool:
    """Table 6-6 (CALCDTSKIP-3, -4)."""
    return question.situation.of_age(condition.begin_age, question.reference, condition.end_age)


def _series_completed(condition: SkipCondition, question: SkipQuestion) -> bool:
    """Table 6-7."""
    return any(group in question.complete_groups for group in condition.series_groups)


def _interval_met(condition: SkipCondition, question: SkipQuestion) -> bool:
    """Table 6-8: from the immediately previous dose administered, whatever its status (CALCDTSKIP-5)."""
    given = question.earlier(question.series.records)
    if not given or condition.interval is None:
        return False
    return question.reference >= question.situation.reckoning.next_day(given[-1].day, condition.interval)


def _count_met(condition: SkipCondition, question: SkipQuestion) -> bool:
    """Table 6-9."""
    count = _doses_counted(condition, question)
    if condition.dose_count_logic == "greater than":
        return count > condition.dose_count
    if condition.dose_count_logic == "less than":
        return count < condition.dose_count
    return count == condition.dose_count


def _doses_counted(condition: SkipCondition, question: SkipQuestion) -> int:
    """CONDSKIP-1: doses of the vaccine types (none named: of the antigen), Valid here or of any status."""
    situation = question.situation
    begin = situation.age_date(condition.begin_age) or FIRST_DAY
    end = situation.age_date(condition.end_age) or LAST_DAY
    start, stop = condition.start or FIRST_DAY, condition.end or LAST_DAY
    return sum(
        begin <= shot.day < end and start <= shot.day < stop for shot in _countable(condition, question)
    )


def _countable(condition: SkipCondition, question: SkipQuestion) -> list[Shot]:
    types = condition.vaccine_types
    if condition.valid_only:
        valid = (verdict.shot for verdict in question.series.verdicts if verdict.status == "Valid")
        return [shot for shot in valid if not types or shot.cvx in types]
    if not types:
        return question.earlier(question.series.records)
    return [shot for shot in question.earlier(question.situation.shots) if shot.cvx in types]
