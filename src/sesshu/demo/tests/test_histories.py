"""The demo's regular doses are regular by the schedule's own judgement, and its irregular ones are not."""

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesshu.demo.adult_doses import Dose
from sesshu.demo.generating import generate
from sesshu.demo.neighbours import free_day
from sesshu.schedule import DoseGiven, DoseVerdict, Person, assess, load_pack

ON = date(2026, 11, 22)
SEX = {"1": "M", "2": "F"}


def _verdicts(made: dict[str, Any], persons: int) -> list[DoseVerdict]:
    """What the schedule says of the doses of the first `persons` people, mothers-to-be left out."""
    births, doses = {}, defaultdict(list)
    with Path(made["residents"]).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["生年月日"]:
                births[row["宛名番号"]] = Person(
                    birth=date.fromisoformat(row["生年月日"]), sex=SEX.get(row["性別"])
                )
    with Path(made["doses"]).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            # The results file has no due date, without which a maternal dose cannot be judged.
            if row["結果区分"] == "1" and row["接種種類"] != "rsv-maternal" and row["宛名番号"] in births:
                doses[row["宛名番号"]].append(
                    DoseGiven(date=date.fromisoformat(row["接種年月日"]), vaccine=row["ワクチンコード"])
                )
    pack = load_pack("jp")
    return [
        verdict
        for number in list(doses)[:persons]
        for verdict in assess(births[number], tuple(doses[number]), on=ON, pack=pack).doses
    ]


def test_without_flaws_every_dose_is_valid_and_routine(tmp_path: Path) -> None:
    made = generate("242039", 2500, 11, tmp_path, on=ON, irregular=0)
    verdicts = _verdicts(made, 1000)
    found = Counter((v.programme, v.evaluation, v.routine) for v in verdicts)
    assert len(found) > 14
    assert {(evaluation, routine) for _, evaluation, routine in found} == {("valid", True)}


def test_with_flaws_some_doses_are_not(tmp_path: Path) -> None:
    made = generate("242039", 1200, 11, tmp_path, on=ON, irregular=0.2)
    irregular = [v for v in _verdicts(made, 400) if v.evaluation != "valid"]
    assert {"interval_too_short", "too_early"} & {reason.code for v in irregular for reason in v.reasons}
    assert len({v.evaluation for v in irregular}) > 1


days = st.dates(date(2013, 1, 1), date(2026, 1, 1))


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["MR", "DPT-IPV", "BCG"])), max_size=6), days)
def test_a_free_day_keeps_its_distance_and_is_no_sooner_than_allowed(
    visits: list[tuple[int, str]], start: date
) -> None:
    before = [Dose(start + timedelta(days=after), "x", vaccine, 1) for after, vaccine in sorted(visits)]
    earliest, planned = start + timedelta(days=20), start + timedelta(days=61)
    free = free_day("VZV-live", earliest, planned, before)
    assert free >= earliest
    assert free_day("VZV-live", free, free, [dose for dose in before if dose.day <= free]) == free


@pytest.mark.parametrize(
    ("before", "after", "on", "wait"),
    [
        ("BCG", "DPT-IPV", date(2018, 5, 1), 28),
        ("DPT-IPV", "BCG", date(2018, 5, 1), 7),
        ("MR", "VZV-live", date(2024, 5, 1), 28),
        ("MR", "JE", date(2024, 5, 1), 1),
        ("RV1", "BCG", date(2024, 5, 1), 1),
    ],
)
def test_the_distances_of_each_time(before: str, after: str, on: date, wait: int) -> None:
    next_day = on + timedelta(days=1)
    given_before = [Dose(on, "x", before, 1)]
    assert free_day(after, next_day, next_day, given_before) == on + timedelta(days=wait)
    assert free_day(after, on, next_day, given_before) == (next_day if wait == 1 else on)
