"""The outbox reaches every institution once: batches, dead peers, refusals, and a death at every point."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.db import connection

from sesshu.kernel import clock
from sesshu.network import core, dispatching, waiting
from sesshu.network.models import Ending, Outgoing, Record, Route
from sesshu.network.tests import members
from sesshu.network.tests.conftest import ISE, KOFU, Net
from sesshu.network.tests.members import Member
from sesshu.protocol import codes, envelopes, messages, points


def dead(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route")


def refusing(status: int, code: str = "invalid") -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(status, json={"error": code, "message": "不可"})


def ask(net: Net, own: str, many: int = 1) -> list[dict[str, object]]:
    asked = [net.ise.request(KOFU, own) for _ in range(many)]
    net.ise.permits_for(*asked)
    return asked


def later(seconds: float) -> object:
    return clock.fixed(clock.now() + timedelta(seconds=seconds))


def test_letters_go_in_batches_and_none_twice(net: Net) -> None:
    own, _ = net.both()
    net.kofu.calls.clear()
    ask(net, own, 450)
    assert dispatching.run_once() == 450
    assert net.kofu.calls == [200, 200, 50]
    assert len({each["jti"] for each in net.kofu.permits}) == 450
    assert dispatching.run_once() == 0
    assert not Outgoing.objects.exists()


def test_codes_go_before_the_permits_that_speak_of_them(net: Net) -> None:
    own, _ = net.both()
    paths: list[str] = []

    def listening(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        net.kofu.answer = None
        answer = net.kofu.listens(request)
        net.kofu.answer = listening
        return answer

    net.kofu.answer = listening
    ask(net, own)
    net.kofu.acquire(members.resident())
    dispatching.run_once()
    assert paths == ["/network/codes", "/network/permits"]


def test_a_dead_peer_is_left_alone_for_a_doubling_while_and_holds_up_nobody(net: Net) -> None:
    own, _ = net.both()
    net.kofu.answer = dead
    ask(net, own)
    net.ise.acquire(members.resident())
    before = len(net.ise.held)
    dispatching.run_once()
    assert len(net.ise.held) == before + 1
    assert dispatching.due() == []
    pauses = []
    for _ in range(4):
        route = Route.objects.get(pk=KOFU)
        pauses.append((route.next_at - clock.now()).total_seconds())
        with clock.fixed(route.next_at):
            assert dispatching.due() == [KOFU]
            dispatching.run_once()
            pauses[-1] = (Route.objects.get(pk=KOFU).next_at - clock.now()).total_seconds()
    assert pauses == [4, 8, 16, 32]
    ((row,),) = [waiting.letters()]
    assert (row["institution"], row["count"], row["attempts"]) == (KOFU, 1, 5)
    assert row["error"] == "ConnectError"
    net.kofu.answer = None
    with later(3600):
        dispatching.run_once()
    assert len(net.kofu.permits) == 1
    assert not Route.objects.exists()


def test_the_pause_has_an_end(net: Net) -> None:
    own, _ = net.both()
    net.kofu.answer = dead
    ask(net, own)
    Route.objects.create(institution_id=KOFU, attempts=4_000, next_at=clock.now())
    dispatching.run_once()
    assert Route.objects.get().next_at - clock.now() == dispatching.LONGEST_PAUSE


@pytest.mark.parametrize("answer", [
    refusing(503), refusing(403, "wrong_peer"), refusing(404), refusing(429),
    lambda request: httpx.Response(200, text="<html>"),
    lambda request: httpx.Response(200, json=[]),
    lambda request: httpx.Response(200, json=["x"]),
    lambda request: httpx.Response(200, json={"state": "accepted"}),
    dead,
])  # fmt: skip
def test_nothing_is_lost_while_the_other_side_cannot_be_understood(net: Net, answer: object) -> None:
    own, _ = net.both()
    net.kofu.answer = answer  # type: ignore[assignment]
    ask(net, own)
    dispatching.run_once()
    assert Outgoing.objects.count() == 1
    assert not Ending.objects.exists()
    net.kofu.answer = None
    with later(60):
        dispatching.run_once()
    assert len(net.kofu.permits) == 1


def test_one_letter_that_is_refused_does_not_spoil_the_others(net: Net) -> None:
    own, _ = net.both()
    asked = ask(net, own, 5)
    spoilt = Record.objects.get(processing_number=asked[2]["processing_number"]).permit

    def picky(request: httpx.Request) -> httpx.Response:
        tokens = json.loads(request.content)
        if any(members.verified(token, messages.PERMIT)["jti"] == spoilt for token in tokens):
            return refusing(422)(request)
        net.kofu.answer = None
        answer = net.kofu.listens(request)
        net.kofu.answer = picky
        return answer

    net.kofu.answer = picky
    dispatching.run_once()
    assert len(net.kofu.permits) == 4
    assert not Outgoing.objects.exists()
    ending = Ending.objects.get()
    assert (ending.record.permit, ending.side, ending.result) == (spoilt, "core", "refused")
    assert members.events("network.undelivered")[0][2]["reference"] == spoilt


def test_a_permit_that_the_provider_refuses_is_recorded(net: Net) -> None:
    own, _ = net.both()
    net.kofu.answer = lambda request: httpx.Response(
        200, json=[{"permit": "m" + "0" * 32, "state": "refused", "refusal": "list_out_of_step"}]
    )
    ask(net, own)
    dispatching.run_once()
    ending = Ending.objects.get()
    assert (ending.side, ending.result, ending.refusal) == ("core", "refused", "list_out_of_step")
    assert not Outgoing.objects.exists()


def test_a_permit_that_is_too_late_is_taken_back_and_recorded(net: Net) -> None:
    own, _ = net.both()
    net.kofu.answer = dead
    ask(net, own)
    with later(25 * 3600):
        net.kofu.answer = None
        dispatching.run_once()
    assert net.kofu.permits == []
    assert Ending.objects.get().result == "expired"
    assert not Outgoing.objects.exists()


def test_letters_of_a_stopped_institution_wait(net: Net) -> None:
    from sesshu.network import institutions

    net.kofu.acquire(members.resident())
    with core.acting():
        institutions.disable(KOFU)
    assert dispatching.run_once() == 0
    assert Outgoing.objects.count() == 1


def test_while_another_dispatcher_serves_an_institution_this_one_leaves_it(net: Net) -> None:
    import psycopg

    net.kofu.acquire(members.resident())
    known = connection.settings_dict
    other = psycopg.connect(
        host=known["HOST"], port=known["PORT"], user=known["USER"], password=known["PASSWORD"],
        dbname=known["NAME"], autocommit=True,
    )  # fmt: skip
    with other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [dispatching._LOCK, int(KOFU) % 2**31])
        assert dispatching.deliver(KOFU) == 0
        assert net.kofu.held == {}
        other.execute("SELECT pg_advisory_unlock_all()")
    assert dispatching.deliver(KOFU) == 1


class Death(BaseException):
    """The process dies here."""


POINTS = (
    "network.codes.assigned", "network.codes.queued", "network.permits.decided", "network.permits.recorded",
    "network.permits.queued", "network.dispatch.sending", "network.dispatch.sent",
    "network.dispatch.settling", "network.outcomes.written", "network.correction.queued",
)  # fmt: skip


@pytest.fixture
def reached() -> Iterator[Callable[[str], list[str]]]:
    """Die at a point; afterwards all points are passed again."""
    names: list[str] = []

    def die_at(wanted: str) -> list[str]:
        names.clear()

        def hook(name: str) -> None:
            names.append(name)
            if name == wanted:
                raise Death(name)

        points.hook = hook
        return names

    yield die_at
    points.hook = None


def whole_way(net: Net, person: str, numbers: dict[str, str], asked: dict[str, object], at: int) -> None:
    """All that the core does, each step such that it may be said again."""
    for member in (net.ise, net.kofu):
        body = [{"acquisition_number": numbers[member.code], "resident_code": person}]
        assert members.post("/v1/acquisitions", body, member.juki_der)[0] == 200
    dispatching.run_once()
    asked["code"] = net.ise.held[numbers[ISE]]
    (answer,) = net.ise.permits_for(asked)
    permit = members.verified(answer["permit"], messages.PERMIT)["jti"]
    dispatching.run_once()
    net.kofu.ask("/v1/outcomes", [{"permit": permit, "side": "provider", "result": "provided", "at": at}])
    net.kofu.ask("/v1/corrections", correction(net.kofu, ISE, permit, at))
    dispatching.run_once()


def correction(signer: Member, other: str, about: str, at: int, **changed: Any) -> dict[str, str]:
    said = {
        "permit": about, "sender": signer.code, "receiver": other, "field": "information",
        "before": "甲", "after": "乙", "reason": "誤り", "at": at,
    }  # fmt: skip
    return {"correction": envelopes.signed(said | changed, signer.signing, typ=messages.CORRECTION)}


@pytest.mark.parametrize("point", POINTS)
def test_a_death_at_any_point_leaves_nothing_lost_and_nothing_double(
    net: Net, reached: Callable[[str], list[str]], point: str
) -> None:
    person, at = members.resident(), int(clock.now().timestamp())
    numbers = {ISE: codes.new_acquisition_number(), KOFU: codes.new_acquisition_number()}
    asked = net.ise.request(KOFU, "")
    reached(point)
    with pytest.raises(Death):
        whole_way(net, person, numbers, asked, at)
    reached("")
    whole_way(net, person, numbers, asked, at)
    assert sorted(net.ise.held) == [numbers[ISE]]
    assert sorted(net.kofu.held) == [numbers[KOFU]]
    assert len(net.kofu.permits) == len(net.ise.corrections) == 1
    assert (Record.objects.count(), Ending.objects.count()) == (1, 1)
    assert not Outgoing.objects.exists()


def test_every_point_is_tried(net: Net, reached: Callable[[str], list[str]]) -> None:
    names = reached("")
    numbers = {ISE: codes.new_acquisition_number(), KOFU: codes.new_acquisition_number()}
    whole_way(net, members.resident(), numbers, net.ise.request(KOFU, ""), int(clock.now().timestamp()))
    assert set(names) == set(POINTS)
