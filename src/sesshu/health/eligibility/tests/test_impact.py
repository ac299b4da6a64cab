"""H20: the sums of an amendment over a city's columns honour what is recorded of single persons."""

from __future__ import annotations

import argparse
import csv
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sesshu.addressees.models import Addressee
from sesshu.health.eligibility import impact_cli, reading, staging
from sesshu.health.eligibility.tests.invented import TODAY, circumstance, resident
from sesshu.health.eligibility.tests.test_bulk import odd_city, with_circumstances
from sesshu.health.ledger.models import PersonalCircumstance
from sesshu.kernel import clock
from sesshu.schedule import load_pack
from sesshu.schedule.impact import Impact, Point, changes

pytestmark = pytest.mark.usefixtures("ise")
PACK = load_pack("jp")
POINTS = [
    (Point(PACK, date(2024, 3, 31)), Point(PACK, date(2026, 4, 1))),
    (Point(PACK, TODAY), Point(PACK, date(2027, 4, 1))),
]


def told(before: Point, after: Point, out: Path) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    impact_cli.add_commands(parser.add_subparsers())
    words = ["schedule", "impact", "--from", before.name, "--to", after.name, "--out", str(out)]
    arguments = parser.parse_args([*words, "--municipality", "242039"])
    found: dict[str, Any] = arguments.handler(arguments).data
    return found


@pytest.mark.parametrize(("before", "after"), POINTS, ids=lambda point: point.on.isoformat())
def test_h20_an_impact_is_that_of_each_person_with_what_is_recorded(before, after, tmp_path):
    odd_city(random.Random(8), 120)
    without = told(before, after, tmp_path / "without.csv")
    with_circumstances(random.Random(8))
    found = told(before, after, tmp_path / "list.csv")
    wanted, changed = Impact(), set()
    for number, person, doses in impact_cli._asked(list(Addressee.objects.values_list("pk", flat=True))):
        changes_of_one = changes(person, doses, before, after)
        wanted.add(changes_of_one)
        changed |= {number} if changes_of_one else set()
    assert (found["persons"], found["changed"]) == (wanted.persons, wanted.changed)
    groups = [
        (each["programme"], each["change"], each["reason_from"], each["reason_to"], each["article"])
        for each in found["changes"]
    ]
    counts = [each["count"] for each in found["changes"]]
    assert list(zip(groups, counts, strict=True)) == [(tuple(g), n) for g, n in wanted.in_order()]
    assert found["changes"] != without["changes"], "what is recorded changes the sums"
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert {row["番号"] for row in csv.DictReader(stream)} == changed


def test_circumstances_are_read_in_one_statement_and_cost_no_other_where_nobody_has_any(
    django_assert_num_queries,
):
    persons = [resident() for _ in range(3)]
    source = "(SELECT id FROM addressees_addressee)"
    with staging.cursor() as cursor:
        with django_assert_num_queries(0):
            assert reading.circumstances(cursor, source, {}) == {}
        circumstance(random.Random(1), persons[1], 200)
        with django_assert_num_queries(1):
            assert set(reading.circumstances(cursor, source, {})) <= {persons[1].pk}
        PersonalCircumstance.objects.update(voided_at=clock.now())
        with django_assert_num_queries(0):
            assert reading.circumstances(cursor, source, {}) == {}
