"""The machine doors against whatever their OpenAPI documents allow, and against what they do not (M, N).

No answer is a fault of ours, and each is of a shape that the document promises.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ninja import NinjaAPI
from schemathesis.generation import GenerationMode

from sesshu.intermediate.api import api as intermediate
from sesshu.intermediate.tests import world
from sesshu.network.api import api as network
from sesshu.network.tests import members
from sesshu.protocol import codes
from tests.exchange_world import CORE, ISE, KOFU, Exchange, living_in, post

EXAMPLES = 12  # for each operation, half of them wrong in some way
Answer = tuple[int, Any]
Send = Callable[[str, Any], Answer]


def document(api: NinjaAPI) -> dict[str, Any]:
    return json.loads(json.dumps(api.get_openapi_schema(path_prefix="")))


def operations(api: NinjaAPI) -> list[str]:
    return sorted(document(api)["paths"])


def attack(api: NinjaAPI, path: str, send: Send, sounded: Callable[[Any], Any] = lambda body: body) -> None:
    """``sounded`` gives a body the caller's own names, so that some get behind the first test."""
    said = document(api)
    operation = schemathesis.openapi.from_dict(said)[path]["POST"]
    modes = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

    @hypothesis.settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), phases=[hypothesis.Phase.generate],
    )  # fmt: skip
    @hypothesis.given(st.one_of(modes), st.booleans())
    def holds(case: Any, sound: bool) -> None:
        body = sounded(case.body) if sound else case.body
        with _undone():
            status, answer = send(path, body)
        _promised(said, path, status, answer)

    holds()


def _promised(said: dict[str, Any], path: str, status: int, answer: Any) -> None:
    assert status < 500, (path, status, answer)
    promised = said["paths"][path]["post"]["responses"]
    assert str(status) in {str(each) for each in promised}, (path, status, answer)
    schema = promised[next(each for each in promised if str(each) == str(status))]
    shape = schema["content"]["application/json"]["schema"] | {"components": said["components"]}
    faults = [each.message for each in Draft202012Validator(shape).iter_errors(answer)]
    assert faults == [], (path, status)


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def at_city(part: str, organization: str) -> Send:
    def send(path: str, body: Any) -> Answer:
        with living_in(ISE):
            answer = post(path, _sendable(body), part, organization)
        return answer.status_code, json.loads(answer.content)

    return send


def at_core(part: str) -> Send:
    def send(path: str, body: Any) -> Answer:
        shown = world.certificate(part, codes.institution_of(ISE))[0]
        with living_in(CORE):
            return members.post(path, _sendable(body), base64.b64decode(shown.strip(":")))

    return send


def _sendable(body: Any) -> Any:
    return b"" if body is schemathesis.core.NOT_SET else body


def as_ise(body: Any) -> Any:
    return body | {"municipality": ISE} if isinstance(body, dict) else body


def sender_of(path: str) -> tuple[str, str]:
    """Who is let in at a door of an intermediate server (docs/formats/exchange.md)."""
    if path == "/network/answers":
        return "intermediate", codes.institution_of(KOFU)
    return ("core", "0" * 16) if path.startswith("/network/") else ("numbers", codes.institution_of(ISE))


@pytest.mark.parametrize("path", operations(intermediate))
def test_no_message_is_too_much_for_an_intermediate_server(exchange: Exchange, path: str) -> None:
    attack(intermediate, path, at_city(*sender_of(path)), as_ise)


@pytest.mark.parametrize("path", operations(network))
def test_no_message_is_too_much_for_the_core(exchange: Exchange, path: str) -> None:
    attack(network, path, at_core("juki" if path == "/v1/acquisitions" else "intermediate"))


def test_a_promise_that_is_broken_is_seen(exchange: Exchange) -> None:
    for broken in ((500, {}), (200, {"count": "many"}), (418, {})):
        with pytest.raises(AssertionError):
            attack(network, "/v1/outcomes", lambda path, body, broken=broken: broken)
