"""S01: a code is shown once, good once and for its time; no step of an enrolment can be left out."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from sesshu.kernel import clock
from sesshu.protection import enrolling
from sesshu.protection.sign_in import tickets
from sesshu.protection.sign_in.choices import TicketKind
from sesshu.protection.sign_in.models import Recovery, Ticket

from .conftest import PASSWORD, Person, events, register
from .recovery_steps import NEW, Staff, approved, asked, enrol
from .soft_authenticator import SoftAuthenticator


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
