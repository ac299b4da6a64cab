"""Two intermediate servers and the network's core, as they are, in one process: the wires are ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import httpx
import pytest
from django.test import RequestFactory
from django.urls import resolve

from sesshu.intermediate import correcting, dispatching, doors, identity, refreshing
from sesshu.intermediate.models import Provision, Record
from sesshu.intermediate.tests import world
from sesshu.network import core, core_keys, dispatch_peers, institutions, list_file, lists
from sesshu.network import dispatching as core_dispatching
from sesshu.network.choices import Kind
from sesshu.network.tests import members
from sesshu.protection import tenancy
from sesshu.protection.models import Account
from sesshu.protection.services import ensure_municipality
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import codes, envelopes, peers

CORE = "https://core.test"
CITIES = {"242039": "https://ise.test", "192015": "https://kofu.test"}
ISE, KOFU = CITIES
RESIDENT = "12345678903"


def at_core(request: httpx.Request) -> httpx.Response:
    """A message to the core, from the city that is acting now."""
    caller = codes.institution_of(tenancy.current())
    part = "juki" if request.url.path == "/v1/acquisitions" else "intermediate"
    der = _der(part, caller)
    status, said = members.post(request.url.path, json.loads(request.content), der)
    return httpx.Response(status, json=said)


def at_city(code: str) -> Callable[[httpx.Request], httpx.Response]:
    """A message to a city's intermediate server, from the core or from the city that is acting now."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/network/answers":
            part, who = "intermediate", codes.institution_of(tenancy.current())
        else:
            part, who = "core", core.INSTITUTION
        with acting_for(code):
            answer = _post(request.url.path, json.loads(request.content), part, who)
        return httpx.Response(answer.status_code, content=answer.content)

    return handle


def _der(part: str, organization: str) -> bytes:
    import base64

    return base64.b64decode(world.certificate(part, organization)[0].strip(":"))


def _post(path: str, body: Any, part: str, organization: str) -> Any:
    meta = {"sesshu.proxied": True, "HTTP_CLIENT_CERT": world.certificate(part, organization)[0]}
    request = RequestFactory().post(path, json.dumps(body), content_type="application/json", **meta)
    found = resolve(path, urlconf="sesshu.intermediate.urls")
    return found.func(request, *found.args, **found.kwargs)


def ask(city: str, path: str, **body: Any) -> Any:
    """``numbers`` of a city at its intermediate server."""
    with acting_for(city):
        answer = _post(path, world.asked(city) | body, "numbers", codes.institution_of(city))
    assert answer.status_code == 200, answer.content.decode()
    return json.loads(answer.content)


@pytest.fixture
def exchange(db: None, settings: Any) -> Iterator[None]:
    settings.EXCHANGE = settings.EXCHANGE | {"network": CORE}
    settings.ROOT_URLCONF = "sesshu.network.urls"
    settings.MIDDLEWARE = ["sesshu.protection.middleware.NoStoreMiddleware"]
    peers.transports[CORE] = httpx.MockTransport(at_core)
    with core.acting():
        lists.publish(list_file.read().rows(), starts_on=date(2026, 6, 14))
        public = envelopes.public(core_keys.own_key())
    for code, address in CITIES.items():
        ensure_municipality(code)
        peers.transports[address] = httpx.MockTransport(at_city(code))
        with acting_for(code):
            identity.trust_core(public)
            keys = identity.published()
        institution = keys.pop("institution")
        with core.acting():
            institutions.enrol(
                code=institution, name=code, kind=Kind.MUNICIPALITY, address=address,
                certificate=world.certificate("intermediate", institution)[1],
                juki_certificate=world.certificate("juki", institution)[1], **keys,
            )  # fmt: skip
    doors.close_all()
    dispatch_peers.forget()
    for code in CITIES:
        with acting_for(code):
            assert refreshing.refresh()
    yield
    peers.transports.clear()
    doors.close_all()
    dispatch_peers.forget()


def settle() -> None:
    """All dispatchers work until none has anything to do."""
    while any([core_dispatching.run_once(), *(_dispatch(code) for code in CITIES)]):
        pass


def _dispatch(code: str) -> int:
    with acting_for(code):
        return dispatching.work_through(code)


def acquire(city: str, number: str, resident: str) -> None:
    (asked,) = ask(city, "/fgu/codes", integrated_numbers=[number])
    with acting_for(city):
        said = at_core(
            httpx.Request(
                "POST",
                f"{CORE}/v1/acquisitions",
                json=[{"acquisition_number": asked["acquisition_number"], "resident_code": resident}],
            )
        )
    assert json.loads(said.content)[0]["state"] == "accepted"
    settle()


@pytest.fixture
def child(exchange: None) -> None:
    """She lived in Kofu and lives in Ise now; Kofu has two of her doses."""
    for city, number in ((ISE, world.number(1)), (KOFU, world.number(2))):
        acquire(city, number, RESIDENT)
    records = [
        {
            "integrated_number": world.number(2), "record_id": f"d{n}", "information": codes.VACCINATION,
            "sequence": 1, "action": "put", "content": world.record(f"2025-0{n}-01", lot=f"L{n}"),
        }
        for n in (1, 2)
    ]  # fmt: skip
    ask(KOFU, "/dbm/replicas", process="p-ledger", records=records)


def inquire() -> str:
    asked = world.inquiry(1, provider=codes.institution_of(KOFU))
    (accepted,) = ask(ISE, "/ski/inquiries", inquiries=[asked])
    assert accepted["error"] == "", accepted
    return str(accepted["processing_number"])


def test_a_child_s_doses_come_from_her_former_city(child: None) -> None:
    """M01, M02, M03, M07, M14"""
    processing = inquire()
    settle()
    (found,) = ask(ISE, "/ski/results", waiting=True)
    assert (found["processing_number"], found["state"]) == (processing, "answered")
    assert [each["lot"] for each in found["records"]] == ["L1", "L2"]
    assert found["integrated_number"] == world.number(1)
    for city, side in ((ISE, "inquirer"), (KOFU, "provider")):
        number = world.number(1 if city == ISE else 2)
        (entry,) = ask(city, "/tkm/records", integrated_number=number)
        assert (entry["side"], entry["event"]) == (side, "provided")


def test_who_is_flagged_is_provided_only_by_a_person(child: None) -> None:
    """M12"""
    ask(
        KOFU,
        "/dbm/flags",
        flags=[
            {
                "integrated_number": world.number(2), "information": None, "no_auto_reply": True,
                "nondisclosure": True,
            }
        ],
    )  # fmt: skip
    processing = inquire()
    settle()
    assert ask(ISE, "/ski/results", processing_numbers=[processing])[0]["state"] == "permitted"
    with acting_for(KOFU):
        assert Provision.objects.get().state == "waiting"


def test_a_code_that_was_given_up_is_known_to_nobody(child: None) -> None:
    ask(KOFU, "/fgu/invalidate", integrated_numbers=[world.number(2)])
    settle()
    processing = inquire()
    settle()
    (found,) = ask(ISE, "/ski/results", processing_numbers=[processing])
    assert (found["state"], found["refusal"]) == ("refused", "no_person")


def test_a_correction_reaches_the_other_city(child: None) -> None:
    """M05, 番号法31条"""
    inquire()
    settle()
    with acting_for(ISE):
        clerk = Account.objects.create(login="t-x", name="試験", municipality_id=ISE)
        record = Record.objects.get(event="provided")
        correcting.correct(record, field="legal_basis", after="訂正後", reason="誤記", by=clerk)
    settle()
    (entry,) = ask(KOFU, "/tkm/records", integrated_number=world.number(2), all=True)
    assert [each["after"] for each in entry["corrections"]] == ["訂正後"]
    assert entry["legal_basis"] != "訂正後"
