"""The doors of core and intermediate servers take whatever comes: no 500, and answers as documented (S08)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.urls import resolve
from schemathesis.core.failures import FailureGroup

from sesshu.intermediate.api import api as intermediate_api
from sesshu.network.api import api as core_api
from sesshu.network.tests.members import Socket

from .cities import ISE, KOFU, Exchange
from .fuzzing import MODES, fuzz
from .wires import CORE, certificate, institution

DOORS = {CORE: (core_api, "sesshu.network.urls"), ISE: (intermediate_api, "sesshu.intermediate.urls")}
DOCUMENTS = {system: dict(api.get_openapi_schema(path_prefix="/")) for system, (api, _) in DOORS.items()}
OPERATIONS = [(system, path) for system, document in DOCUMENTS.items() for path in document["paths"]]


def caller(system: str, path: str) -> tuple[str, str]:
    """Who may knock there: part and 機関コード."""
    if system == CORE:
        return ("juki" if path == "/v1/acquisitions" else "intermediate"), institution(ISE)
    if path == "/network/answers":
        return "intermediate", institution(KOFU)
    return ("core", institution(CORE)) if path.startswith("/network/") else ("numbers", institution(ISE))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("system", "path"), OPERATIONS)
def test_s08_a_door_takes_whatever_comes(child: Exchange, system: str, path: str, mode: str) -> None:
    header, _ = certificate(*caller(system, path), child.wires.issued)
    socket = Socket(base64.b64decode(header.strip(":")))

    def door(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = WSGIRequest(environ | {"gunicorn.socket": socket})
        with child.wires.at(system):
            found = resolve(request.path_info, urlconf=DOORS[system][1])
            answer = found.func(request, *found.args, **found.kwargs)
        start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
        return [answer.content]

    def change(body: Any) -> Any:
        return body | {"municipality": ISE} if len(str(body.get("municipality", ""))) == 6 else body

    fuzz(DOCUMENTS[system], path, mode, change=change, app=door, base_url="http://localhost")


BROKEN = [("500 No", b"{}"), ("418 No", b"{}"), ("200 OK", b'{"count": "many"}')]


@pytest.mark.parametrize(("status", "said"), BROKEN)
def test_a_broken_promise_is_seen(status: str, said: bytes) -> None:
    def broken(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response(status, [("Content-Type", "application/json")])
        return [said]

    with pytest.raises(FailureGroup):
        fuzz(DOCUMENTS[CORE], "/v1/outcomes", "right", change=dict, app=broken, base_url="http://localhost")
