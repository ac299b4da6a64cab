"""Journey 11: who saw a person, is the log whole, and the review of a month (S05, S10, M09)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.opening import ISE
from tests.running import wait_until

pytestmark = [pytest.mark.browser]


def test_who_saw_this_person_in_one_screen(house: Any, staff: Any) -> None:
    number = next(iter(house.residents))
    clerk = staff("demo-ise")
    clerk.menu("住民検索").page.get_by_role("searchbox").first.fill(number)
    clerk.page.keyboard.press("Enter")
    clerk.page.locator("main table tbody th a").first.click()
    clerk.page.wait_for_load_state()

    officer = staff("demo-ise-security")
    officer.menu("管理").heading("管理")
    officer.page.get_by_role("link", name="この人を誰が見たか").click()
    officer.heading("この人を誰が見たか").looks_well("audit-person-empty")
    row = officer.page.locator("tbody tr").filter(has_text="demo-ise）").filter(has_text="見ました")

    def seen() -> bool:
        officer.page.get_by_label("宛名番号").fill(number)
        officer.page.keyboard.press("Enter")
        officer.page.get_by_role("heading", name=f"宛名番号 {number}").wait_for()
        return bool(row.count())

    wait_until(seen, "the event has its place and is found by the person")
    assert house.residents[number]["氏名"] not in officer.page.content()
    officer.looks_well("audit-person")
    with officer.page.expect_download() as download:
        officer.page.get_by_role("button", name="CSVで出力").click()
    assert "demo-ise" in download.value.path().read_text(encoding="utf-8-sig")
    officer.page.get_by_role("button", name="印刷用に表示").click()
    officer.heading("閲覧者一覧").looks_well("audit-person-paper")
    text = officer.page.locator("main").inner_text()
    assert number in text
    assert "demo-ise）" in text
    assert house.residents[number]["氏名"] not in text
    assert number not in officer.page.url
    officer.page.emulate_media(media="print")
    assert not officer.page.get_by_role("button", name="印刷・PDFで保存").is_visible()
    assert officer.page.get_by_role("columnheader", name="日時").is_visible()
    assert officer.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_the_log_is_searched_signed_and_verified(staff: Any) -> None:
    officer = staff("demo-ise-security").goto("/administration/trail/")
    officer.heading("操作記録の検索").looks_well("audit-log")
    officer.page.get_by_label("種類").select_option(label="サインイン")
    officer.page.get_by_role("button", name="調べる").click()
    officer.page.get_by_role("cell", name="サインイン").first.wait_for()
    officer.page.get_by_role("link", name="署名と検証").click()
    officer.heading("署名と検証").looks_well("audit-checkpoints")
    officer.page.get_by_role("button", name="すべての記録を検証する").click()
    officer.until("the verification", officer.page.get_by_text("記録は完全で、書き換えられていません"))
    officer.looks_well("audit-verified")


def test_a_month_is_reviewed(house: Any, staff: Any, tmp_path: Path) -> None:
    october = replace(house.made, environment={"SESSHU_TODAY": "2026-10-20"})
    for number in range(3):
        done = october.sesshu(
            "unvaccinated", "--municipality", ISE, "--programme", "mr", "--on", "2026-10-20",
            "--out", tmp_path / f"{number}.csv",
        )  # fmt: skip
        assert done.exit_code == 0, done.stderr
    officer = staff("demo-ise-security").goto("/administration/trail/alerts/")
    officer.heading("警告").looks_well("audit-alerts")
    officer.goto("/administration/trail/rules/").heading("検知の規則").looks_well("audit-rules")
    officer.page.get_by_role("link", name="時間外・休日の閲覧").click()
    officer.heading("時間外・休日の閲覧").looks_well("audit-rule")
    sequenced = house.made.sesshu("audit", "verify", "--municipality", ISE)
    assert sequenced.exit_code == 0, sequenced.data
    officer.goto("/administration/trail/reviews/").heading("定期点検").looks_well("audit-reviews")
    officer.page.get_by_role("button", name="点検を始める").click()
    officer.page.get_by_text("点検を始めました").wait_for()
    officer.looks_well("audit-review")
    waiting = officer.page.locator("tbody tr")
    for place in range(waiting.count()):
        # What has its finding goes to the end of the list; the first one waits.
        row = officer.page.locator("tbody tr").first
        row.get_by_label("所見").select_option(label="問題なし")
        row.get_by_label("理由").select_option(label="業務の記録と合う")
        row.get_by_role("button", name="記録").click()
        officer.page.get_by_text("所見を記録しました").wait_for()
        assert officer.page.get_by_text(f"残り{waiting.count() - place - 1}件").count()
    officer.page.get_by_role("button", name="点検を承認する").click()
    officer.page.get_by_text("承認済みです").wait_for()
    officer.looks_well("audit-review-signed")
