"""Files are received only on terminals that may take out: asked for, approved, ended (S06, S03)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sesshu.kernel import clock
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.roles import Role
from sesshu.protection.taking_out import producers
from sesshu.protection.taking_out import services as requests
from sesshu.protection.taking_out.choices import LegalBasis, State
from sesshu.protection.taking_out.models import TakingOut
from sesshu.protection.taking_out.producers import Offer, Producer
from sesshu.protection.terminals import selectors, services, taking_out
from sesshu.protection.terminals.models import Certificate, Terminal
from sesshu.protection.terminals.policies import TerminalRefused

from .conftest import at_terminal as on
from .conftest import staff

Register = Callable[..., Certificate]


@pytest.fixture
def clerk(ise: object) -> Account:
    return staff("clerk", Role.PROGRAMME)


@pytest.fixture
def ready(
    clerk: Account, manager: Account, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> TakingOut:
    """A request of the clerk that was approved and whose file waits."""
    settings.MEDIA_ROOT = tmp_path
    offer = Offer("見本一覧", ("宛名番号",), 1, ())
    made = Producer("sample", ("csv",), lambda address: offer, lambda pk, by: None)
    monkeypatch.setitem(producers._producers, "sample", made)
    asked = requests.request(
        by=clerk, producer_name="sample", conditions="", form="csv", basis=LegalBasis.OWN_WORK,
        reason="架電", recipient="健康課", erase_by=clock.today() + timedelta(days=5),
    )  # fmt: skip
    requests.decide(pk=asked.pk, by=manager, approve=True)
    plain = tmp_path / "plain.csv"
    plain.write_bytes("宛名番号\r\n1\r\n".encode())
    return requests.deliver(pk=asked.pk, plain=plain, count=1, by=clerk)


def allow(terminal: Terminal, engineer: Account, manager: Account) -> None:
    asked = taking_out.request(terminal=terminal, reason="名簿を渡すため", by=engineer)
    services.approve(application=asked, by=manager)


def test_s06_a_file_is_received_on_an_allowed_terminal_only(
    register: Register, ready: TakingOut, clerk: Account, engineer: Account, manager: Account
) -> None:
    counter, office = register("窓口1"), register("事務室2")
    allow(office.terminal, engineer, manager)
    address = f"/administration/taking-out/{ready.pk}/"
    here = on(counter, clerk)
    page = here.get(address).content.decode()
    assert "この端末では受け取れません" in page
    assert "T0002 事務室2" in page
    assert "ファイルを受け取る" not in page

    refused = here.post(f"{address}fetch/", follow=True)
    assert "持出しを許可されていない" in refused.content.decode()
    assert TakingOut.objects.get(pk=ready.pk).state == State.READY
    event = AuditEvent.objects.get(action="taking-out.terminal")
    assert (event.account, event.terminal, event.result) == (clerk, "T0001", "refused")

    there = on(office, clerk)
    assert "ファイルを受け取る" in there.get(address).content.decode()
    answer = there.post(f"{address}fetch/")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert TakingOut.objects.get(pk=ready.pk).state == State.FETCHED


def test_the_clerk_is_told_before_beginning(
    register: Register, ready: TakingOut, clerk: Account, engineer: Account, manager: Account
) -> None:
    terminal = register("窓口1")
    for address in ("/administration/taking-out/new/sample/", "/administration/taking-out/"):
        assert "この端末では受け取れません" in on(terminal, clerk).get(address).content.decode(), address
    allow(terminal.terminal, engineer, manager)
    for address in ("/administration/taking-out/new/sample/", "/administration/taking-out/"):
        assert "この端末では受け取れません" not in on(terminal, clerk).get(address).content.decode()


def test_it_takes_two_persons_to_allow_and_one_to_end_it(
    register: Register, engineer: Account, manager: Account
) -> None:
    terminal = register("窓口1").terminal
    with pytest.raises(TerminalRefused, match="理由"):
        taking_out.request(terminal=terminal, reason=" ", by=engineer)
    asked = taking_out.request(terminal=terminal, reason="名簿", by=engineer)
    with pytest.raises(TerminalRefused, match="承認待ち"):
        taking_out.request(terminal=terminal, reason="名簿", by=engineer)
    with pytest.raises(TerminalRefused, match="自分が申請"):
        services.approve(application=asked, by=engineer)
    assert not taking_out.allowed()
    services.approve(application=asked, by=manager)
    assert list(taking_out.allowed()) == [terminal]
    assert terminal.certificates.count() == 1, "the permission is no certificate"
    assert not selectors.uncollected()
    with pytest.raises(TerminalRefused, match="証明書はいりません"):
        services.collect(application=asked, by=engineer)
    taking_out.withdraw(terminal=terminal, reason="配置換え", by=manager)
    assert not taking_out.allowed()


def test_a_lost_terminal_loses_it(register: Register, engineer: Account, manager: Account) -> None:
    terminal = register("窓口1").terminal
    allow(terminal, engineer, manager)
    services.report_lost(terminal=terminal, reason="見当たらない", by=manager)
    assert not Terminal.objects.get(pk=terminal.pk).may_take_out


def test_a_new_terminal_may_be_asked_for_with_it(engineer: Account, manager: Account) -> None:
    asked = services.request_registration(
        name="事務室1", place="本庁舎", kind="office", section="健康課", by=engineer, may_take_out=True
    )  # type: ignore[arg-type]
    assert not taking_out.allowed()
    services.approve(application=asked, by=manager)
    assert taking_out.allowed().count() == 1


def test_the_screens_of_a_terminal(register: Register, engineer: Account, manager: Account) -> None:
    own, terminal = register("事務室9"), register("窓口1").terminal
    address = f"/administration/terminals/{terminal.pk}/"
    on(own, engineer).post(f"{address}taking-out/", {"reason": "名簿を渡すため"})
    asked = terminal.applications.get(decided_at__isnull=True)
    on(own, manager).post(f"/administration/terminals/applications/{asked.pk}/approve/")
    page = on(own, manager).get(address).content.decode()
    assert "持出しの許可を取り消す" in page
    on(own, manager).post(f"{address}taking-out/end/", {"reason": "配置換え"})
    assert not Terminal.objects.get(pk=terminal.pk).may_take_out
