"""The gallery in a browser: accessible, whole at every width, usable without a mouse (A01, A02)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest
from django.shortcuts import render
from django.template.loader import render_to_string

from sesshu.jobs.models import Job
from sesshu.kernel import clock
from sesshu.web.gallery import gallery

pytestmark = pytest.mark.browser


@pytest.fixture
def page_html(ask: Callable[..., HttpRequest]) -> str:
    return gallery(ask("/components/")).content.decode()


@pytest.mark.parametrize("width", [1280, 640, 360])
def test_axe_finds_nothing_and_the_page_does_not_scroll_sideways(
    page_html: str, show: Callable[..., Any], width: int
) -> None:
    """640 px is the counter terminal's 1280 px at 200% zoom."""
    from axe_playwright_python.sync_playwright import Axe

    page = show(page_html, width)
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_targets_are_at_least_24_px(page_html: str, show: Callable[..., Any]) -> None:
    small = show(page_html).evaluate(
        """() => [...document.querySelectorAll("button, input:not([type=hidden]), select, textarea, nav a")]
            .filter((e) => e.offsetParent && e.matches(":not(p *)"))
            .map((e) => [e.outerHTML.slice(0, 60), e.getBoundingClientRect()])
            .filter(([, box]) => box.height < 24 || box.width < 24).map(([html]) => html)"""
    )
    assert small == []


def test_the_first_tab_stop_leads_to_the_content(
    ask: Callable[..., HttpRequest], show: Callable[..., Any]
) -> None:
    page = show(render(ask("/"), "web/home.html", {"cards": ()}).content.decode())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "本文へ移動"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_slash_goes_to_the_search_and_can_be_switched_off(page_html: str, show: Callable[..., Any]) -> None:
    page = show(page_html)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    assert page.input_value("#q") == ""
    page.uncheck("[data-shortcut-switch]")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "q"


def test_a_scanners_enter_goes_to_the_next_field(page_html: str, show: Callable[..., Any]) -> None:
    page = show(page_html)
    page.fill("#id_code", "24203900000017")
    page.press("#id_code", "Enter")
    assert page.evaluate("document.activeElement.id") == "id_given_on"


def test_a_typed_date_is_read_back_and_sends_nothing_else(page_html: str, show: Callable[..., Any]) -> None:
    posts: list[str] = []
    page = show(page_html, posts=posts)
    page.fill("#id_given_on", "R8.11.22")
    page.get_by_text("令和8年11月22日（2026-11-22）").wait_for()
    assert posts == ["/date-reading/ given_on=R8.11.22"]


def test_the_confirm_dialog_opens_takes_the_focus_and_closes_by_escape(
    page_html: str, show: Callable[..., Any]
) -> None:
    page = show(page_html)
    page.focus("[data-dialog=void]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.getElementById('void').open")
    assert page.evaluate("document.getElementById('void').contains(document.activeElement)")
    page.keyboard.press("Escape")
    assert not page.evaluate("document.getElementById('void').open")
    assert page.evaluate("document.activeElement.dataset.dialog") == "void"


def test_a_toast_shows_words_as_words_and_undoes_only_on_this_site(
    page_html: str, show: Callable[..., Any]
) -> None:
    page = show(page_html)
    page.evaluate(
        """() => { for (const undo of ["/undo/1/", "https://elsewhere.example/", "//elsewhere.example/"]) {
            const detail = {message: "<b>取消</b>", undo};
            document.body.dispatchEvent(new CustomEvent("toast", {bubbles: true, detail})); } }"""
    )
    assert page.locator(".toast b").count() == 0
    assert page.locator(".toast form:not([hidden])").count() == 1
    page.locator("[data-toast-close]").first.click()
    assert page.locator(".toast").count() == 2


def test_ticking_the_head_ticks_all_rows(page_html: str, show: Callable[..., Any]) -> None:
    page = show(page_html)
    page.check("[data-all=person]")
    assert (
        page.locator("input[name=person]:checked").count() == page.locator("input[name=person]").count() == 5
    )


def test_the_focus_ring_is_black_and_thick(page_html: str, show: Callable[..., Any]) -> None:
    page = show(page_html)
    page.focus("#q")
    ring = page.evaluate(
        "(({outlineWidth, outlineColor}) => [outlineWidth, outlineColor])(getComputedStyle(q))"
    )
    assert ring == ["4px", "rgb(0, 0, 0)"]


def test_a_running_jobs_page_follows_the_job_and_says_its_end(
    ask: Callable[..., HttpRequest], show: Callable[..., Any]
) -> None:
    """H10: printing shows its progress."""
    job = Job(
        pk=7,
        municipality_code="242039",
        title="予診票の印刷",
        state="running",
        done=30,
        total=60,
        planned_at=clock.now(),
    )
    request = ask("/jobs/7/")
    page = show(render_to_string("jobs/detail.html", {"job": job}, request))
    assert page.get_attribute("progress", "value") == "50"
    job.state, job.finished_at = "done", clock.now()
    over = render_to_string("jobs/progress.html", {"job": job}, request)
    page.route("**/jobs/7/", lambda route: route.fulfill(body=over, content_type="text/html; charset=utf-8"))
    page.get_by_text("処理が終わりました").wait_for()
    assert page.inner_text("#announcer").startswith("予診票の印刷")
    assert page.locator("[hx-get]").count() == 0
