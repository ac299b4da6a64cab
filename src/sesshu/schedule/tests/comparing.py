"""Hold the population path against the scalar engine, person by person, on every field."""

from collections.abc import Iterator
from datetime import date

from sesshu.schedule import Assessment, assess
from sesshu.schedule.population.city import person_of, values_of
from sesshu.schedule.population.columns import (
    DATES,
    EVALUATIONS,
    REASONS,
    STATUSES,
    Answers,
    Doses,
    Residents,
)
from sesshu.schedule.population.standing import FIELDS
from sesshu.schedule.supporting import Pack


def differences(residents: Residents, doses: Doses, answers: Answers, on: date, pack: Pack) -> Iterator[str]:
    """A paragraph for each person of whom the two say different things."""
    for person in range(len(residents)):
        who, given = person_of(residents, doses, person, pack)
        told = assess(who, given, on, pack)
        lines = [*_statuses(person, told, answers, pack), *_verdicts(told, answers, pack)]
        if lines:
            story = " ".join(f"{dose.date}={dose.vaccine}" for dose in given)
            extra = f"{sorted(who.conditions)} due {[str(day) for day in who.due_dates]}"
            yield "\n    ".join([f"{who.birth} {who.sex} {extra} on {on}: {story}", *lines])


def _statuses(person: int, told: Assessment, answers: Answers, pack: Pack) -> Iterator[str]:
    scalar = values_of(told, pack)
    for n, code in enumerate(pack.programmes):
        for name, one in zip(FIELDS, scalar[:, n], strict=True):
            other = answers.statuses[name][n, person]
            if one != other:
                yield f"{code} {name}: scalar {_said(name, int(one))}, columns {_said(name, int(other))}"


def _verdicts(told: Assessment, answers: Answers, pack: Pack) -> Iterator[str]:
    codes = [*pack.programmes, None]
    for verdict in told.doses:
        place = int(str(verdict.key))
        number = int(answers.number[place])
        columns = (
            codes[answers.programme[place]], None if number < 0 else number,
            EVALUATIONS[answers.evaluation[place]], bool(answers.routine[place]),
        )  # fmt: skip
        scalar = (verdict.programme, verdict.dose_number, verdict.evaluation, verdict.routine)
        if scalar != columns:
            yield f"{verdict.date}={verdict.vaccine}: scalar {scalar}, columns {columns}"


def _said(name: str, value: int) -> str:
    if name == "status":
        return STATUSES[value]
    if name == "reason":
        return REASONS[value]
    if name in DATES:
        return str(date.fromordinal(value)) if value else "none"
    return str(value)
