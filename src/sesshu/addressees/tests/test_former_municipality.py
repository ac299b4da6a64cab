"""転入前住所_市区町村コード: a column that a feed may lack, and what an earlier file told stays (A02)."""

from __future__ import annotations

from pathlib import Path

import pytest

from sesshu.addressees.columns import RESIDENT_COLUMNS
from sesshu.addressees.models import Addressee
from sesshu.addressees.tests.feed_files import resident, take

COLUMN = RESIDENT_COLUMNS[-1].name


@pytest.mark.usefixtures("ise")
def test_a_file_without_the_column_or_with_a_blank_leaves_what_is_known(tmp_path: Path) -> None:
    take(tmp_path / "1.csv", [resident(**{COLUMN: "192015"})])
    assert take(tmp_path / "2.csv", [resident()], drop=COLUMN).unchanged == 1
    assert take(tmp_path / "3.csv", [resident(**{COLUMN: ""})]).unchanged == 1
    assert Addressee.objects.get().former_municipality_code == "192015"
    assert take(tmp_path / "4.csv", [resident(**{COLUMN: "242012"})]).updated == 1
    assert Addressee.objects.get().former_municipality_code == "242012"


@pytest.mark.usefixtures("ise")
def test_a_code_without_its_check_digit_is_refused_with_its_column(tmp_path: Path) -> None:
    report = take(tmp_path / "1.csv", [resident(**{COLUMN: "192016"})])
    assert [error.column for error in report.errors] == [COLUMN]
    assert not Addressee.objects.exists()
