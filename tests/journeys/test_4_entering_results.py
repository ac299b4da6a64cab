"""Journey 4: results by scanner and keyboard, as a clinic's file, and put right (H01, H07, H08)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import papers
from tests.journeys.conftest import TODAY
from tests.journeys.opening import ISE

pytestmark = [pytest.mark.browser]
CLINIC, CLINIC_NAME, DOCTOR = "2419900003", "見本こどもクリニック03", "見本 医師"
SCANNED, FILED = "pneumococcal-senior", "flu"


@pytest.fixture(scope="module")
def codes(house: Any, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The codes of printed questionnaires as the scanner reads them off the paper."""
    out = tmp_path_factory.mktemp("papers") / "questionnaires.pdf"
    words = ("--municipality", ISE, "--programme", SCANNED, "--on", TODAY, "--out", out)
    printed = house.made.sesshu("questionnaires", *words)
    assert printed.exit_code == 0, printed.stderr
    found = papers.codes(out)
    assert len(found) == printed.data["documents"] >= 3
    return found


@pytest.fixture(scope="module")
def waiting(house: Any, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """Residents who may have their 季節性インフルエンザ dose today and live where everybody may know."""
    out = tmp_path_factory.mktemp("waiting") / "flu.csv"
    words = ("--municipality", ISE, "--programme", FILED, "--on", TODAY, "--out", out)
    assert house.made.sesshu("unvaccinated", *words).exit_code == 0
    rows = papers.read_csv(out)
    return [house.residents[row["宛名番号"]] for row in rows if not row["住所"].startswith("（")]


def go_to(desk: Any, field: str) -> None:
    """Enter, again and again, until the cursor stands there: how a scanner and a keyboard go on."""
    for _ in range(12):
        if desk.focused() == field:
            return
        desk.page.keyboard.press("Enter")
    raise AssertionError(f"Enter never came to {field}, but stands at {desk.focused()}")


def key_in(desk: Any, **values: str) -> None:
    for field, value in values.items():
        go_to(desk, f"id_{field}")
        desk.page.keyboard.press("Control+a")
        desk.page.keyboard.type(value)


def entered(desk: Any, count: int) -> Any:
    """The list of what was entered, once it holds so many."""
    desk.page.get_by_role("heading", name=f"入力したもの（{count}件）").wait_for()
    return desk.page.get_by_role("table", name="入力したもの").get_by_role("row")


def test_results_are_entered_by_scanner_and_keyboard_alone(staff: Any, codes: list[str]) -> None:
    """H07: code, date, lot, done; the next paper of the pile needs its code only."""
    desk = staff("demo-ise")
    desk.goto("/intake/entry/").heading("結果入力").looks_well("entry")
    assert desk.focused() == "id_code", "ready for the scanner at once"

    key_in(desk, code=codes[0], date="R8.11.20", lot="JM0001", provider_code=CLINIC, doctor=DOCTOR)
    desk.page.locator("#who").get_by_text("予診票:").wait_for()
    desk.looks_well("entry-filled")
    go_to(desk, "save")
    desk.page.keyboard.press("Enter")
    assert "JM0001" in entered(desk, 1).nth(1).inner_text()
    assert desk.focused() == "id_code", "ready for the next paper"

    key_in(desk, code=codes[1])
    go_to(desk, "save")
    desk.page.keyboard.press("Enter")
    assert "R8.11.20" in entered(desk, 2).nth(1).inner_text()
    desk.looks_well("entry-two")

    # The same paper once more: the machine asks, the clerk goes back.
    key_in(desk, code=codes[0], date="R8.11.21")
    go_to(desk, "save")
    desk.page.keyboard.press("Enter")
    desk.page.get_by_text("確かめてください").first.wait_for()
    assert desk.focused() == "save", "Enter once more confirms"
    desk.looks_well("entry-warned")
    desk.page.keyboard.press("Enter")
    entered(desk, 3)

    undo = desk.page.get_by_role("table", name="入力したもの").get_by_role("button", name="元に戻す").first
    undo.focus()
    desk.page.keyboard.press("Enter")
    desk.page.get_by_text("入力を取り消しました").wait_for()
    assert "取消済み" in entered(desk, 3).nth(1).inner_text()


def test_a_screening_without_a_dose_keeps_its_reason_clinic_and_doctor(staff: Any, codes: list[str]) -> None:
    """H08: 予診のみ by F8, with 未接種理由, institution and doctor."""
    desk = staff("demo-ise")
    desk.goto("/intake/entry/").heading("結果入力")
    desk.page.keyboard.press("F8")
    key_in(desk, code=codes[2], date="2026-11-19")
    go_to(desk, "id_reason")
    desk.page.keyboard.press("ArrowDown")
    key_in(desk, provider_code=CLINIC, screening_doctor=DOCTOR)
    desk.looks_well("entry-screening")
    go_to(desk, "save")
    desk.page.keyboard.press("Enter")
    row = entered(desk, 1).nth(1)
    assert "予診のみ" in row.inner_text()
    row.get_by_role("link").focus()
    desk.page.keyboard.press("Enter")
    desk.heading("接種台帳")
    kept = desk.page.get_by_role("table", name="予診のみ").get_by_role("row").nth(1).inner_text()
    assert [words for words in ("R8.11.19", "発熱", CLINIC_NAME, DOCTOR) if words not in kept] == []


def test_a_misread_and_an_unknown_code_are_told_apart(staff: Any, codes: list[str]) -> None:
    """H07: a wrong digit never finds another person."""
    desk = staff("demo-ise")
    desk.goto("/intake/entry/").heading("結果入力")
    misread = codes[0][:-1] + str((int(codes[0][-1]) + 1) % 10)
    key_in(desk, code=misread)
    desk.page.keyboard.press("Enter")
    desk.page.locator("#who").get_by_text("検査数字").wait_for()
    desk.looks_well("entry-misread")
    desk.page.get_by_label("予診票番号または宛名番号").focus()
    key_in(desk, code="0000000001")
    desk.page.keyboard.press("Enter")
    desk.page.locator("#who").get_by_text("該当する予診票も住民もありません").wait_for()


def of(template: dict[str, str], person: dict[str, str], **changed: str) -> dict[str, str]:
    """A row of a clinic's file for this person."""
    names = ("宛名番号", "氏名", "氏名_読み仮名", "生年月日")
    row = template | {name: person[name] for name in names}
    row |= {"接種年月日": "2026-11-18", "ロット番号": "HA0001", "接種回": "", "予診票番号": ""}
    return row | {"医療機関コード": "", "医療機関名": "", **changed}


def test_a_clinics_file_is_reviewed_before_it_is_committed(
    staff: Any, house: Any, waiting: list[dict[str, str]], tmp_path: Path
) -> None:
    """H07: rows by fate; what is doubtful waits for a person; nothing is in the ledger before."""
    given = [row for row in house.rows("doses") if row["接種種類"] == FILED and row["結果区分"] == "1"]
    template = max(given, key=lambda row: row["接種年月日"])
    good, doubtful, expired, bad = waiting[:4]
    rows = [
        of(template, good, 受付番号="1"),
        of(template, doubtful, 受付番号="2", 宛名番号="", 生年月日="1900-01-01"),
        of(template, expired, 受付番号="3", 有効期限="2025-03-31"),
        of(template, bad, 受付番号="4", 接種年月日="2026-13-45"),
    ]
    path = papers.write_csv(tmp_path / "見本こどもクリニック.csv", rows, encoding="cp932")

    desk = staff("demo-ise")
    desk.menu("結果取込").heading("結果ファイルの取込").looks_well("intake")
    desk.page.get_by_label("送付元の医療機関コード").fill(CLINIC)
    desk.page.get_by_label("結果ファイル").set_input_files(path)
    desk.page.get_by_role("button", name="送って確かめる").click()
    desk.heading("見本こどもクリニック.csv")
    desk.until("the review", desk.page.get_by_role("link", name="内容を確かめる"))
    desk.page.get_by_role("link", name="内容を確かめる").click()
    desk.looks_well("intake-review")

    tabs = desk.page.get_by_role("navigation", name="行の判定")
    tabs.get_by_role("link", name="エラー").click()
    desk.page.get_by_role("table", name="ファイルの行").get_by_text("接種年月日").wait_for()
    desk.looks_well("intake-errors")
    tabs.get_by_role("link", name="確認が必要").click()
    row = desk.page.get_by_role("table", name="ファイルの行").get_by_role("row").nth(1)
    row.get_by_role("radio").first.check()
    row.get_by_role("button", name=re.compile("^取り込む")).click()
    desk.page.locator("[aria-pressed=true]").first.wait_for()
    desk.looks_well("intake-decided")
    desk.page.get_by_role("button", name="注意のある行をすべて取り込む").click()
    desk.page.get_by_text("取り込むことにしました").wait_for()
    desk.page.get_by_role("button", name="台帳に登録する").click()
    desk.page.get_by_role("button", name="登録する", exact=True).click()
    desk.until("the end of the commit", desk.page.get_by_role("link", name="結果を見る"))
    desk.page.get_by_role("link", name="結果を見る").click()
    desk.page.get_by_text("台帳に登録しました").wait_for()
    desk.page.get_by_text("新規 3件").wait_for()
    desk.looks_well("intake-committed")

    table = ledger_of(desk, good["宛名番号"])
    assert CLINIC_NAME in table.get_by_role("row").filter(has_text="HA0001").inner_text()


def test_a_wrong_dose_is_voided_and_replaced_and_both_stay_to_be_seen(
    staff: Any, waiting: list[dict[str, str]]
) -> None:
    """H01: nothing is overwritten; the struck-through entry says who, when and why."""
    desk = staff("demo-ise")
    person = waiting[5]
    ledger_of(desk, person["宛名番号"])
    desk.page.get_by_role("link", name="接種を記録").click()
    desk.heading("接種を記録").looks_well("dose-form")
    desk.page.get_by_label("実施日").fill("R8.11.17")
    vaccines = desk.page.locator("#id_vaccine")
    vaccines.select_option(vaccines.locator("option", has_text="インフルエンザ").first.get_attribute("value"))
    desk.page.get_by_label("ロット番号").fill("WRONG1")
    desk.page.get_by_label("医療機関コード").fill(CLINIC)
    desk.page.get_by_role("button", name="記録する").click()
    desk.heading("接種台帳")
    desk.page.get_by_text("接種を記録しました").wait_for()

    table = desk.page.get_by_role("table", name="接種の記録", exact=True)
    table.get_by_role("row").filter(has_text="WRONG1").get_by_role("link", name="訂正").click()
    desk.heading("記録を訂正").looks_well("dose-correct")
    desk.page.get_by_label("ロット番号").fill("RIGHT1")
    desk.page.get_by_role("button", name="訂正する").click()
    desk.page.get_by_text("理由を入力してください").first.wait_for()
    desk.page.get_by_label("取消・訂正の理由").fill("ロット番号の読み違い")
    desk.page.get_by_role("button", name="訂正する").click()
    desk.heading("接種台帳")
    void = table.get_by_role("row").filter(has_text="WRONG1")
    assert "is-void" in void.get_attribute("class")
    struck = void.locator("td, th").nth(4).evaluate("cell => getComputedStyle(cell).textDecorationLine")
    assert struck == "line-through"
    table.get_by_text("ロット番号の読み違い").wait_for()
    assert "is-void" not in (table.get_by_role("row").filter(has_text="RIGHT1").get_attribute("class") or "")
    desk.looks_well("ledger-corrected")


def ledger_of(desk: Any, number: str) -> Any:
    """Open a person's ledger by the search; its table of doses."""
    desk.menu("住民検索")
    desk.page.get_by_label("住民を探す").fill(number)
    desk.page.locator("#results").get_by_role("row").filter(has_text=number).get_by_role("link").click()
    desk.heading("接種台帳")
    return desk.page.get_by_role("table", name="接種の記録", exact=True)
