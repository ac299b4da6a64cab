"""地域保健・健康増進事業報告 (H09)."""

from __future__ import annotations

import csv
import random
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection, transaction

from sesshu.health.ledger.models import Dose
from sesshu.health.reporting import documents, selectors, services
from sesshu.health.reporting.community_health import UNPLACED, Kind, definition
from sesshu.health.reporting.recount import compared, recount
from sesshu.kernel import dates
from sesshu.schedule import load_pack

from .conftest import MakeDose, MakePerson


def naive_kinds(fiscal_year: int) -> list[Kind]:
    """Each routine dose of the year, found by reading the ledger row by row."""
    found = []
    for given in Dose.objects.select_related("addressee", "verdict"):
        verdict = getattr(given, "verdict", None)
        if given.voided_at or not given.counted or verdict is None or not verdict.routine:
            continue
        if dates.fiscal_year(given.date) != fiscal_year:
            continue
        birth = given.addressee.birth_date
        age = dates.age_on(birth, given.date) if birth else -1
        found.append(Kind(verdict.programme, verdict.dose_label, given.vaccine, age))
    return found


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_h09_counts_agree_with_a_recount_by_hand(city: random.Random, year: int) -> None:
    kinds, report = naive_kinds(year), recount(year)
    rows = definition().rows_of(year)
    by_hand = Counter(next((row.key for row in rows if row.holds(kind)), UNPLACED) for kind in kinds)
    assert kinds
    assert report.total == len(kinds)
    assert {row.key: row.count for row in report.rows} == {row.key: by_hand[row.key] for row in rows}
    assert report.unplaced_count == by_hand[UNPLACED]


@pytest.mark.parametrize("year", [2025, 2026])
def test_h09_every_number_lists_exactly_its_doses(city: random.Random, year: int) -> None:
    report = recount(year)
    listed: list[int] = []
    for row in report.rows:
        doses = list(report.selection(row.key).queryset().values_list("pk", flat=True))
        assert len(doses) == row.count, row.key
        listed += doses
    unplaced = list(report.selection(UNPLACED).queryset().values_list("pk", flat=True))
    assert len(unplaced) == report.unplaced_count > 0
    assert len(set(listed + unplaced)) == report.total, "a dose stands in two rows"


def test_h09_no_kind_of_dose_falls_in_two_rows() -> None:
    ages = (-1, 0, 59, 60, 64, 65, 99)
    vaccines = (
        "MR",
        "M",
        "R",
        "RV1",
        "RV5",
        "HPV2",
        "HPV4",
        "HPV9",
        "VZV-live",
        "RZV",
        "Flu-HA",
        "PCV20",
        "JE",
    )
    for year in range(2013, 2031):
        rows = definition().rows_of(year)
        assert len({row.key for row in rows}) == len(rows)
        for programme, label in {(row.programme, label) for row in rows for label in row.labels}:
            for vaccine in vaccines:
                for age in ages:
                    kind = Kind(programme, label, vaccine, age)
                    assert sum(row.holds(kind) for row in rows) <= 1, kind


def test_h09_every_dose_of_the_schedule_in_force_has_its_row() -> None:
    """A label that the engine gives this year and that no row holds would be found only in March."""
    on, missing = date(2026, 11, 22), []
    rows = definition().rows_of(2026)
    for rule in load_pack("jp").rules:
        if on not in rule.in_force:
            continue
        for course in rule.courses:
            for planned in course.doses:
                kinds = [
                    Kind(rule.programme, planned.label, product, age)
                    for product in rule.products
                    for age in (0, 12, 60, 65)
                ]
                if not any(row.holds(kind) for kind in kinds for row in rows):
                    missing.append((rule.id, planned.label))
    assert missing == []


def test_h09_seniors_are_told_apart_by_age_by_law(person: MakePerson, dose: MakeDose) -> None:
    """65 is reached on the eve of the birthday, a birth on 29 February on the 28th."""
    eve = person(birth_date=date(1961, 10, 2))
    leap = person(birth_date=date(1960, 2, 29))
    for who, day in (
        (eve, date(2026, 9, 30)),
        (eve, date(2026, 10, 1)),
        (leap, date(2025, 2, 27)),
        (leap, date(2025, 2, 28)),
    ):
        dose(who, programme="flu", vaccine="Flu-HA", label="毎年度1回", date=day)
    for year in (2024, 2026):
        counts = {row.key: row.count for row in recount(year).rows}
        assert (counts["flu/60〜64歳"], counts["flu/65歳以上"]) == (1, 1)


def test_h09_rows_without_a_dose_stand_as_zero(ise: object) -> None:
    report = recount(2026)
    assert report.total == 0
    assert {(row.programme, row.dose, row.count) for row in report.rows} >= {
        ("mr", "1期", 0),
        ("bcg", "1回", 0),
    }


def test_h09_a_kept_report_stands_and_shows_what_changed_since(
    person: MakePerson, dose: MakeDose, clerk: object
) -> None:
    child = person()
    dose(child)
    first = services.keep_report(fiscal_year=2026, by=clerk, note="県へ提出")  # type: ignore[arg-type]
    dose(person(), label="2期")
    second = services.keep_report(fiscal_year=2026, by=None)
    assert (first.version, second.version) == (1, 2)
    assert [kept.version for kept in selectors.kept_reports(2026)] == [2, 1]
    lines = {(line.programme, line.dose): line.change for line in compared(first.rows, second.rows)}
    assert {key for key, change in lines.items() if change} == {("mr", "2期")}
    assert sum(row["count"] for row in second.rows) == second.total == 2


def test_h09_a_kept_report_can_be_neither_changed_nor_removed(ise: object) -> None:
    kept = services.keep_report(fiscal_year=2026, by=None)
    for statement in (
        "UPDATE reporting_reportsnapshot SET total = 9",
        "DELETE FROM reporting_reportsnapshot",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    kept.refresh_from_db()
    assert kept.total == 0


def test_h09_csv_stands_in_the_layout_of_the_statistics_portal(city: random.Random, tmp_path: Path) -> None:
    report, out = recount(2026), tmp_path / "報告.csv"
    documents.write_report_csv(report, out)
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert sum(int(row["value"]) for row in rows) == report.total
    assert {row["area_code"] for row in rows} == {"24203"}
    assert {row["市区町村"] for row in rows} == {"三重県伊勢市"}
    assert {row["時間軸（年度）"] for row in rows} == {"2026年度"}
