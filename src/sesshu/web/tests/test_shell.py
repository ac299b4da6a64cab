"""The shell: navigation by role, cards, dates as typed, and the parts of a form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template import Context, RequestContext, Template
from django.template.loader import render_to_string

from sesshu.jobs.models import Job
from sesshu.protection.actions import Action
from sesshu.protection.roles import Role
from sesshu.web import context, fields, home, naming, navigation, views
from sesshu.web.forms import StaffForm
from sesshu.web.navigation import NavItem

Ask = Callable[..., HttpRequest]


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_items", {})
    navigation.register(NavItem("処理状況", "jobs:list", Action.JOBS_READ, 20))
    navigation.register(NavItem("ホーム", "web:home", None, 10))
    navigation.register(NavItem("ない画面", "web:nowhere", None, 5))


@pytest.mark.usefixtures("entries")
def test_only_what_the_role_allows_is_shown_in_order(ask: Ask) -> None:
    assert [link.title for link in navigation.links_for(ask("/"))] == ["ホーム", "処理状況"]
    assert [link.title for link in navigation.links_for(ask("/", Role.STATISTICS))] == ["ホーム"]


@pytest.mark.usefixtures("entries")
def test_the_entry_that_holds_the_page_is_the_current_one(ask: Ask) -> None:
    assert [link.title for link in navigation.links_for(ask("/jobs/12/")) if link.current] == ["処理状況"]
    assert [link.title for link in navigation.links_for(ask("/")) if link.current] == ["ホーム"]


@pytest.mark.usefixtures("entries")
def test_nobody_signed_in_sees_no_navigation_and_no_name(ask: Ask) -> None:
    request = ask("/")
    request.user = AnonymousUser()
    shown = context.shell(request)["shell"]
    assert (shown.navigation, shown.person, shown.municipality, shown.sign_out_url) == ((), "", "", "")


def test_the_band_stands_only_where_the_demo_sign_in_does(ask: Ask, settings: object) -> None:
    settings.DEMO_SIGN_IN = False  # type: ignore[attr-defined]
    assert context.shell(ask("/"))["shell"].environment == ""
    settings.DEMO_SIGN_IN = True  # type: ignore[attr-defined]
    assert context.shell(ask("/"))["shell"].environment == context.DEMO_NOTICE


def test_cards_load_only_for_those_who_may_see_them(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "_cards", {})
    loaded: list[str] = []

    def load(request: HttpRequest) -> home.Tile:
        loaded.append("x")
        return home.Tile(1234, note="確認待ち")

    home.register(home.Card("one", "取込", Action.RESULTS_IMPORT, 1, load))
    home.register(home.Card("none", "何もない", None, 2, lambda request: None))
    assert "1,234" in views.home(ask("/")).content.decode()
    assert "何もない" not in views.home(ask("/")).content.decode()
    loaded.clear()
    assert "1,234" not in views.home(ask("/", Role.AUDITOR)).content.decode()
    assert loaded == []


def test_the_page_says_its_title_three_times_from_one_block(ask: Ask) -> None:
    page = Template('{% extends "web/base.html" %}{% block title %}結果 & 入力{% endblock %}')
    html = page.render(RequestContext(ask("/")))
    assert "<title>結果 & 入力 |" in html
    assert "<h1>結果 & 入力</h1>" in html
    assert html.count("結果 & 入力") == 3


@pytest.mark.parametrize(
    ("filtered", "words"),
    [
        ("day|wareki", "令和8年11月22日"),
        ("day|wareki_short", "R8.11.22"),
        ("day|both_calendars", "令和8年11月22日（2026-11-22）"),
        ("moment|wareki_time", "R8.11.23 08:30"),
        ("moment|wareki", "令和8年11月23日"),
        ("nothing|wareki", ""),
        ("birth|law_age:day", "3歳"),
        ("hira|kana", "ミホン"),
        ("count|number", "12,345"),
        ("nothing|number", "－"),
        ("share|percent", "93.4%"),
        ("nothing|percent", "－"),
        ("hira|mask:yes", "（非表示）"),
        ("hira|mask:nothing", "みほん"),
        ("nothing|mask:yes", "（非表示）"),
        ("tags|undo_url", "/doses/1/undo/"),
    ],
)
def test_filters(filtered: str, words: str) -> None:
    values = {
        "day": date(2026, 11, 22),
        "moment": datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
        "birth": date(2023, 11, 23),
        "hira": "みほん",
        "count": 12345,
        "share": 0.9341,
        "nothing": None,
        "yes": True,
        "tags": "undo:/doses/1/undo/ success",
    }
    assert Template("{% load sesshu %}{{ " + filtered + " }}").render(Context(values)) == words


def test_a_code_without_a_namer_stands_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "_namers", {})
    assert naming.name_of("programme", "mr") == "mr"
    naming.register("programme", {"mr": "麻しん風しん"}.get)
    assert naming.name_of("programme", "mr") == "麻しん風しん"
    assert naming.name_of("programme", "unknown") == "unknown"


class DoseForm(StaffForm):
    on = fields.DateField(label="接種年月日")
    arm = forms.ChoiceField(label="接種部位", choices=[("L", "左"), ("R", "右")], widget=forms.RadioSelect)
    lot = forms.CharField(
        label="ロット番号", help_text="箱の番号", error_messages={"required": "箱を見てください。"}
    )

    def clean_lot(self) -> str:
        raise ValidationError(
            "使えない字です。", params={"row": 3, "column": "ロット番号", "remedy": "半角で。"}
        )


@pytest.mark.parametrize("typed", ["2026-11-22", "R8.11.22", "令和8年11月22日", "20261122"])
def test_a_date_is_taken_in_either_calendar(typed: str) -> None:
    assert fields.DateField().clean(typed) == date(2026, 11, 22)


def test_an_impossible_date_is_refused_with_words() -> None:
    with pytest.raises(ValidationError, match="実在しない日付"):
        fields.DateField().clean("R8.11.31")


def test_the_other_reading_is_given_as_typed() -> None:
    assert fields.read("R8.11.22") == fields.read("2026-11-22") == "令和8年11月22日（2026-11-22）"
    assert fields.read("R8.13.1") == "日付として読めません"
    assert fields.read("  ") == ""


def test_missing_values_are_asked_for_by_name() -> None:
    errors = DoseForm({}).errors
    assert errors["on"] == ["接種年月日を入力してください。"]
    assert errors["arm"] == ["接種部位を選んでください。"]
    assert errors["lot"] == ["箱を見てください。"]


def test_a_field_says_label_mark_hint_and_an_error_with_place_and_remedy() -> None:
    form = DoseForm({"lot": "あ"})
    html = Template('{% load sesshu %}{% field form.lot data_next="#id_on" %}').render(
        Context({"form": form})
    )
    assert '<label class="field__label" for="id_lot">ロット番号' in html
    assert "※必須" in html
    assert 'data-next="#id_on"' in html
    assert 'aria-describedby="id_lot_helptext id_lot_error"' in html
    assert "3行目「ロット番号」：" in html
    assert "半角で。" in html


def test_a_group_of_choices_is_a_fieldset_that_says_its_error() -> None:
    html = Template("{% load sesshu %}{% field form.arm %}").render(Context({"form": DoseForm({})}))
    assert '<fieldset class="field" aria-describedby="id_arm_error">' in html
    assert html.count('<label class="choice"') == 2


def test_a_blocks_values_do_not_leak_into_the_page() -> None:
    html = Template(
        '{% load sesshu %}{% component "empty" title="x" %}{{ v }}{% endcomponent %}[{{ title }}{{ body }}]'
    ).render(Context({"v": "<b>"}))
    assert "&lt;b&gt;" in html
    assert html.endswith("[]")


def test_a_sorted_heading_turns_and_forgets_the_page(ask: Ask) -> None:
    template = Template('{% load sesshu %}{% sort_header "氏名" "name" %}')
    html = template.render(RequestContext(ask("/x/?sort=name&page=3&q=a")))
    assert 'aria-sort="ascending"' in html
    assert "sort=-name" in html
    assert "q=a" in html
    assert "page=3" not in html


def test_the_error_pages_render_without_a_request() -> None:
    request = HttpRequest()
    for view, status in ((views.bad_request, 400), (views.forbidden, 403), (views.not_found, 404)):
        response = view(request, None)
        assert response.status_code == status
        assert f"（{status}）" in response.content.decode()
    assert "（500）" in views.server_error(request).content.decode()


@pytest.mark.django_db
def test_health_answers_without_a_sign_in(client: object) -> None:
    response = client.get("/health/")  # type: ignore[attr-defined]
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("state", "asks", "words"),
    [
        ("running", True, "処理を止める"),
        ("done", False, "3,000枚を作りました。"),
        ("failed", False, "もう一度実行する"),
        ("cancelled", False, "処理を取り消しました"),
        ("revoked", False, "権限がなくなったため、処理を止めました"),
    ],
)
def test_a_jobs_page_asks_until_the_job_is_over(ask: Ask, state: str, asks: bool, words: str) -> None:
    job = Job(
        pk=7,
        municipality_code="242039",
        title="予診票の印刷",
        state=state,
        done=30,
        total=60,
        planned_at=datetime(2026, 11, 22, tzinfo=UTC),
    )
    job.result = {"summary": "3,000枚を作りました。", "url": "/notices/1/"}
    html = render_to_string("jobs/detail.html", {"job": job, "may_plan": True}, ask("/jobs/7/"))
    assert ('hx-get="/jobs/7/" hx-trigger="every 1s"' in html) is asks
    assert words in html
    assert html.count("hx-get") == int(asks)
