"""Journey 1: the resident file, today's changes and bad files through the import screen (H-A02, A03)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.journeys import papers
from tests.journeys.opening import KOFU

pytestmark = [pytest.mark.browser]
RESIDENTS = 120


@pytest.fixture(scope="module")
def files(house: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kofu")
    words = (
        "demo-data",
        "--municipality",
        KOFU,
        "--residents",
        str(RESIDENTS),
        "--seed",
        "3",
        "--out",
        folder,
    )
    made = house.made.sesshu(*words)
    assert made.exit_code == 0, made.stderr
    return folder


def take_in(desk: Any, path: Path) -> dict[str, int]:
    """Send a file, watch its job end, open its result; the result's tiles by their words."""
    desk.menu("住民取込").heading("住民ファイルの取込")
    desk.page.get_by_label("住民ファイル").set_input_files(path)
    desk.page.get_by_role("button", name="取り込む").click()
    desk.heading("住民ファイルの取込").job_ends()
    desk.page.get_by_role("link", name="取込結果を見る").click()
    desk.heading("取込の結果")
    return desk.tiles()


def test_a_clerk_loads_the_residents_and_todays_changes_and_loads_them_again(staff: Any, files: Path) -> None:
    """H-A02, A03: every row's fate is told; the same file again adds nothing."""
    residents, changes = papers.read_csv(files / "residents.csv"), papers.read_csv(files / "changes.csv")
    desk = staff("demo-kofu")
    desk.menu("住民取込").looks_well("import-empty")

    told = take_in(desk, files / "residents.csv")
    assert told["新規"] == len(residents)
    assert told["更新"] == told["変更なし"] == told["取り込めない行"] == 0
    desk.looks_well("import-result")

    again = take_in(desk, files / "residents.csv")
    assert (again["新規"], again["更新"], again["変更なし"]) == (0, 0, len(residents))

    told = take_in(desk, files / "changes.csv")
    assert told["取り込めない行"] == 0
    assert told["新規"] + told["更新"] + told["変更なし"] + told["履歴のみ"] == len(changes)
    assert told["新規"] == sum(row["異動事由"] in ("01", "02") for row in changes)
    desk.looks_well("import-changes-result")

    came = next(row for row in changes if row["異動事由"] == "02")
    listed = desk.page.get_by_role("table", name="異動の内容").get_by_role("row")
    assert listed.count() == len(changes) + 1
    listed.filter(has_text=came["宛名番号"]).get_by_text("転入").wait_for()
    listed.filter(has_text=came["宛名番号"]).get_by_role("link").click()
    desk.heading(f"{came['氏名']} の異動履歴").looks_well("history")

    again = take_in(desk, files / "changes.csv")
    assert again["新規"] == again["更新"] == 0
    desk.menu("住民取込").heading("住民ファイルの取込").looks_well("import-with-history")
    assert desk.page.get_by_role("table", name="これまでの取込").get_by_role("row").count() == 4 + 1


def test_a_bad_file_says_row_column_and_remedy_and_the_good_rows_go_in(
    staff: Any, files: Path, tmp_path: Path
) -> None:
    """H-A02: CP932, an impossible date, a second copy of a row; what can be taken in is taken in."""
    source = papers.read_csv(files / "residents.csv")
    good = source[0] | {"宛名番号": "9000000001", "氏名": "見本　良太", "氏名_読み仮名": "ミホン　リョウタ"}
    impossible = good | {"宛名番号": "9000000002", "生年月日": "2026-02-30"}
    unknown = good | {"宛名番号": "9000000003", "性別": "7"}
    bad = papers.write_csv(tmp_path / "住民.csv", [good, impossible, good, unknown], encoding="cp932")

    desk = staff("demo-kofu")
    told = take_in(desk, bad)
    assert told["新規"] == 1
    rows = desk.page.get_by_role("table", name="取り込めない行").get_by_role("row")
    for line, column, value in ((3, "生年月日", "2026-02-30"), (5, "性別", "7")):
        row = rows.filter(has=desk.page.get_by_role("rowheader", name=column, exact=True))
        cells = row.get_by_role("cell").all_inner_texts()
        assert cells[0] == str(line)
        assert value in cells[1]
        assert cells[2].strip(), "a remedy"
    desk.looks_well("import-bad-result")
    with desk.page.expect_download() as taken:
        desk.page.get_by_role("link", name="エラーと注意の一覧").click()
    listed = papers.read_csv(taken.value.path())
    assert {(row["行"], row["列"]) for row in listed} >= {("3", "生年月日"), ("5", "性別")}


def test_a_pdf_named_csv_is_refused_in_words(staff: Any, tmp_path: Path) -> None:
    """H-A02: what it is, and what to send instead."""
    wrong = tmp_path / "住民.csv"
    wrong.write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n")
    desk = staff("demo-kofu")
    take_in(desk, wrong)
    desk.page.get_by_text("ファイルを取り込めませんでした").wait_for()
    desk.page.get_by_text("PDF").first.wait_for()
    desk.looks_well("import-refused")
