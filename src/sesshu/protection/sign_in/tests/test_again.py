"""S01: the second factor anew, one's own authenticators, and what ends a session."""

from __future__ import annotations

import pytest

from sesshu.protection import freshness
from sesshu.protection.models import Account
from sesshu.protection.sign_in.models import Session

from .conftest import PASSWORD, Person, enrolled, events, register
from .soft_authenticator import SoftAuthenticator


def test_again_makes_fresh_and_leads_back(clerk: Person) -> None:
    clerk.sign_in()
    session = clerk.client.session
    del session["factor_shown_at"]
    session.save()
    page = clerk.client.get("/sign-in/own/password/")
    assert page.headers["Location"] == "/sign-in/again/?next=%2Fsign-in%2Fown%2Fpassword%2F"
    assert (
        clerk.again(clerk.devices[0], "/sign-in/own/password/").headers["Location"]
        == "/sign-in/own/password/"
    )
    assert clerk.client.get("/sign-in/own/password/").status_code == 200


def test_htmx_is_led_to_the_whole_page(clerk: Person) -> None:
    clerk.sign_in()
    session = clerk.client.session
    del session["factor_shown_at"]
    session.save()
    asked = {"HX-Request": "true", "HX-Current-URL": "http://localhost/addressees/?q=1"}
    answer = clerk.client.post("/sign-in/own/password/", headers=asked)
    assert answer.headers["HX-Redirect"] == "/sign-in/again/?next=%2Faddressees%2F%3Fq%3D1"


@pytest.mark.parametrize("aim", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_away(clerk: Person, aim: str) -> None:
    clerk.password(next=aim)
    assert clerk.factor(clerk.devices[0]).headers["Location"] == "/"
    assert clerk.again(clerk.devices[0], aim).headers["Location"] == "/"


def test_the_password_is_no_second_factor_outside_the_demo(clerk: Person) -> None:
    clerk.sign_in()
    session = clerk.client.session
    del session["factor_shown_at"]
    session.save()
    clerk.client.post("/sign-in/again/", {"password": PASSWORD, "next": "/"})
    assert "factor_shown_at" not in clerk.client.session


def test_one_s_own_authenticators_several_and_named(clerk: Person) -> None:
    clerk.sign_in()
    second = SoftAuthenticator()
    answer = second.create(clerk.options("/sign-in/own/authenticators/add/"))
    page = clerk.client.post(
        "/sign-in/own/authenticators/add/", {"name": "青い鍵", "answer": answer}, follow=True
    )
    assert "青い鍵" in page.content.decode()
    clerk.client.post("/sign-out/")
    clerk.devices[0] = second
    clerk.sign_in()


def test_one_is_removed_only_after_another_was_shown(clerk: Person) -> None:
    second = SoftAuthenticator()
    first_pk = clerk.account.authenticator_set.get().pk
    second_pk = register(clerk.account, second, "青い鍵")
    clerk.sign_in()
    remove = "/sign-in/own/authenticators/remove/"
    page = clerk.client.post(remove, {"authenticator": first_pk}, follow=True)
    assert "別の認証器で本人の確認" in page.content.decode()
    clerk.again(second)
    page = clerk.client.post(remove, {"authenticator": first_pk}, follow=True)
    assert "取り除きました" in page.content.decode()
    page = clerk.client.post(remove, {"authenticator": second_pk}, follow=True)
    assert "最後の1つは取り除けません" in page.content.decode()
    for wrong in ("", "abc", "99999999999999999999", str(first_pk)):
        assert clerk.client.post(remove, {"authenticator": wrong}).status_code == 302
    assert len(events("authenticator.remove")) == 1


def test_nobody_removes_another_person_s_authenticator(clerk: Person, staff: object) -> None:
    other = enrolled(staff("counter-2"))  # type: ignore[operator]
    clerk.sign_in()
    clerk.client.post(
        "/sign-in/own/authenticators/remove/", {"authenticator": other.account.authenticator_set.get().pk}
    )
    assert other.account.authenticator_set.count() == 1


def test_an_account_out_of_office_is_out_at_once(clerk: Person) -> None:
    clerk.sign_in()
    Account.objects.filter(pk=clerk.account.pk).update(is_active=False)
    assert not clerk.is_in()
    clerk.password()
    assert events("sign-in")[-1].detail == {"why": "inactive"}


def test_the_log_and_the_database_hold_no_password(clerk: Person, caplog: object) -> None:
    clerk.password("machigai no aikotoba")
    clerk.sign_in()
    said = "".join(
        f"{event.detail}{event.actor}" for action in ("sign-in", "sign-in.factor") for event in events(action)
    )
    kept = "".join(Session.objects.values_list("session_data", flat=True))
    for secret in (PASSWORD, "machigai no aikotoba"):
        assert secret not in said
        assert secret not in kept
        assert secret not in caplog.text  # type: ignore[attr-defined]


def test_freshness_lasts_five_minutes_and_not_into_the_future() -> None:
    from datetime import timedelta

    from django.http import HttpRequest

    from sesshu.kernel import clock

    request = HttpRequest()
    request.session = {}  # type: ignore[assignment]
    with clock.fixed(clock.now()) as now:
        freshness.note(request)
        for away, fresh in ((0, True), (300, True), (301, False), (-301, False)):
            with clock.fixed(now + timedelta(seconds=away)):
                assert freshness.is_fresh(request) is fresh
