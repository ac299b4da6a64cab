"""S04, control 30: a shared id is off by default; permitted, it has names, terminals and an end."""

from datetime import timedelta

import pytest
from django.test import Client

from sesshu.kernel import clock
from sesshu.protection.accounts import asking, deciding, services
from sesshu.protection.accounts.asking import NotAllowed
from sesshu.protection.accounts.tests.conftest import TODAY
from sesshu.protection.models import AuditEvent
from sesshu.protection.roles import Role

TERMINAL = "127.0.0.1"


@pytest.fixture
def nurse(member):
    return member("nurse", Role.COUNTER)


@pytest.fixture
def shared(system, manager, opened, nurse):
    deciding.approve(asking.ask_for_shared_ids(permitted=True, reason="会場", by=system), by=manager)
    return opened(
        "venue",
        kind="shared",
        members=[nurse.pk],
        terminals=[TERMINAL],
        serves_until=TODAY + timedelta(days=5),
    )


@pytest.fixture
def venue(shared):
    client = Client()
    client.force_login(shared)
    return client


def test_s04_nobody_works_before_saying_who_it_is(venue, shared, nurse):
    assert venue.get("/addressees/").headers["Location"] == "/administration/accounts/on-duty/"
    assert "試験 nurse" in venue.get("/administration/accounts/on-duty/").content.decode()
    assert venue.post("/administration/accounts/on-duty/", {"member": nurse.pk}).status_code == 302
    assert venue.get("/addressees/").status_code == 200
    venue.post("/addressees/", {"q": "見本"})
    event = AuditEvent.objects.filter(action="addressee.search").latest("pk")
    assert (event.account, event.detail["on_duty"]) == (shared, nurse.pk)
    assert AuditEvent.objects.filter(account=nurse).count() == 0


def test_s04_one_who_is_not_named_cannot_take_the_duty(venue, manager):
    venue.post("/administration/accounts/on-duty/", {"member": manager.pk})
    assert venue.get("/addressees/").status_code == 302


def test_s04_at_another_terminal_it_is_refused(venue, nurse):
    venue.post("/administration/accounts/on-duty/", {"member": nurse.pk})
    assert venue.get("/addressees/").status_code == 200
    assert venue.get("/addressees/", REMOTE_ADDR="10.9.9.9").status_code == 302
    page = venue.get("/administration/accounts/on-duty/", REMOTE_ADDR="10.9.9.9").content.decode()
    assert "この端末では使えません" in page


def test_s04_expired_it_is_refused(venue, nurse):
    venue.post("/administration/accounts/on-duty/", {"member": nurse.pk})
    with clock.fixed(TODAY + timedelta(days=6)):
        assert venue.get("/addressees/").headers["Location"].startswith("/sign-in/")


def test_s04_who_leaves_can_no_longer_use_it(venue, nurse, manager):
    venue.post("/administration/accounts/on-duty/", {"member": nurse.pk})
    services.suspend(nurse, reason="退職", by=manager)
    assert venue.get("/addressees/").status_code == 302


def test_s04_switched_off_again_it_is_refused_at_once(venue, nurse, system, manager):
    venue.post("/administration/accounts/on-duty/", {"member": nurse.pk})
    deciding.approve(asking.ask_for_shared_ids(permitted=False, reason="終了", by=system), by=manager)
    assert venue.get("/addressees/").status_code == 302


def test_s04_who_uses_it_cannot_approve_it(system, member, nurse, manager):
    deciding.approve(asking.ask_for_shared_ids(permitted=True, reason="会場", by=system), by=manager)
    other = member("other-manager", Role.MANAGER)
    asked = asking.ask_to_open(
        login="venue", name="会場", kind="shared", section="健康課", employee_number="", by=system,
        reason="会場",
        wanted=[asking.Wanted.of("counter", starts_on=TODAY)], members=[other.pk], terminals=["t"],
        serves_until=TODAY,
    )  # fmt: skip
    with pytest.raises(NotAllowed, match="自分が使う共用ID"):
        deciding.approve(asked, by=other)


def test_for_any_other_account_the_page_does_not_exist(nurse):
    client = Client()
    client.force_login(nurse)
    assert client.get("/administration/accounts/on-duty/").status_code == 404
