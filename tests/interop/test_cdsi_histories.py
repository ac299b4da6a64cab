"""Whatever the history, the CDSi engine answers, and its answers hold together (requirement H05).

Random histories on CDC's own data: doses before birth, in the future, twice on a day, of unknown types. They
are the same ones every time; ``SESSHU_HISTORIES`` sets how many.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from sesshu.schedule.cdsi import Assessment, DoseAdministered, Observation, Patient, Schedule, assess
from sesshu.schedule.packs.cdsi import load_supporting_data

DATA = Path(__file__).resolve().parents[3] / "shared" / "cdsi" / "supporting-data-4.64"
HISTORIES = int(os.environ.get("SESSHU_HISTORIES", "150"))
STATUSES = {"Not Complete", "Complete", "Immune", "Contraindicated", "Aged Out", "Not Recommended"}
DAY = timedelta(days=1)

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="CDC's data are not beside the repository")

Question = tuple[Patient, tuple[DoseAdministered, ...], date]


@cache
def schedule() -> Schedule:
    return load_supporting_data(DATA)


@cache
def questions() -> tuple[Question, ...]:
    return tuple(_questions(random.Random(20261125)))


def _questions(chance: random.Random) -> Iterator[Question]:
    plan = schedule()
    codes, observations = sorted(plan.associations), sorted(plan.observations)
    for _ in range(HISTORIES):
        on = date(2025, 11, 1) + chance.randrange(-2000, 2000) * DAY
        birth = chance.choice((on, date(2024, 2, 29), date(1900, 1, 1), on - chance.randrange(33000) * DAY))
        seen = chance.sample(observations, chance.choice((0, 0, 1, 3)))
        gender = chance.choice(("Female", "Male", "Unknown"))
        patient = Patient(birth, gender, tuple(Observation(c, chance.choice((None, on))) for c in seen))
        yield patient, tuple(_doses(chance, birth, on, codes)), on


def _doses(chance: random.Random, birth: date, on: date, codes: list[str]) -> Iterator[DoseAdministered]:
    """Mostly a few types over a life; now and then an odd one."""
    few = chance.sample(codes, 4)
    for key in range(chance.randrange(14)):
        day = birth + chance.randrange(max((on - birth).days, 1)) * DAY
        day = chance.choices((day, birth - DAY, on + 90 * DAY, on, birth), (20, 1, 1, 2, 1))[0]
        code = chance.choices((chance.choice(few), "no such type", ""), (20, 1, 1))[0]
        yield DoseAdministered(
            day, code, key=key, condition=chance.random() < 0.05, volume=chance.choice((None, 0.1))
        )
        if chance.random() < 0.1:
            yield DoseAdministered(day, code, key=(key, "again"))


@cache
def answers() -> tuple[Assessment, ...]:
    return tuple(assess(patient, doses, on, schedule()) for patient, doses, on in questions())


def test_h05_every_dose_is_told_of_once_for_each_of_its_groups() -> None:
    for (_, doses, _), answer in zip(questions(), answers(), strict=True):
        assert {one.dose.key for one in answer.doses} <= {dose.key for dose in doses}
        told = [(one.dose.key, one.vaccine_group) for one in answer.doses]
        assert len(told) == len(set(told))


def test_h05_a_dose_without_a_status_says_why_and_odd_ones_have_none() -> None:
    for (patient, doses, on), answer in zip(questions(), answers(), strict=True):
        aside = {one.dose.key: one.reasons for one in answer.doses if one.status is None}
        assert all(aside.values())
        for dose in doses:
            odd = not patient.birth <= dose.date <= on or dose.cvx not in schedule().associations
            assert not odd or dose.key in aside
        for one in answer.doses:
            assert one.status in ("Valid", None) or one.reasons


def test_h05_every_forecast_is_sound() -> None:
    for (patient, _, on), answer in zip(questions(), answers(), strict=True):
        for one in answer.forecasts:
            found = one.forecast
            assert one.status in STATUSES
            assert answer.of(one.vaccine_group)
            assert (found.earliest is not None) == (one.status == "Not Complete")
            if found.earliest is None or found.recommended is None:
                assert found.dose_number is None
                continue
            assert found.dose_number
            assert found.dose_number >= 1
            assert patient.birth <= found.earliest <= found.recommended
            assert found.past_due is None or found.past_due >= found.earliest
            assert on == answer.on


def test_h05_series_keep_count_of_their_doses() -> None:
    for answer in answers():
        for series in answer.series:
            satisfied = [target for target in series.target_doses if target.status == "Satisfied"]
            valid = [one for one in series.evaluations if one.status == "Valid"]
            assert [target.satisfied_on for target in satisfied] == [one.dose.date for one in valid]
            assert not series.best or series.prioritized
            assert (series.status == "Complete") <= bool(satisfied)


def test_h05_doses_that_cannot_be_used_change_nothing_else() -> None:
    for patient, doses, on in questions()[: HISTORIES // 2]:
        usable = tuple(dose for dose in doses if patient.birth <= dose.date <= on)
        bare, full = (assess(patient, given, on, schedule()) for given in (usable, doses))
        assert bare.forecasts == full.forecasts
        assert bare.series == full.series


def test_h05_a_group_alone_is_answered_as_among_all() -> None:
    for (patient, doses, on), answer in list(zip(questions(), answers(), strict=True))[:20]:
        for group in schedule().vaccine_groups:
            assert assess(patient, doses, on, schedule(), (group,)).of(group) == answer.of(group)


def test_h05_the_order_of_doses_of_different_days_does_not_matter() -> None:
    for patient, doses, on in questions()[: HISTORIES // 2]:
        apart = tuple({dose.date: dose for dose in doses}.values())
        assert assess(patient, apart[::-1], on, schedule()) == assess(patient, apart, on, schedule())


def test_h05_a_recalled_dose_is_nowhere_valid() -> None:
    for patient, doses, on in questions()[: HISTORIES // 2]:
        recalled = tuple(replace(dose, condition=True) for dose in doses)
        answer = assess(patient, recalled, on, schedule())
        assert {one.status for one in answer.doses} <= {"Sub-standard", "Extraneous", None}


def test_h05_what_cannot_be_asked_is_a_clear_error() -> None:
    patient = Patient(date(2020, 1, 1))
    with pytest.raises(KeyError, match="Nothing"):
        assess(patient, (), date(2024, 1, 1), schedule(), ("Nothing",))
    with pytest.raises(ValueError, match="生年月日"):
        assess(replace(patient, birth=None), (), date(2024, 1, 1), schedule())  # type: ignore[arg-type]


@pytest.mark.parametrize("birth", [date.min, date(1, 2, 28), date(9999, 12, 31), date.max])
def test_h05_the_ends_of_the_calendar_do_not_crash(birth: date) -> None:
    for on in (birth, date(2025, 11, 1), date.max):
        dose = DoseAdministered(birth, sorted(schedule().associations)[0])
        assert assess(Patient(birth), (dose,), on, schedule()).on == on
