"""分娩予定日 in a clinic's file: kept with the person, and the maternal dose judged by it (H07, H20)."""

from __future__ import annotations

from datetime import date
from hashlib import blake2b
from pathlib import Path

import pytest

from sesshu.addressees.models import Addressee
from sesshu.health.intake.results import Result
from sesshu.health.intake.services import Report, import_results
from sesshu.health.intake.tests.people import CLINIC, HEADER, file, person, row
from sesshu.health.ledger import selectors
from sesshu.health.ledger.circumstance_services import note_due_dates
from sesshu.health.ledger.models import Dose
from sesshu.health.ledger.selectors import known_of_person
from sesshu.kernel import clock
from sesshu.kernel.csv_writer import write_csv

pytestmark = pytest.mark.usefixtures("ise")


@pytest.fixture(autouse=True)
def today():
    with clock.fixed(date(2026, 11, 22)):
        yield


@pytest.fixture
def hana() -> Addressee:
    return person("0000000101", "見本 はな子", "ミホン ハナコ", date(2025, 8, 1))


def taken(tmp_path: Path, *rows: list[str], **options: object) -> Report:
    return import_results(
        file(tmp_path / "results.csv", *rows), provider_code=CLINIC, by=None, at=clock.now(), **options
    )


def maternal(**cells: str) -> list[str]:
    """A row of an RSウイルス dose of a mother due on 2026-12-31."""
    return row(
        **{
            "宛名番号": "0000000301", "氏名": "見本 母", "氏名_読み仮名": "ミホン ハハ",
            "生年月日": "1995-05-05", "接種種類": "rsv-maternal", "接種年月日": "2026-10-08",
            "ワクチンコード": "RSV-preF-maternal", "接種方法": "IM", "分娩予定日": "2026-12-31",
        }
        | cells
    )  # fmt: skip


@pytest.fixture
def mother() -> Addressee:
    return person("0000000301", "見本 母", "ミホン ハハ", date(1995, 5, 5))


def test_a_due_date_of_the_file_lets_the_maternal_dose_be_judged(tmp_path: Path, mother: Addressee) -> None:
    """28週0日 is 84 days before the due date, 2026-10-08 (実施規則22条)."""
    report = taken(tmp_path, maternal())
    assert (report.created, report.warned) == (1, 1), "but for the unknown sender nothing is remarked"
    assert known_of_person(mother.pk).due_dates == (date(2026, 12, 31),)
    assert selectors.circumstances(mother.pk).get().basis == "file"
    again = taken(tmp_path, maternal())
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)
    assert selectors.circumstances(mother.pk).count() == 1


def test_without_a_due_date_the_dose_says_what_it_lacks(tmp_path: Path, mother: Addressee) -> None:
    report = taken(tmp_path, maternal(分娩予定日=""))
    assert report.created == 1
    assert any("分娩予定日" in warning.message for warning in report.warnings)
    corrected = taken(tmp_path, maternal())
    assert (corrected.updated, known_of_person(mother.pk).due_dates) == (1, (date(2026, 12, 31),))


def test_another_due_date_of_the_same_pregnancy_is_told_and_the_recorded_one_kept(
    tmp_path: Path, mother: Addressee
) -> None:
    note_due_dates([(mother.pk, date(2026, 12, 28))], by=None, at=clock.now())
    report = taken(tmp_path, maternal())
    assert [w.column for w in report.warnings if "記録済み" in w.message] == ["分娩予定日"]
    assert known_of_person(mother.pk).due_dates == (date(2026, 12, 28),)


@pytest.mark.parametrize("due", ["2026-01-01", "2028-01-01", "2026-13-01", "R8.12.31"])
def test_a_due_date_that_cannot_be_is_refused_with_its_column(
    tmp_path: Path, mother: Addressee, due: str
) -> None:
    report = taken(tmp_path, maternal(分娩予定日=due))
    assert [(error.row, error.column) for error in report.errors] == [(2, "分娩予定日")]
    assert not Dose.objects.exists()


def test_a_file_from_before_the_column_is_taken_and_known_again(tmp_path: Path, hana: Addressee) -> None:
    old = tmp_path / "old.csv"
    write_csv(old, HEADER[:-1], [row()[:-1]])
    report = import_results(old, provider_code=CLINIC, by=None, at=clock.now())
    assert (report.created, report.rejected) == (1, 0)
    assert taken(tmp_path, row()).unchanged == 1


def test_the_digest_of_a_row_without_a_due_date_is_that_of_before_the_column() -> None:
    """What was imported by an earlier edition must be known again: blake2b over the cells of then."""
    result = Result.of(2, row())
    said = (result.code, result.dose_number, *row()[9:26])
    assert result.digest() == blake2b("\x1f".join(said).encode(), digest_size=16).hexdigest()


def test_a_man_s_due_date_is_told_and_not_recorded(tmp_path: Path) -> None:
    man = person("0000000301", "見本 母", "ミホン ハハ", date(1995, 5, 5), sex="1")
    report = taken(tmp_path, maternal())
    assert "分娩予定日" in {warning.column for warning in report.warnings}
    assert known_of_person(man.pk).due_dates == ()
