"""Journey 12: what stays in the browser while one works, and nothing afterwards (S09, ASVS V14.3, V7.4)."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Any

import pytest

pytestmark = [pytest.mark.browser]


REMEMBERED = "Object.entries(sessionStorage).find(([name]) => name.startsWith('search-'))?.[1] ?? ''"


def remembered(desk: Any) -> str:
    return str(desk.page.evaluate(REMEMBERED))


def searched(desk: Any, words: str) -> None:
    box = desk.page.get_by_label("住民を探す")
    before = remembered(desk)
    box.fill(words)
    desk.page.wait_for_function(f"text => ({REMEMBERED}) !== text", arg=before)


def test_search_words_come_back_and_stand_nowhere_in_the_clear(staff: Any, house: Any) -> None:
    words = next(iter(house.residents.values()))["氏名_読み仮名"].replace("　", " ")
    desk = staff("demo-ise")
    desk.menu("住民検索").heading("住民検索")
    searched(desk, words)
    found = desk.page.locator(f"#results [data-for='{words}']")
    found.wait_for(state="attached")
    # htmx keeps the address of the page beside it; addresses hold no names.
    kept = desk.page.evaluate("({...sessionStorage, ...localStorage})")
    (sealed,) = (value for name, value in kept.items() if name.startswith("search-"))
    assert set(kept) <= {"done-at", "left-at", "shortcut", "htmx-current-path-for-history"} | {
        name for name in kept if re.fullmatch(r"search-\d+", name)
    }
    for part in words.split():
        assert part not in str(kept)
        assert part.encode() not in b64decode(sealed)
    desk.menu("住民検索").heading("住民検索")
    found.wait_for(state="attached")
    assert desk.page.get_by_label("住民を探す").input_value() == words


def test_leaving_clears_this_tab_and_turns_the_others_away(staff: Any) -> None:
    desk = staff("demo-ise")
    desk.menu("住民検索").heading("住民検索")
    searched(desk, "いせ")
    second = desk.page.context.new_page()
    second.goto(desk.page.url)
    second.get_by_role("heading", level=1, name="住民検索").wait_for()
    desk.page.get_by_role("button", name="サインアウト").click()
    desk.heading("サインイン")
    assert desk.page.evaluate("sessionStorage.length") == 0
    second.get_by_role("heading", level=1, name="サインイン").wait_for()
    assert second.evaluate("sessionStorage.length") == 0
    kept = desk.page.evaluate("({...localStorage})")
    assert set(kept) <= {"done-at", "left-at", "shortcut"}
    assert all(re.fullmatch(r"\d+|on|off", value) for value in kept.values())


def test_a_session_that_ended_by_itself_leaves_nothing(staff: Any) -> None:
    """The cookie is gone as after the idle end; whoever comes next finds no words and no key to them."""
    desk = staff("demo-ise")
    desk.menu("住民検索").heading("住民検索")
    searched(desk, "いせ")
    desk.page.locator("#results").get_by_text("該当する人はいません").wait_for()
    desk.page.context.clear_cookies()
    desk.goto("/").heading("サインイン")
    assert desk.page.evaluate("sessionStorage.length") == 0


def test_words_of_another_session_are_not_read(staff: Any) -> None:
    desk = staff("demo-ise")
    desk.menu("住民検索").heading("住民検索")
    searched(desk, "いせ")
    stored = remembered(desk)
    desk.page.get_by_role("button", name="サインアウト").click()
    desk.heading("サインイン")
    desk.sign_in("demo-ise", "sesshu-demo-2026")
    name = desk.menu("住民検索").page.get_by_label("住民を探す").get_attribute("data-remember")
    desk.page.evaluate("([name, text]) => sessionStorage.setItem(name, text)", [name, stored])
    desk.page.reload()
    desk.page.wait_for_function("name => sessionStorage.getItem(name) === null", arg=name)
    assert desk.page.get_by_label("住民を探す").input_value() == ""
