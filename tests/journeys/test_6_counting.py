"""Journey 6: coverage and the fiscal year's report; each number leads to its persons (H04, H20)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser]
ROWS_PER_PAGE = 50


def numbers(area: Any) -> list[tuple[int, str]]:
    """The numbers of an area that lead somewhere, with their addresses."""
    found = area.evaluate_all(
        "cells => cells.map((cell) => [cell.textContent.trim(), cell.getAttribute('href')])"
    )
    return [(int(text.replace(",", "")), to) for text, to in found if text.replace(",", "").isdigit()]


def leads_to_as_many(desk: Any, number: int, to: str) -> None:
    """The list behind a number has exactly that many rows, on its first page and in its heading."""
    desk.page.goto(to)
    main = desk.page.locator("main")
    main.get_by_text(f"{number:,}件", exact=True).wait_for()
    rows = main.locator("table tbody tr")
    assert rows.count() == min(number, ROWS_PER_PAGE), to
    while (following := main.get_by_role("link", name="次へ")).count():
        number -= rows.count()
        following.click()
        main.get_by_text("件目").first.wait_for()
        assert rows.count() == min(number, ROWS_PER_PAGE), to


def opens_a_ledger(desk: Any) -> None:
    """From a list to the ledger of the first person on it."""
    first = desk.page.locator("main table tbody tr th a").first
    name = first.inner_text()
    first.click()
    desk.heading("接種台帳")
    assert name.split()[0] in desk.page.get_by_role("region", name="本人").inner_text()


def test_each_number_of_the_dashboard_leads_to_its_persons(staff: Any) -> None:
    """H04: tiles, programmes, districts, months and cohorts of birth."""
    desk = staff("demo-ise")
    desk.menu("集計・報告").heading("接種率と集計")
    desk.page.get_by_role("table", name="地区別").wait_for()  # the details come after the page
    desk.looks_well("dashboard")
    tiles = desk.tiles()
    routine = desk.page.locator(".tile").filter(has_text="定期接種").get_by_role("link").first
    parts = {
        "children": desk.page.get_by_role("table", name="A類疾病"),
        "elderly": desk.page.get_by_role("table", name="B類疾病"),
        "births": desk.page.get_by_role("table", name="出生年度別"),
        "months": desk.page.get_by_role("table", name="月別"),
        "districts": desk.page.get_by_role("table", name="地区別"),
    }
    asked = [(tiles["定期接種"], routine.get_attribute("href"))]
    for part, table in parts.items():
        table.wait_for()
        found = [pair for pair in numbers(table.locator("td a")) if pair[0]]
        assert found, f"{part} has a number that leads somewhere"
        asked += [min(found), max(found)]
    for number, to in dict.fromkeys(asked):
        leads_to_as_many(desk, number, to)
    desk.looks_well("behind-a-number")
    opens_a_ledger(desk)


def test_each_number_of_the_statutory_report_leads_to_its_persons(staff: Any) -> None:
    """H20: 地域保健・健康増進事業報告; what the screen says is what the command line says."""
    desk = staff("demo-ise")
    desk.menu("集計・報告")
    desk.page.get_by_role("link", name="国への報告").click()
    desk.heading("地域保健・健康増進事業報告").looks_well("community-health")
    total = desk.tiles()["定期接種の合計"]
    table = desk.page.get_by_role("table", name="定期の予防接種の接種者数")
    cells = [int(text.replace(",", "")) for text in table.locator("td.number").all_inner_texts()]
    assert sum(cells) == total - desk.tiles()["様式の行にない接種"]
    found = numbers(table.locator("td.number a"))
    assert sum(number for number, _ in found) == sum(cells), "every number but nought leads somewhere"
    report = desk.page.url
    for number, to in [found[0], min(found), max(found), found[-1]]:
        leads_to_as_many(desk, number, to)
    opens_a_ledger(desk)

    desk.page.goto(report)
    with desk.page.expect_download() as taken:
        desk.page.get_by_role("link", name="CSV").click()
    with Path(taken.value.path()).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert sum(int(row[-1]) for row in rows[1:] if row and row[-1].isdigit()) >= sum(cells) > 0


def test_the_report_as_handed_in_is_kept(staff: Any) -> None:
    """H20: what was reported can be compared with what is known later."""
    desk = staff("demo-ise")
    desk.goto("/reporting/community-health/")
    total = desk.tiles()["定期接種の合計"]
    desk.page.get_by_role("button", name="この数字を保存する").click()
    desk.looks_well("community-health-keep")
    desk.page.get_by_label("備考").fill("提出した数字")
    desk.page.get_by_role("button", name="保存する", exact=True).click()
    kept = (
        desk.page.get_by_role("table", name="保存した版").get_by_role("row").filter(has_text="提出した数字")
    )
    assert f"{total:,}" in kept.first.inner_text()
    kept.first.get_by_role("link", name="今の数字と比べる").click()
    desk.page.get_by_role("table", name="保存した数字と今の数字").wait_for()
    desk.looks_well("community-health-compared")


def test_a_pivot_of_any_two_dimensions_leads_to_its_persons(staff: Any) -> None:
    """H04: counted by what the clerk chooses, to take away as a table."""
    desk = staff("demo-ise")
    desk.menu("集計・報告")
    desk.page.get_by_role("link", name="集計表を作る").click()
    desk.heading("集計表")
    desk.page.get_by_label("接種年月日（から）").fill("R8.4.1")
    desk.page.get_by_label("接種年月日（まで）").fill("2026-11-22")
    desk.page.get_by_role("button", name="集計する").click()
    table = desk.page.get_by_role("table", name="接種件数")
    table.wait_for()
    desk.looks_well("pivot")
    found = numbers(table.locator("tbody tr:not(.is-total) td a"))
    for number, to in {max(found), min(found)}:
        leads_to_as_many(desk, number, to)
