"""Journey 3: from the extraction to the printed 予診票 and its issue history (H05, H10, H20)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import papers

pytestmark = [pytest.mark.browser]
PROGRAMME = "帯状疱疹"


def extract(desk: Any, programme: str, purpose: str = "予診票") -> dict[str, int]:
    """Extract for the day of the house; the tiles of the list."""
    desk.menu("対象者抽出・通知").heading("対象者抽出・通知")
    desk.page.get_by_label("接種種類").select_option(label=programme)
    desk.page.get_by_label("基準日").fill("R8.11.22")
    desk.page.get_by_label("用途").select_option(label=purpose)
    desk.page.get_by_role("button", name="抽出する").click()
    desk.heading(re.compile(f"{programme}の対象者"))
    return desk.tiles()


def left_out(desk: Any) -> dict[str, int]:
    """Everybody who is not on the list, by reason."""
    details = desk.page.get_by_text("対象にならなかった人の内訳")
    if not desk.page.get_by_role("table", name="理由の説明").is_visible():
        details.click()
    rows = desk.page.get_by_role("table", name="理由の説明").locator("tbody tr").all()
    return {row.locator("th").inner_text(): int(row.locator("td").first.inner_text()) for row in rows}


def listed(desk: Any) -> Any:
    return desk.page.get_by_role("table", name="一覧", exact=True).locator("tbody tr")


def add(desk: Any, number: str, reason: str) -> None:
    form = desk.page.locator("form[action$='/add/']")
    form.get_by_label("宛名番号").fill(number)
    form.get_by_label("理由").fill(reason)
    form.get_by_role("button", name="対象に加える").click()


def remove(desk: Any, row: Any, reason: str) -> None:
    row.get_by_text("外す", exact=False).first.click()
    row.get_by_label("外す理由").fill(reason)
    row.get_by_role("button", name="対象から外す").click()
    desk.page.get_by_text("対象から外しました").wait_for()


def test_targets_are_counted_corrected_previewed_printed_and_remembered(
    staff: Any, house: Any, tmp_path: Path
) -> None:
    """H05, H10: every resident has one fate; a page a person; the code on paper is the code in the ledger."""
    desk = staff("demo-ise")
    desk.menu("対象者抽出・通知").looks_well("targets-start")
    count = extract(desk, PROGRAMME)["対象者"]
    desk.looks_well("targets")
    reasons = left_out(desk)
    desk.looks_well("targets-reasons")
    assert count + sum(reasons.values()) == len(house.residents), reasons
    assert {"支援措置", "転出", "死亡", "接種完了", "対象年齢超過"} <= set(reasons)
    assert listed(desk).count() == min(count, 50)

    # One out, back in, out again; another in. Each with a reason that stays on the list.
    first = listed(desk).first
    number = first.locator("td").first.inner_text()
    remove(desk, first, "他市で接種済みと連絡あり")
    assert desk.tiles()["対象者"] == count - 1
    desk.page.locator(".messages").get_by_role("button", name="元に戻す").click()
    desk.page.get_by_text("元に戻しました").wait_for()
    assert desk.tiles()["対象者"] == count
    remove(desk, listed(desk).filter(has_text=number), "他市で接種済みと連絡あり")

    early = too_early(house, desk)
    add(desk, early["宛名番号"], "長期療養の特例")
    desk.page.get_by_text(f"{early['氏名']}さんを対象に加えました").wait_for()
    assert desk.tiles()["対象者"] == count
    desk.page.get_by_role("link", name="手で変えた人").click()
    listed(desk).filter(has_text="長期療養の特例").wait_for()
    listed(desk).filter(has_text="他市で接種済み").wait_for()
    desk.looks_well("targets-changed")

    preview = desk.page.get_by_role("link", name="プレビュー").get_attribute("href")
    shown = desk.page.request.get(preview)
    assert shown.headers["content-type"] == "application/pdf"
    specimens = papers.codes(shown.body())
    assert 1 <= len(specimens) <= 3

    desk.page.get_by_role("button", name="印刷する").click()
    desk.looks_well("targets-print")
    desk.page.get_by_role("dialog").get_by_role("button", name="印刷する").click()
    desk.heading("予診票の印刷").job_ends().looks_well("print-job")
    desk.page.get_by_role("link", name="印刷の結果を開く").click()
    desk.heading("印刷の結果").looks_well("print-result")
    assert desk.tiles()["印刷した部数"] == count
    with desk.page.expect_download() as taken:
        desk.page.get_by_role("link", name="PDFを取り出す").click()
    codes = papers.codes(Path(taken.value.path()))
    assert len(codes) == len(set(codes)) == count == desk.tiles()["ページ数"]
    assert not set(codes) & set(specimens), "a preview can never be taken for an issued paper"
    assert number not in papers.text(Path(taken.value.path())), "who was taken out has no paper"

    desk.page.get_by_role("link", name="抽出した一覧を見る").click()
    desk.page.get_by_text("印刷済みの一覧です").wait_for()
    listed(desk).first.get_by_role("link").click()
    desk.heading("接種台帳")
    history = desk.page.get_by_role("table", name="発行した通知").locator("tbody tr").first
    code = re.search(r"\d{14}", history.inner_text())
    assert code, history.inner_text()
    assert code[0] in codes
    desk.looks_well("ledger-issued")

    # The same question again: whoever holds a paper is told apart, whoever was taken out is a target still.
    assert extract(desk, PROGRAMME)["対象者"] == 1
    assert listed(desk).first.locator("td").first.inner_text() == number
    again = left_out(desk)
    assert again["通知済み"] == count - 1
    desk.looks_well("targets-again")


def too_early(house: Any, desk: Any) -> dict[str, str]:
    """A resident whose time has not come, whom a clerk may put on the list all the same."""
    address = desk.page.url
    desk.page.get_by_role("link", name="時期前").click()
    number = listed(desk).first.locator("td").first.inner_text()
    desk.page.goto(address)
    return house.residents[number]


def test_who_must_not_be_written_to_cannot_be_put_on_the_list(staff: Any, house: Any) -> None:
    """H05: no word of a clerk puts a protected or dead person on a list of letters."""
    desk = staff("demo-ise")
    extract(desk, "日本脳炎")
    row = next(row for row in house.residents.values() if row["住民状態"] == "3")
    add(desk, row["宛名番号"], "試し")
    desk.page.get_by_text("死亡のため、通知の対象に加えられません").wait_for()
    desk.looks_well("targets-refused")
