"""S01, S11: recovery only by two administrators, each step logged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from sesshu.kernel import clock
from sesshu.protection.models import Account
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality
from sesshu.protection.sign_in import recovering
from sesshu.protection.sign_in.choices import CheckMethod, RecoveryState, TicketKind
from sesshu.protection.sign_in.models import Recovery, Ticket

from .conftest import Person, enrolled, events
from .recovery_steps import NEW, Staff, approved, asked, enrol
from .soft_authenticator import SoftAuthenticator


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
