"""Journey 2: search as one types, and a person's ledger (H02, A01, A02)."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Any

import pytest

from sesshu.kernel.wareki import to_wareki, to_wareki_short
from tests.journeys.conftest import PASSWORD, TODAY

pytestmark = [pytest.mark.browser]
HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


@pytest.fixture(scope="module")
def child(house: Any) -> dict[str, str]:
    """The resident under ten with most doses whom no measure protects."""
    doses = Counter(row["宛名番号"] for row in house.rows("doses") if row["結果区分"] == "1")
    young = [
        row
        for row in house.residents.values()
        if row["生年月日"] > "2016-11-22" and row["住民状態"] == "1" and row["支援措置区分"] != "1"
    ]
    return max(young, key=lambda row: (doses[row["宛名番号"]], row["宛名番号"]))


@pytest.fixture(scope="module")
def protected(house: Any) -> dict[str, str]:
    """A resident with a protective measure in force."""
    return next(
        row
        for row in house.residents.values()
        if row["支援措置区分"] == "1" and row["住民状態"] == "1" and (row["支援措置終了日"] or "9999") > TODAY
    )


def words_for(row: dict[str, str]) -> list[str]:
    born = date.fromisoformat(row["生年月日"])
    family, given = row["氏名"].split("　")
    return [
        row["氏名_読み仮名"].replace("　", ""),
        row["氏名_読み仮名"].translate(HIRAGANA),
        f"{family}{given}",
        f"{family} {to_wareki_short(born)}",
        f"{family} {to_wareki(born)}",
        f"{given} {born.isoformat()}",
        row["宛名番号"],
        f"{row['住所_町字']}{row['住所_番地号表記']}",
        row["世帯番号"],
    ]


def test_search_finds_a_person_by_whatever_the_clerk_knows(staff: Any, child: dict[str, str]) -> None:
    """H02: kana, kanji, 和暦, 西暦, 宛名番号, address, household; no button is pressed."""
    desk = staff("demo-ise")
    desk.menu("住民検索").heading("住民検索")
    box, results = desk.page.get_by_label("住民を探す"), desk.page.locator("#results")
    for number, words in enumerate(words_for(child)):
        box.fill("ざっとしたことば")
        results.get_by_text("該当する人はいません").wait_for()
        box.fill(words)
        results.get_by_role("row").filter(has_text=child["宛名番号"]).wait_for()
        if number == 0:
            desk.looks_well("search")


def test_the_ledger_opens_by_arrows_and_enter_and_explains_itself(staff: Any, child: dict[str, str]) -> None:
    """H02: the timeline is drawn, every dose is judged, a verdict shows its article and its dates."""
    desk = staff("demo-ise")
    desk.menu("住民検索").heading("住民検索")
    desk.page.keyboard.type(child["氏名_読み仮名"].replace("　", " "))
    desk.page.locator("#results").get_by_role("row").filter(has_text=child["宛名番号"]).wait_for()
    while child["宛名番号"] not in (desk.focused("closest('tr')?.textContent") or ""):
        desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Enter")
    desk.heading("接種台帳")
    assert child["宛名番号"] in desk.page.get_by_role("region", name="本人").inner_text()

    picture = desk.page.get_by_role("img", name="接種の時系列図")
    picture.wait_for()
    table = desk.page.get_by_role("table", name="接種の記録", exact=True)
    judged = table.locator("tbody tr:has(th)")
    assert judged.count() > 10
    assert all(re.search("有効|無効|余分|基準外|対象外", text) for text in judged.all_inner_texts())
    desk.looks_well("ledger")

    why = table.get_by_text("説明").first
    why.focus()
    desk.page.keyboard.press("Enter")
    told = table.locator("details[open]").inner_text()
    assert re.search(r"(施行令|実施規則|施行規則).*\d+条", told), told
    assert re.search(r"\d{4}-\d{2}-\d{2}|[RH]\d+\.\d+\.\d+|\d+年\d+月\d+日", told), told
    desk.looks_well("ledger-explained")


def test_where_the_protected_live_is_in_no_page_of_a_clerk(staff: Any, protected: dict[str, str]) -> None:
    """H05, A05: masked in search, in the ledger and beside others; visible to whom the role allows it."""
    hidden = [
        f"{protected['住所_町字']}{protected['住所_番地号表記']}",
        protected["電話番号"] or protected["世帯番号"],
        protected["世帯番号"],
    ]
    pages = seen_by(staff("demo-ise"), protected, "clerk")
    for page in pages:
        assert protected["宛名番号"] in page
        assert [words for words in hidden if words in page] == []
    leader = seen_by(staff("demo-ise-leader"), protected, "leader")
    assert any(hidden[0] in page for page in leader)


def test_a_protected_person_is_not_found_by_the_address(staff: Any, protected: dict[str, str]) -> None:
    """H05: else the search itself would tell who lives there."""
    desk = staff("demo-ise")
    desk.menu("住民検索")
    desk.page.get_by_label("住民を探す").fill(f"{protected['住所_町字']}{protected['住所_番地号表記']}")
    desk.page.locator("#results [data-announce]").wait_for()
    assert protected["宛名番号"] not in desk.page.locator("#results").inner_text()


def seen_by(desk: Any, row: dict[str, str], name: str) -> list[str]:
    """The search, the ledger and the addressee's own page as this member of staff gets them."""
    desk.menu("住民検索")
    desk.page.get_by_label("住民を探す").fill(row["宛名番号"])
    found = desk.page.locator("#results").get_by_role("row").filter(has_text=row["宛名番号"])
    found.wait_for()
    pages = [desk.page.content()]
    found.get_by_role("link").click()
    desk.heading("接種台帳").looks_well(f"ledger-protected-{name}")
    pages.append(desk.page.content())
    desk.page.get_by_role("link", name="宛名", exact=True).click()
    desk.heading(row["氏名"]).looks_well(f"addressee-protected-{name}")
    return [*pages, desk.page.content()]


def test_another_citys_person_does_not_exist(staff: Any, house: Any) -> None:
    """A05: 404, the same answer as for a person who never was."""
    number = list(house.residents)[-1]  # both cities number from the same start, and 甲府市 is smaller
    desk = staff("demo-ise")
    desk.menu("住民検索")
    desk.page.get_by_label("住民を探す").fill(number)
    desk.page.locator("#results").get_by_role("link").first.click()
    desk.heading("接種台帳")
    ledger = desk.page.url.removeprefix(desk.address).partition("?")[0]
    kofu = staff("demo-kofu")
    for path in (ledger, ledger.replace("/ledger/", "/addressees/"), "/ledger/999999999/"):
        assert kofu.page.goto(f"{path}?purpose=counter").status == 404
    kofu.goto("/").menu("住民検索")
    kofu.page.get_by_label("住民を探す").fill(number)
    kofu.page.locator("#results").get_by_text("該当する人はいません").wait_for()


def test_signing_in_and_searching_need_no_mouse(staff: Any) -> None:
    """A01: the order of the tab key is the order of the work."""
    desk = staff()
    desk.goto("/sign-in/").looks_well("sign-in")
    assert desk.focused("name") == "username", "the first field has the focus at once"
    desk.page.keyboard.press("Tab")
    assert desk.focused("name") == "password"
    desk.page.keyboard.press("Tab")
    assert desk.focused("textContent.trim()") == "サインイン"
    desk.page.get_by_label("利用者ID").focus()
    desk.page.keyboard.type("demo-ise")
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.type("違うパスワード")
    desk.page.keyboard.press("Enter")
    desk.page.get_by_text("サインインできません").wait_for()
    desk.looks_well("sign-in-wrong")
    desk.page.get_by_label("パスワード").fill(PASSWORD)
    desk.page.keyboard.press("Enter")
    desk.heading("ホーム").looks_well("home")

    desk.page.keyboard.press("Tab")
    assert desk.focused("textContent") == "本文へ移動"
    while desk.focused("textContent.trim()") != "住民検索":
        desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Enter")
    desk.heading("住民検索")
    assert desk.focused() == "q", "the search field has the focus at once"
    desk.page.keyboard.press("Tab")
    assert desk.focused("textContent.trim()") == "探す"
