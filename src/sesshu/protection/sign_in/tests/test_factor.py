"""S01, controls 16, 25 and 54: password and an authenticator whose user is verified; nothing less."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sesshu.protection.sign_in.models import Session

from .conftest import PASSWORD, Person, enrolled, events
from .soft_authenticator import VERIFIED, SoftAuthenticator, with_flag


def test_s01_password_and_authenticator_open_a_session(clerk: Person) -> None:
    answer = clerk.password(next="/addressees/")
    assert answer.headers["Location"] == "/sign-in/factor/"
    assert not clerk.is_in()
    assert clerk.factor(clerk.devices[0]).headers["Location"] == "/addressees/"
    assert clerk.is_in()
    (event,) = events("sign-in")
    assert (event.account, event.result) == (clerk.account, "ok")
    assert event.detail == {"factors": "password+authenticator"}


def test_the_password_alone_opens_nothing(clerk: Person) -> None:
    clerk.password()
    for path in ("/", "/sign-in/own/", "/addressees/"):
        assert clerk.client.get(path).headers["Location"].startswith("/sign-in/")
    assert clerk.client.post("/sign-in/demo/").headers["Location"] == "/sign-in/"
    assert not clerk.is_in()


def test_the_authenticator_alone_is_not_asked(clerk: Person) -> None:
    assert clerk.client.get("/sign-in/factor/").headers["Location"] == "/sign-in/"
    assert clerk.client.post("/sign-in/factor/", {"answer": "{}"}).headers["Location"] == "/sign-in/"


def test_an_account_without_authenticator_does_not_come_in(staff: object) -> None:
    person = Person(staff("new-1"))  # type: ignore[operator]
    page = person.password()
    assert "認証器が登録されていません" in page.content.decode()
    assert not person.is_in()
    assert events("sign-in")[0].detail == {"why": "not-enrolled"}


def test_s01_a_device_that_verifies_nobody_is_refused(clerk: Person) -> None:
    """Control 25: possession of the device alone is not enough."""
    clerk.devices[0].verifies = False
    clerk.password()
    page = clerk.factor(clerk.devices[0])
    assert "本人の確認（指紋・顔・暗証番号）をしていない" in page.content.decode()
    assert not clerk.is_in()
    assert [(e.result, e.detail["why"]) for e in events("sign-in.factor")] == [
        ("refused", "user-not-verified")
    ]


def test_s01_a_forged_flag_of_verification_is_refused(clerk: Person) -> None:
    clerk.devices[0].verifies = False
    clerk.password()
    clerk.factor(clerk.devices[0], change=lambda answer: with_flag(answer, VERIFIED))
    assert not clerk.is_in()
    assert events("sign-in.factor")[0].detail["why"] == "wrong"


def test_the_control_of_both_tests_above_is_let_in(clerk: Person) -> None:
    """Without this they would pass for a sign-in that refuses everybody."""
    clerk.password()
    clerk.factor(clerk.devices[0], change=lambda answer: with_flag(answer, VERIFIED))
    assert clerk.is_in()


def test_a_loosened_setting_does_not_let_an_unverified_user_in(clerk: Person, settings: object) -> None:
    settings.MFA_WEBAUTHN_USER_VERIFICATION = "discouraged"  # type: ignore[attr-defined]
    clerk.devices[0].verifies = False
    clerk.password()
    clerk.factor(clerk.devices[0])
    assert not clerk.is_in()


def test_registration_without_verification_is_refused(clerk: Person) -> None:
    clerk.sign_in()
    options = clerk.options("/sign-in/own/authenticators/add/")
    answer = SoftAuthenticator(verifies=False).create(options)
    page = clerk.client.post("/sign-in/own/authenticators/add/", {"name": "鍵", "answer": answer})
    assert "本人の確認" in page.content.decode()
    assert [event.result for event in events("authenticator.add")] == ["refused"]


def test_a_counter_that_goes_back_is_refused_and_reported(clerk: Person) -> None:
    """W3C WebAuthn §7.2 step 22: a copy of the authenticator counts behind."""
    device = clerk.devices[0]
    clerk.sign_in()
    device.counter = 0
    thief = Person(clerk.account)
    thief.password()
    page = thief.factor(device)
    assert "複製されたおそれ" in page.content.decode()
    assert not thief.is_in()
    assert [event.detail.get("why") for event in events("sign-in.factor")] == [None, "counter"]


def test_an_authenticator_that_counts_nothing_may_be_used(staff: object) -> None:
    """Passkeys of platforms always say zero; the specification lets them."""
    person = enrolled(staff("zero"), device=SoftAuthenticator(counter=None))  # type: ignore[operator]
    person.sign_in()
    Person(person.account, devices=person.devices).sign_in()


@pytest.mark.parametrize(
    "lie", [{"origin": "http://localhost.evil.example"}, {"rp_id": "evil.example"}, {"identity": b"x" * 32}]
)
def test_s01_an_answer_for_another_place_is_refused(clerk: Person, lie: dict[str, object]) -> None:
    """Phishing-resistant: what a look-alike site gets is worth nothing here."""
    for name, value in lie.items():
        setattr(clerk.devices[0], name, value)
    clerk.password()
    clerk.factor(clerk.devices[0])
    assert not clerk.is_in()


def test_another_person_s_authenticator_is_refused(clerk: Person, staff: object) -> None:
    other = enrolled(staff("counter-2"))  # type: ignore[operator]
    clerk.password()
    clerk.factor(other.devices[0])
    assert not clerk.is_in()


def test_an_answer_is_good_once(clerk: Person) -> None:
    clerk.password()
    answer = clerk.devices[0].get(clerk.options("/sign-in/factor/"))
    clerk.client.post("/sign-in/factor/", {"answer": answer})
    thief = Person(clerk.account)
    thief.password()
    thief.client.post("/sign-in/factor/", {"answer": answer})
    assert not thief.is_in()


def test_a_challenge_is_good_for_one_answer(clerk: Person) -> None:
    clerk.password()
    options = clerk.options("/sign-in/factor/")
    clerk.client.post("/sign-in/factor/", {"answer": "{}"})
    session = clerk.client.session
    fresh = session.get("mfa.webauthn.state")
    assert json.loads(options)["publicKey"]["challenge"] != fresh["challenge"]
    clerk.client.post("/sign-in/factor/", {"answer": clerk.devices[0].get(options)})
    assert not clerk.is_in()


def test_the_second_factor_locks_after_five_wrong_ones(clerk: Person) -> None:
    clerk.password()
    for _ in range(5):
        clerk.client.get("/sign-in/factor/")
        clerk.client.post("/sign-in/factor/", {"answer": "{}"})
    page = clerk.factor(clerk.devices[0])
    assert "しばらく受け付けません" in page.content.decode()
    assert not clerk.is_in()
    assert events("sign-in.factor")[-1].result == "locked"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "authenticatorData"]), inner
    ),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=st.text(max_size=40) | _json.map(json.dumps))
def test_no_made_up_answer_breaks_the_page(clerk: Person, answer: str) -> None:
    from sesshu.protection.sign_in import lockout

    client = Client(headers={"host": "localhost"})
    assert (
        client.post("/sign-in/", {"username": clerk.account.login, "password": PASSWORD}).status_code == 302
    )
    client.get("/sign-in/factor/")
    page = client.post("/sign-in/factor/", {"answer": answer})
    assert page.status_code == 200
    lockout.forgive(lockout.On.FACTOR, str(clerk.account.pk))


def test_a_truncated_answer_of_a_real_authenticator_breaks_nothing(clerk: Person) -> None:
    clerk.password()
    said = json.loads(clerk.devices[0].get(clerk.options("/sign-in/factor/")))
    for name in said["response"]:
        short = said | {"response": said["response"] | {name: said["response"][name][:-9]}}
        clerk.client.get("/sign-in/factor/")
        clerk.client.post("/sign-in/factor/", {"answer": json.dumps(short)})
        assert not clerk.is_in()


def test_the_session_key_changes_with_each_step(clerk: Person) -> None:
    clerk.password()
    keys = [clerk.client.cookies["sessionid"].value]
    clerk.factor(clerk.devices[0])
    keys.append(clerk.client.cookies["sessionid"].value)
    clerk.again(clerk.devices[0])
    keys.append(clerk.client.cookies["sessionid"].value)
    assert len(set(keys)) == 3
    assert Session.objects.filter(account_id=clerk.account.pk).count() == 1
