"""Who may come in, and that another municipality's message leaves nothing (M04, M08, M15, control 49)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.urls import resolve

from sesshu.intermediate.api import api
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core
from sesshu.protection.models import AuditEvent

CITY = {
    "/ski/inquiries": {"inquiries": [world.inquiry(1)]},
    "/ski/results": {"waiting": True},
    "/ski/taken": {"processing_numbers": []},
    "/ski/cancellations": {"processing_numbers": []},
    "/dbm/replicas": {
        "process": "p",
        "records": [
            {
                "integrated_number": world.number(1), "record_id": "d1", "sequence": 1, "action": "put",
                "information": world.ROW.information, "content": world.record(),
            }
        ],
    },
    "/dbm/flags": {
        "flags": [
            {
                "integrated_number": world.number(1), "information": None, "no_auto_reply": True,
                "nondisclosure": True,
            }
        ]
    },
    "/fgu/codes": {"integrated_numbers": [world.number(1)]},
    "/fgu/invalidate": {"integrated_numbers": [world.number(1)]},
    "/tkm/records": {"integrated_number": world.number(1)},
    "/jtk/records": {"integrated_number": world.number(1)},
    "/sym/state": {},
}  # fmt: skip
NETWORK = ("/network/codes", "/network/permits", "/network/corrections", "/network/answers")


def kept() -> dict[str, int]:
    """Rows of every table of this server."""
    return {
        model.__name__: model.objects.count() for model in apps.get_app_config("intermediate").get_models()
    }


def test_every_operation_is_known_to_this_test() -> None:
    paths = set(api.get_openapi_schema(path_prefix="")["paths"])
    assert paths == {*CITY, *NETWORK}


@pytest.mark.parametrize("path", CITY)
def test_only_numbers_of_this_municipality_may_ask(core: Core, path: str) -> None:
    before = kept()
    body = world.asked() | CITY[path]
    for part, organization in (
        ("", ""),
        ("core", "core"),
        ("intermediate", world.OTHER),
        ("juki", world.OURS),
        ("numbers", world.OTHER),
    ):
        answer = world.knock(path, body, part, organization)
        assert (answer.status_code, json.loads(answer.content)["error"]) == (403, "not_allowed")
    assert kept() == before
    assert AuditEvent.objects.filter(action="intermediate.stranger", result="refused").count() == 5
    assert world.knock(path, body, "numbers", world.OURS).status_code == 200


@pytest.mark.parametrize("path", CITY)
def test_another_municipality_s_message_leaves_nothing(core: Core, path: str) -> None:
    """Control 49"""
    before = kept()
    answer = world.knock(path, world.asked(world.KOFU) | CITY[path], "numbers", world.OURS)
    assert (answer.status_code, json.loads(answer.content)["error"]) == (403, "wrong_institution")
    assert kept() == before
    event = AuditEvent.objects.get(action="intermediate.misdirected")
    assert world.number(1) not in str(event.detail)


@pytest.mark.parametrize("path", NETWORK)
def test_only_the_network_may_bring_what_is_the_network_s(core: Core, path: str) -> None:
    before = kept()
    for part, organization in (("", ""), ("numbers", world.OURS), ("juki", world.OURS)):
        assert world.knock(path, [], part, organization).status_code == 403
    assert kept() == before


def test_a_field_too_many_is_refused_and_not_repeated(core: Core) -> None:
    body = world.asked() | {"inquiries": [world.inquiry(1) | {"name": "伊勢太郎"}]}
    answer = world.knock("/ski/inquiries", body, "numbers", world.OURS)
    assert answer.status_code == 422
    assert "inquiries.0.name" in answer.content.decode()
    assert "伊勢太郎" not in answer.content.decode()


def test_an_individual_number_has_no_way_in(core: Core) -> None:
    """M14"""
    number = "123456789018"
    for body in (
        world.asked() | {"actor": number, "waiting": True},
        world.asked() | {"processing_numbers": [], "terminal": number},
    ):
        assert world.knock("/ski/results", body, "numbers", world.OURS).status_code == 422
    (fate,) = world.put_replicas((1, "d1", world.record(note=f"番号 {number}")))
    assert (fate["state"], number in fate["message"]) == ("refused", False)
    assert world.knock(
        "/fgu/codes", world.asked() | {"integrated_numbers": [number]}, "numbers", world.OURS
    ).status_code == 422  # fmt: skip


def test_answers_are_kept_in_no_cache(core: Core) -> None:
    from django.test import RequestFactory

    from sesshu.protection.middleware import NoStoreMiddleware

    def view(request: Any) -> Any:
        found = resolve(request.path, urlconf="sesshu.intermediate.urls")
        return found.func(request, *found.args, **found.kwargs)

    answer = NoStoreMiddleware(view)(
        RequestFactory().post("/sym/state", "{}", content_type="application/json")
    )
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_state_tells_no_person(core: Core) -> None:
    """M10"""
    world.get_codes(core, 1)
    world.put_replicas((1, "d1", world.record()))
    world.inquire(world.inquiry(1), world.inquiry(2))
    found = world.from_numbers("/sym/state")
    assert (found["state"], found["list_version"], found["institutions"]) == ("running", 3, 3)
    assert found["waiting"] == {"inquiry_accepted": 1}
    assert found["outbox"] == {"permit": 1}
    assert (found["registrations"][0]["stored"], found["registrations"][0]["process"]) == (1, "p-ledger")
    assert {(each["event"], each["count"]) for each in found["use"]} == {("asked", 1), ("refused", 1)}
    assert world.number(1) not in json.dumps(found)
