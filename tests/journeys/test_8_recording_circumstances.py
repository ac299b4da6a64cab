"""Journey 8: what the rules cannot know is recorded, put right and taken back (H01, H02, H20)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.test_4_entering_results import ledger_of

pytestmark = [pytest.mark.browser]


def resident(house: Any, sex: str, first: str, last: str) -> str:
    """The number of somebody who lives here, may be shown to all, and was born between two days."""
    return next(
        number
        for number, row in house.residents.items()
        if row["性別"] == sex
        and first <= row["生年月日"] <= last
        and row["住民状態"] in ("", "1")
        and row["支援措置区分"] == "0"
        and row["宛名種別"] == "1"
    )


def panel(desk: Any) -> Any:
    return desk.page.get_by_role("table", name="個別の事情の記録", exact=True)


def test_an_expected_child_opens_the_maternal_vaccination(staff: Any, house: Any) -> None:
    """H20: the due date, by keyboard alone; the page says what it changed."""
    desk = staff("demo-ise")
    ledger_of(desk, resident(house, "2", "1992-01-01", "2000-12-31"))
    desk.page.get_by_role("link", name="妊娠を記録").focus()
    desk.page.keyboard.press("Enter")
    desk.heading("妊娠を記録").looks_well("circumstance-pregnancy")
    desk.page.get_by_label("分娩予定日").focus()
    desk.page.keyboard.type("R9.1.20")
    desk.page.get_by_text("令和9年1月20日（2027-01-20）").wait_for()
    desk.page.get_by_label("確認の根拠").focus()
    for _ in range(6):
        desk.page.keyboard.press("ArrowDown")
    desk.page.get_by_role("button", name="記録する").focus()
    desk.page.keyboard.press("Enter")
    desk.heading("接種台帳")
    desk.page.get_by_text("変わったもの: RSウイルス感染症").wait_for()
    row = panel(desk).get_by_role("row").nth(1).inner_text()
    assert [
        words for words in ("妊娠", "令和9年1月20日", "母子健康手帳", "実施規則22条") if words not in row
    ] == []
    desk.looks_well("ledger-pregnancy")


def test_an_illness_that_ended_is_corrected_and_voided_and_all_of_it_stays(staff: Any, house: Any) -> None:
    """H01: 長期療養特例; each entry keeps who, when and why."""
    desk = staff("demo-ise")
    ledger_of(desk, resident(house, "1", "2019-04-02", "2022-11-01"))
    desk.page.get_by_role("link", name="長期療養特例を記録").click()
    desk.heading("長期療養特例を記録").looks_well("circumstance-illness")
    desk.page.get_by_role("button", name="記録する").click()
    desk.page.get_by_role("link", name="特別の事情").or_(
        desk.page.get_by_text("入力してください")
    ).first.wait_for()
    desk.looks_well("circumstance-errors")
    desk.page.get_by_label("特別の事情").select_option("illness")
    desk.page.get_by_label("始まった日").fill("R6.1.10")
    desk.page.get_by_label("なくなった日").fill("R8.10.31")
    desk.page.get_by_label("確認の根拠").select_option("opinion")
    desk.page.get_by_label("確認した医師・機関").fill("見本病院 小児科")
    desk.page.get_by_role("button", name="記録する").click()
    desk.heading("接種台帳")
    desk.page.get_by_text("記録しました").wait_for()

    panel(desk).get_by_role("link", name="訂正").click()
    desk.heading("個別の事情を訂正").looks_well("circumstance-correct")
    desk.page.get_by_label("なくなった日").fill("R8.9.30")
    desk.page.get_by_label("取消・訂正の理由").fill("退院日の読み違い")
    desk.page.get_by_role("button", name="訂正する").click()
    desk.page.get_by_text("訂正しました").wait_for()
    panel(desk).get_by_role("link", name="取消").click()
    desk.heading("個別の事情を取り消す").looks_well("circumstance-void")
    desk.page.get_by_label("取消・訂正の理由").fill("別の子の意見書")
    desk.page.get_by_role("button", name="取り消す").click()
    desk.page.get_by_text("取り消しました").wait_for()
    told = panel(desk).inner_text()
    assert [why for why in ("退院日の読み違い", "別の子の意見書") if why not in told] == []
    assert panel(desk).locator("tr.is-void").count() == 2
    desk.looks_well("ledger-circumstances-voided")


def test_whoever_had_chickenpox_is_no_target_any_more(staff: Any, house: Any) -> None:
    """施行令3条1項: the panel names the article, the status says why."""
    desk = staff("demo-ise")
    ledger_of(desk, resident(house, "2", "2024-01-01", "2025-11-10"))
    desk.page.get_by_role("link", name="対象から除かれる者を記録").click()
    desk.heading("対象から除かれる者を記録").looks_well("circumstance-exclusion")
    desk.page.get_by_label("事由").select_option("had-disease")
    desk.page.get_by_role("button", name="記録する").click()
    desk.page.get_by_text("確認の根拠").first.wait_for()
    desk.page.get_by_label("確認の根拠").select_option("certificate")
    desk.page.get_by_role("button", name="記録する").click()
    desk.page.get_by_text("どの疾病についてのものか").first.wait_for()
    desk.page.get_by_label("水痘").check()
    desk.page.get_by_role("button", name="記録する").click()
    desk.heading("接種台帳")
    desk.page.get_by_text("記録しました").wait_for()
    assert "施行令3条1項" in panel(desk).inner_text()
    desk.looks_well("ledger-exclusion")
