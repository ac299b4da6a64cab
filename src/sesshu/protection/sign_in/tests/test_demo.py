"""The demo: id and password are enough, said plainly; an authenticator may be tried all the same."""

from __future__ import annotations

from typing import Any

import pytest

from sesshu.protection.models import Account

from .conftest import PASSWORD, Person, enrolled, events
from .soft_authenticator import SoftAuthenticator

BAND = "デモのサインインは利用者IDとパスワードだけです"


@pytest.fixture(autouse=True)
def _demo(_no_demo: None, settings: Any) -> None:
    settings.DEMO_SIGN_IN = True


@pytest.fixture
def visitor(staff: Any) -> Person:
    return Person(staff("demo-visitor"))


def test_id_and_password_are_enough_and_the_page_says_so(visitor: Person) -> None:
    page = visitor.client.get("/sign-in/").content.decode()
    assert BAND in page
    assert "demo-visitor" in page
    assert visitor.password(next="/jobs/").headers["Location"] == "/jobs/"
    assert visitor.is_in()
    assert events("sign-in")[0].detail == {"factors": "password-demo"}


def test_again_asks_for_the_demo_s_password(visitor: Person) -> None:
    visitor.password()
    session = visitor.client.session
    del session["factor_shown_at"]
    session.save()
    where = visitor.client.get("/sign-in/own/password/").headers["Location"]
    page = visitor.client.get(where).content.decode()
    assert "本番にはこの欄はありません" in page
    wrong = visitor.client.post("/sign-in/again/", {"password": "chigau", "next": "/"})
    assert "パスワードが違います" in wrong.content.decode()
    assert visitor.client.post("/sign-in/again/", {"password": "", "next": "/"}).status_code == 200
    right = visitor.client.post("/sign-in/again/", {"password": PASSWORD, "next": "/sign-in/own/password/"})
    assert right.headers["Location"] == "/sign-in/own/password/"
    assert visitor.client.get("/sign-in/own/password/").status_code == 200
    assert [event.result for event in events("sign-in.factor")] == ["refused", "ok"]


def test_an_authenticator_may_be_registered_used_and_passed_over(visitor: Person) -> None:
    visitor.password()
    device = SoftAuthenticator()
    answer = device.create(visitor.options("/sign-in/own/authenticators/add/"))
    visitor.client.post("/sign-in/own/authenticators/add/", {"name": "試し", "answer": answer})
    visitor.client.post("/sign-out/")
    assert visitor.password().headers["Location"] == "/sign-in/factor/"
    visitor.factor(device)
    assert visitor.is_in()
    visitor.client.post("/sign-out/")
    visitor.password()
    visitor.client.post("/sign-in/demo/")
    assert visitor.is_in()


def test_a_device_that_verifies_nobody_is_refused_in_the_demo_too(staff: Any) -> None:
    person = enrolled(staff("demo-2"))
    person.devices[0].verifies = False
    person.password()
    person.factor(person.devices[0])
    assert not person.is_in()


def test_a_wrong_password_locks_in_the_demo_too(visitor: Person) -> None:
    for _ in range(5):
        visitor.password("chigau aikotoba")
    assert visitor.password().status_code == 200
    assert Account.objects.filter(login="demo-visitor").exists()
