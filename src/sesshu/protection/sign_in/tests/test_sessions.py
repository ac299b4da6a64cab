"""S01, control 54: sessions end by time on the server, may be seen and ended, and every end is logged."""

from __future__ import annotations

import json
import random
import re
import secrets
import string
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import crypto

from sesshu.kernel import clock
from sesshu.protection.roles import Role
from sesshu.protection.sign_in import ending
from sesshu.protection.sign_in.models import Session
from sesshu.protection.sign_in.sessions import SessionStore, digest

from .conftest import PASSWORD, Person, enrolled, events


def row_of(person: Person) -> Session:
    return Session.objects.get(session_key=digest(person.client.cookies["sessionid"].value))


def age(person: Person, *, idle: timedelta = timedelta(), overall: timedelta = timedelta()) -> None:
    """As if the session had lain for so long."""
    now = clock.instant()
    row = row_of(person)
    Session.objects.filter(pk=row.pk).update(seen_at=now - idle, opened_at=now - max(idle, overall))


def test_s01_a_session_ends_after_sixty_idle_minutes(clerk: Person) -> None:
    clerk.sign_in()
    age(clerk, idle=timedelta(minutes=59, seconds=50))
    assert clerk.client.get("/").status_code == 200
    age(clerk, idle=timedelta(minutes=60))
    answer = clerk.client.get("/addressees/?page=2")
    assert answer.headers["Location"] == "/sign-in/?next=%2Faddressees%2F%3Fpage%3D2&ended=idle"
    page = clerk.client.get(answer.headers["Location"]).content.decode()
    assert "60分間操作がなかった" in page
    assert [event.detail for event in events("session.end")] == [{"why": "idle"}]
    assert not Session.objects.filter(account_id=clerk.account.pk).exists()


def test_s01_a_session_ends_after_twelve_hours_whatever_is_done(clerk: Person) -> None:
    clerk.sign_in()
    age(clerk, overall=timedelta(hours=11, minutes=59))
    assert clerk.client.get("/").status_code == 200
    age(clerk, overall=timedelta(hours=12))
    assert "ended=overall" in clerk.client.get("/").headers["Location"]
    assert [event.detail for event in events("session.end")] == [{"why": "overall"}]


def test_after_an_end_one_comes_back_to_where_one_was(clerk: Person) -> None:
    clerk.sign_in()
    age(clerk, idle=timedelta(minutes=61))
    where = clerk.client.get("/sign-in/own/").headers["Location"]
    assert 'name="next" value="/sign-in/own/"' in clerk.client.get(where).content.decode()
    clerk.password(next="/sign-in/own/")
    assert clerk.factor(clerk.devices[0]).headers["Location"] == "/sign-in/own/"


def test_a_form_sent_too_late_leads_back_to_the_form(clerk: Person) -> None:
    clerk.sign_in()
    age(clerk, idle=timedelta(minutes=61))
    sent = clerk.client.post("/sign-out/", headers={"referer": "http://localhost/sign-in/own/"})
    assert sent.headers["Location"].startswith("/sign-in/?next=%2Fsign-in%2Fown%2F&")


def test_a_fragment_asked_too_late_leads_the_whole_page(clerk: Person) -> None:
    clerk.sign_in()
    htmx = {"HX-Request": "true", "HX-Current-URL": "http://localhost/jobs/7/"}
    age(clerk, idle=timedelta(minutes=61))
    assert (
        clerk.client.get("/jobs/", headers=htmx)
        .headers["HX-Redirect"]
        .startswith("/sign-in/?next=%2Fjobs%2F7%2F&")
    )
    # And so it does when the session was ended elsewhere and nobody knows why.
    answer = clerk.client.get("/jobs/", headers=htmx)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/sign-in/?next=%2Fjobs%2F7%2F")


def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(clerk: Person) -> None:
    clerk.sign_in()
    age(clerk, idle=timedelta(minutes=30))
    before = row_of(clerk).seen_at
    clerk.client.get("/", headers={"X-By-Itself": "1"})
    assert row_of(clerk).seen_at == before
    clerk.client.post("/sign-in/stay/")
    assert row_of(clerk).seen_at > before


def test_a_click_costs_no_statement_but_one_a_minute(clerk: Person) -> None:
    clerk.sign_in()
    with CaptureQueriesContext(connection) as usual:
        clerk.client.post("/sign-in/stay/")
    assert [
        query["sql"] for query in usual if "sign_in_session" in query["sql"] and "UPDATE" in query["sql"]
    ] == []
    age(clerk, idle=timedelta(minutes=2))
    with CaptureQueriesContext(connection) as later:
        clerk.client.post("/sign-in/stay/")
    assert len(later) == len(usual) + 1


def test_the_table_opens_no_session_and_says_nothing_personal(clerk: Person) -> None:
    clerk.sign_in()
    cookie = clerk.client.cookies["sessionid"].value
    row = row_of(clerk)
    assert cookie not in {row.session_key, row.session_data}
    thief = Client(headers={"host": "localhost"})
    thief.cookies["sessionid"] = row.session_key
    assert thief.get("/sign-in/own/").status_code == 302
    kept = json.dumps(SessionStore(cookie).load())
    assert clerk.account.name not in kept
    assert clerk.account.login not in kept


def test_sessions_that_nobody_came_back_to_are_ended_and_logged(clerk: Person, staff: object) -> None:
    clerk.sign_in()
    age(clerk, idle=timedelta(hours=3))
    enrolled(staff("counter-2")).sign_in()  # type: ignore[operator]
    assert [(event.account, event.detail) for event in events("session.end")] == [
        (clerk.account, {"why": "idle"})
    ]
    assert ending.sweep() == 0


def test_one_s_own_sessions_are_listed_and_ended(clerk: Person) -> None:
    clerk.sign_in()
    other = Person(clerk.account, devices=clerk.devices).sign_in()
    third = Person(clerk.account, devices=clerk.devices).sign_in()
    page = clerk.client.get("/sign-in/own/").content.decode()
    assert page.count("終わらせる<span") == 3
    clerk.client.post("/sign-in/own/sessions/end/", {"session": row_of(other).session_key})
    assert not other.is_in()
    assert third.is_in()
    clerk.client.post("/sign-in/own/sessions/end/", {"session": "others"})
    assert not third.is_in()
    assert clerk.is_in()
    assert [event.detail["why"] for event in events("session.end")] == ["by-hand", "by-hand"]
    clerk.client.post("/sign-in/own/sessions/end/", {"session": row_of(clerk).session_key})
    assert not clerk.is_in()


def test_nobody_ends_another_person_s_session(clerk: Person, staff: object) -> None:
    other = enrolled(staff("counter-2")).sign_in()  # type: ignore[operator]
    clerk.sign_in()
    clerk.client.post("/sign-in/own/sessions/end/", {"session": row_of(other).session_key})
    assert other.is_in()


def change(
    clerk: Person, new: str, repeated: str | None = None, present: str = PASSWORD, **more: bool
) -> Any:
    given = {"present": present, "new_password": new, "repeated": new if repeated is None else repeated}
    return clerk.client.post("/sign-in/own/password/", given, **more)


def test_a_change_of_password_ends_all_other_sessions(clerk: Person) -> None:
    clerk.sign_in()
    other = Person(clerk.account, devices=clerk.devices).sign_in()
    new = "umibe no gakko 77"
    page = change(clerk, new, follow=True)
    assert "ほかの1か所" in page.content.decode()
    assert not other.is_in()
    assert clerk.is_in()
    clerk.client.post("/sign-out/")
    assert clerk.password().status_code == 200
    assert clerk.password(new).status_code == 302
    assert events("password.change")


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("mijikai", "短すぎます"),
        ("password1234", "一般的"),
        ("counter-1-abc", "似"),
        ("あ" * 129, "128文字以内"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(clerk: Person, password: str, words: str) -> None:
    clerk.sign_in()
    page = change(clerk, password)
    assert words in page.content.decode()
    assert not events("password.change")
    assert password not in page.content.decode()


def test_two_different_new_passwords_are_refused(clerk: Person) -> None:
    clerk.sign_in()
    page = change(clerk, PASSWORD + "1", PASSWORD)
    assert "2回の入力が違います" in page.content.decode()


def test_passwords_are_kept_as_scrypt() -> None:
    from sesshu.config.settings import base

    assert base.PASSWORD_HASHERS[0].endswith("ScryptPasswordHasher")


def test_signing_out_is_logged(clerk: Person) -> None:
    clerk.sign_in()
    clerk.client.post("/sign-out/")
    assert not clerk.is_in()
    assert [event.account for event in events("sign-out")] == [clerk.account]


def test_force_login_of_a_test_is_a_session_like_any(clerk: Person) -> None:
    client = Client()
    client.force_login(clerk.account)
    assert client.get("/").status_code == 200
    assert Session.objects.get().account_id == clerk.account.pk


def test_a_session_s_key_cannot_be_guessed(clerk: Person) -> None:
    """32 signs of 36 by the system's generator: 165 bits."""
    keys = {SessionStore()._get_new_session_key() for _ in range(200)}  # type: ignore[attr-defined]
    assert len(keys) == 200
    assert all(re.fullmatch(r"[a-z0-9]{32}", key) for key in keys)
    assert {sign for key in keys for sign in key} == set(string.ascii_lowercase + string.digits)
    assert crypto.secrets is secrets
    assert isinstance(secrets.choice.__self__, random.SystemRandom)  # type: ignore[attr-defined]
    clerk.sign_in()
    assert re.fullmatch(r"[a-z0-9]{32}", clerk.client.cookies["sessionid"].value)


def test_an_account_has_five_sessions_at_most(clerk: Person) -> None:
    clerk.sign_in()
    others = [Person(clerk.account, devices=clerk.devices).sign_in() for _ in range(4)]
    assert clerk.is_in()  # used now: the first of the others is used longest ago
    now = clock.instant()
    for place, person in enumerate([*others, clerk]):
        Session.objects.filter(pk=row_of(person).pk).update(seen_at=now - timedelta(minutes=30 - place))
    sixth = Person(clerk.account, devices=clerk.devices).sign_in()
    assert [each.is_in() for each in (*others, clerk, sixth)] == [False, True, True, True, True, True]
    assert [(each.account, each.detail) for each in events("session.end")] == [
        (clerk.account, {"why": "surplus", "account": clerk.account.pk, "ended": 1})
    ]


def test_an_administrator_ends_the_sessions_of_one_and_of_all(clerk: Person, staff: Any) -> None:
    clerk.sign_in()
    other = enrolled(staff("counter-2")).sign_in()
    manager = enrolled(staff("manager-1", Role.MANAGER)).sign_in()
    page = manager.client.get("/sign-in/signed-in/").content.decode()
    assert "counter-1" in page
    assert "counter-2" in page
    end = "/sign-in/signed-in/end/"
    page = manager.client.post(end, {"account": clerk.account.pk}, follow=True).content.decode()
    assert "すべて終わらせました" in page
    assert (clerk.is_in(), other.is_in()) == (False, True)
    manager.client.post(end, {"account": "everybody"})
    assert (other.is_in(), manager.is_in()) == (False, True)
    assert [(each.account, each.detail["why"]) for each in events("session.end")] == [
        (manager.account, "by-administrator")
    ] * 2
    assert clerk.sign_in().client.post(end, {"account": manager.account.pk}).status_code == 404
    assert manager.is_in()


def test_another_city_s_sessions_are_not_seen_nor_ended(clerk: Person, staff: Any) -> None:
    from sesshu.protection.services import ensure_municipality

    clerk.sign_in()
    other = enrolled(staff("manager-k", Role.MANAGER, municipality=ensure_municipality("192015"))).sign_in()
    assert "counter-1" not in other.client.get("/sign-in/signed-in/").content.decode()
    for chosen in (str(clerk.account.pk), "everybody", "", "x"):
        other.client.post("/sign-in/signed-in/end/", {"account": chosen})
    assert clerk.is_in()
