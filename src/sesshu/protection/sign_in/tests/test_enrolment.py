"""S01, S11: enrolment once with a code from two administrators; recovery only by two."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from sesshu.kernel import clock
from sesshu.protection import enrolling
from sesshu.protection.models import Account
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality
from sesshu.protection.sign_in import recovering, tickets
from sesshu.protection.sign_in.choices import CheckMethod, RecoveryState, TicketKind
from sesshu.protection.sign_in.models import Recovery, Ticket

from .conftest import PASSWORD, Person, enrolled, events, register
from .soft_authenticator import SoftAuthenticator

NEW = "umibe no gakko 77"
_CODE = re.compile(r'<code class="secret-code">([^<]*)</code>')
Staff = Callable[..., Account]


@pytest.fixture
def system(staff: Staff) -> Person:
    return enrolled(staff("system-1", Role.SYSTEM)).sign_in()


@pytest.fixture
def manager(staff: Staff) -> Person:
    return enrolled(staff("manager-1", Role.MANAGER)).sign_in()


def asked(by: Person, whom: Account, **more: str) -> object:
    given = {"account": whom.pk, "method": CheckMethod.STAFF_CARD, "note": "窓口で職員証の写真と照合"}
    return by.client.post("/sign-in/recoveries/ask/", given | more, follow=True)


def approved(by: Person, recovery: Recovery) -> str:
    page = by.client.post(f"/sign-in/recoveries/{recovery.pk}/approve/").content.decode()
    found = _CODE.search(page)
    assert found, page
    return found[1]


def enrol(account: Account, code: str, device: SoftAuthenticator) -> Person:
    person = Person(account, devices=[device])
    sent = person.client.post("/sign-in/enrol/", {"username": account.login, "code": code})
    assert sent.headers.get("Location") == "/sign-in/enrol/password/", sent.content.decode()
    person.client.post("/sign-in/enrol/password/", {"new_password": NEW, "repeated": NEW})
    answer = device.create(person.options("/sign-in/enrol/authenticator/"))
    person.client.post("/sign-in/enrol/authenticator/", {"name": "新しい鍵", "answer": answer})
    return person


def test_s01_a_lost_authenticator_is_replaced_by_two_administrators(
    clerk: Person, system: Person, manager: Person
) -> None:
    clerk.sign_in()
    asked(system, clerk.account)
    (recovery,) = Recovery.objects.all()
    assert (recovery.kind, recovery.check_method) == (TicketKind.LOST, CheckMethod.STAFF_CARD)
    code = approved(manager, recovery)
    # From the approval on nothing old works: session, password, authenticator.
    assert not clerk.is_in()
    assert clerk.password().status_code == 200
    assert not clerk.account.authenticator_set.exists()
    person = enrol(clerk.account, code, SoftAuthenticator())
    assert person.is_in()
    person.client.post("/sign-out/")
    assert person.password(NEW).headers["Location"] == "/sign-in/factor/"
    assert person.factor(person.devices[0]).status_code == 302
    assert person.is_in()


def test_s11_every_step_is_logged_with_how_the_person_was_identified(
    clerk: Person, system: Person, manager: Person
) -> None:
    asked(system, clerk.account)
    enrol(clerk.account, approved(manager, Recovery.objects.get()), SoftAuthenticator())
    by = {
        "recovery.request": system.account,
        "enrolment.ticket": manager.account,
        "recovery.approve": manager.account,
        "enrolment.password": clerk.account,
        "authenticator.add": clerk.account,
        "enrolment.done": clerk.account,
    }
    for action, account in by.items():
        (event,) = events(action)
        assert (event.account_id, event.result) == (account.pk, "ok"), action
    assert events("recovery.request")[0].detail["method"] == "staff-card"


def test_nobody_approves_alone_nor_for_oneself(clerk: Person, system: Person, manager: Person) -> None:
    asked(system, clerk.account)
    recovery = Recovery.objects.get()
    page = system.client.post(f"/sign-in/recoveries/{recovery.pk}/approve/", follow=True)
    assert "申請した人と本人は承認できません" in page.content.decode()
    asked(system, manager.account)
    page = manager.client.post(
        f"/sign-in/recoveries/{Recovery.objects.latest('pk').pk}/approve/", follow=True
    )
    assert "申請した人と本人は承認できません" in page.content.decode()
    with pytest.raises(recovering.Refused, match="自分自身"):
        recovering.request(account=system.account, method=CheckMethod.SUPERIOR, note="x", by=system.account)
    assert Recovery.objects.filter(state=RecoveryState.ASKED).count() == 2
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("decider", ["system", "clerk"])
def test_the_database_itself_wants_two(clerk: Person, system: Person, manager: Person, decider: str) -> None:
    asked(system, clerk.account)
    wrong = {"system": system.account, "clerk": clerk.account}[decider]
    with pytest.raises(IntegrityError, match="recovery_by_two"), transaction.atomic():
        Recovery.objects.update(state=RecoveryState.APPROVED, decided_by=wrong)
    with pytest.raises(IntegrityError, match="recovery_not_for_oneself"), transaction.atomic():
        Recovery.objects.update(requested_by=clerk.account)


def test_the_request_needs_the_record_of_the_check(clerk: Person, system: Person) -> None:
    for missing in ("account", "method", "note"):
        page = asked(system, clerk.account, **{missing: ""})
        assert "入力を確かめてください" in page.content.decode()  # type: ignore[attr-defined]
    assert not Recovery.objects.exists()


def test_one_request_waits_at_a_time(clerk: Person, system: Person, manager: Person) -> None:
    asked(system, clerk.account)
    page = asked(manager, clerk.account)
    assert "すでに出ていて" in page.content.decode()  # type: ignore[attr-defined]
    assert Recovery.objects.count() == 1


def test_a_request_is_withdrawn_or_sent_back_and_the_old_authenticator_goes_on(
    clerk: Person, system: Person, manager: Person
) -> None:
    for by, state in ((system, RecoveryState.WITHDRAWN), (manager, RecoveryState.REFUSED)):
        asked(system, clerk.account)
        recovery = Recovery.objects.latest("pk")
        by.client.post(f"/sign-in/recoveries/{recovery.pk}/refuse/")
        recovery.refresh_from_db()
        assert recovery.state == state
        page = manager.client.post(f"/sign-in/recoveries/{recovery.pk}/approve/", follow=True)
        assert "すでに処理されています" in page.content.decode()
    clerk.sign_in()


def test_a_request_of_yesterday_is_not_approved(clerk: Person, system: Person, manager: Person) -> None:
    asked(system, clerk.account)
    Recovery.objects.update(requested_at=clock.instant() - timedelta(hours=24, minutes=1))
    page = manager.client.post(f"/sign-in/recoveries/{Recovery.objects.get().pk}/approve/", follow=True)
    assert "24時間を過ぎています" in page.content.decode()
    asked(system, clerk.account)
    assert approved(manager, Recovery.objects.get(state=RecoveryState.ASKED))


@pytest.mark.parametrize("gone", ["the one who asked", "the account"])
def test_what_ended_meanwhile_ends_the_request(
    clerk: Person, system: Person, manager: Person, gone: str
) -> None:
    asked(system, clerk.account)
    if gone == "the account":
        Account.objects.filter(pk=clerk.account.pk).update(is_active=False)
    else:
        Account.objects.get(pk=system.account.pk).grants.update(withdrawn_at=clock.now())
    page = manager.client.post(f"/sign-in/recoveries/{Recovery.objects.get().pk}/approve/", follow=True)
    assert "利用が終わっています" in page.content.decode()
    assert not Ticket.objects.exists()


def test_a_sensitive_step_wants_the_factor_anew(clerk: Person, system: Person, manager: Person) -> None:
    asked(system, clerk.account)
    session = manager.client.session
    del session["factor_shown_at"]
    session.save()
    sent = manager.client.post(f"/sign-in/recoveries/{Recovery.objects.get().pk}/approve/")
    assert sent.headers["Location"].startswith("/sign-in/again/")
    assert Recovery.objects.get().state == RecoveryState.ASKED


def test_another_city_s_administrators_know_nothing_of_it(
    clerk: Person, system: Person, staff: Staff
) -> None:
    asked(system, clerk.account)
    kofu = enrolled(staff("manager-k", Role.MANAGER, municipality=ensure_municipality("192015"))).sign_in()
    assert kofu.client.get(f"/sign-in/recoveries/{Recovery.objects.get().pk}/").status_code == 404
    page = asked(kofu, clerk.account)
    assert "一覧から選んでください" in page.content.decode()  # type: ignore[attr-defined]
    assert Recovery.objects.count() == 1


def test_the_code_is_shown_once_and_kept_nowhere(clerk: Person, system: Person, manager: Person) -> None:
    asked(system, clerk.account)
    recovery = Recovery.objects.get()
    code = approved(manager, recovery)
    page = manager.client.post(f"/sign-in/recoveries/{recovery.pk}/approve/", follow=True).content.decode()
    assert code not in page
    assert code not in manager.client.get(f"/sign-in/recoveries/{recovery.pk}/").content.decode()
    ticket = Ticket.objects.get()
    assert code not in ticket.secret
    assert code.replace("-", "") not in ticket.secret


def test_the_code_is_good_once_and_for_30_minutes(clerk: Person, system: Person, manager: Person) -> None:
    asked(system, clerk.account)
    code = approved(manager, Recovery.objects.get())
    ticket = Ticket.objects.get()
    assert ticket.expires_at - ticket.issued_at == timedelta(minutes=30)
    Ticket.objects.update(expires_at=clock.instant())
    assert tickets.check(login=clerk.account.login, code=code) is None
    Ticket.objects.update(expires_at=clock.instant() + timedelta(minutes=1))
    enrol(clerk.account, code, SoftAuthenticator())
    assert tickets.check(login=clerk.account.login, code=code) is None


def test_a_code_may_be_typed_as_people_type(clerk: Person, system: Person, manager: Person) -> None:
    asked(system, clerk.account)
    code = approved(manager, Recovery.objects.get())
    typed = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert tickets.check(login=f" {clerk.account.login} ", code=typed) is not None


def test_a_wrong_code_is_counted_and_says_nothing_of_the_id(
    clerk: Person, system: Person, manager: Person
) -> None:
    asked(system, clerk.account)
    code = approved(manager, Recovery.objects.get())
    stranger = Person(clerk.account)
    pages = []
    for login in ("counter-1", "counter-9"):
        for _ in range(5):
            sent = stranger.client.post("/sign-in/enrol/", {"username": login, "code": "AAAAA-" * 4})
        text = sent.content.decode().replace(login, "ID")
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text))
    assert pages[0] == pages[1]
    assert "確かめられません" in pages[0]
    assert stranger.client.post("/sign-in/enrol/", {"username": "counter-1", "code": code}).status_code == 200


def test_a_device_without_verification_does_not_use_up_the_code(
    clerk: Person, system: Person, manager: Person
) -> None:
    asked(system, clerk.account)
    code = approved(manager, Recovery.objects.get())
    person = enrol(clerk.account, code, SoftAuthenticator(verifies=False))
    assert not person.is_in()
    assert [event.result for event in events("authenticator.add")] == ["refused"]
    answer = SoftAuthenticator().create(person.options("/sign-in/enrol/authenticator/"))
    person.client.post("/sign-in/enrol/authenticator/", {"name": "鍵", "answer": answer})
    assert person.is_in()


def test_no_step_of_an_enrolment_can_be_left_out(clerk: Person, system: Person, manager: Person) -> None:
    asked(system, clerk.account)
    code = approved(manager, Recovery.objects.get())
    person = Person(clerk.account)
    for path in ("/sign-in/enrol/password/", "/sign-in/enrol/authenticator/"):
        assert person.client.get(path).headers["Location"] == "/sign-in/enrol/"
    person.client.post("/sign-in/enrol/", {"username": clerk.account.login, "code": code})
    assert person.client.get("/sign-in/enrol/authenticator/").headers["Location"] == "/sign-in/enrol/"
    weak = person.client.post("/sign-in/enrol/password/", {"new_password": "short", "repeated": "short"})
    assert "短すぎます" in weak.content.decode()


def test_two_browsers_with_one_code_register_one_authenticator(
    clerk: Person, system: Person, manager: Person
) -> None:
    asked(system, clerk.account)
    code = approved(manager, Recovery.objects.get())
    pair = [Person(clerk.account, devices=[SoftAuthenticator()]) for _ in range(2)]
    answers = []
    for person in pair:
        person.client.post("/sign-in/enrol/", {"username": clerk.account.login, "code": code})
        person.client.post("/sign-in/enrol/password/", {"new_password": NEW, "repeated": NEW})
        answers.append(person.devices[0].create(person.options("/sign-in/enrol/authenticator/")))
    for person, answer in zip(pair, answers, strict=True):
        person.client.post("/sign-in/enrol/authenticator/", {"name": "鍵", "answer": answer})
    assert [person.is_in() for person in pair] == [True, False]
    assert clerk.account.authenticator_set.count() == 1


def test_a_new_account_gets_its_code_through_the_door_for_other_rooms(
    staff: Staff, system: Person, manager: Person
) -> None:
    """The room of the accounts, which lies below, hands out the code when it approves."""
    account = staff("new-1")
    code = enrolling.ticket(account=account, requested_by=system.account, approved_by=manager.account)
    ticket = Ticket.objects.get()
    assert (ticket.kind, ticket.expires_at - ticket.issued_at) == (TicketKind.FIRST, timedelta(hours=24))
    assert Person(account).password(PASSWORD).status_code == 200
    assert enrol(account, code, SoftAuthenticator()).is_in()
    for pair in ((system, system), (manager, Person(account)), (Person(account), system)):
        with pytest.raises(ValueError, match="別の管理者"):
            enrolling.ticket(account=account, requested_by=pair[0].account, approved_by=pair[1].account)


def test_a_second_ticket_voids_the_first(staff: Staff, system: Person, manager: Person) -> None:
    account = staff("new-1")
    first, second = (
        enrolling.ticket(account=account, requested_by=system.account, approved_by=manager.account)
        for _ in range(2)
    )
    assert tickets.check(login="new-1", code=first) is None
    assert tickets.check(login="new-1", code=second) is not None


def test_administrators_see_what_waits_for_them(clerk: Person, system: Person, manager: Person) -> None:
    asked(system, clerk.account)
    assert "認証器の登録・再登録" in manager.client.get("/administration/").content.decode()
    from sesshu.protection.sign_in import selectors

    assert selectors.waiting_for(manager.account) == 1
    assert selectors.waiting_for(system.account) == 0
    page = manager.client.get(f"/sign-in/recoveries/{Recovery.objects.get().pk}/").content.decode()
    assert "承認して登録コードを出す" in page
    assert (
        "承認して"
        not in system.client.get(f"/sign-in/recoveries/{Recovery.objects.get().pk}/").content.decode()
    )


def test_an_authenticator_registered_twice_is_refused(clerk: Person) -> None:
    """The options name what is registered, so that the browser refuses it; and the server does."""
    with pytest.raises(ValueError, match="すでに登録"):
        register(clerk.account, clerk.devices[0], "もう一度")
