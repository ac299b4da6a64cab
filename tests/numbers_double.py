"""A small double of the door of ``numbers`` for the exchange: it speaks exactly docs/formats/exchange.md.

In one process as an httpx transport, or over HTTP for real processes (:func:`served`). A field too many or
too few in a body fails the test that sent it.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from sesshu.protocol import codes, peers

ASKED = {"municipality", "actor", "terminal", "request_id"}
BASIC = {"name", "kana", "sex", "birth_date", "address"}
INQUIRY = {
    "reference", "addressee_number", "provider", "item", "information", "period", "department",
    "nondisclosure",
}  # fmt: skip
RECORD = {"addressee_number", "record_id", "information", "sequence", "action", "content"}
FLAG = {"addressee_number", "information", "no_auto_reply", "nondisclosure"}
ANSWERED_AT = "2026-11-22T10:30:00+09:00"


class NotDocumented(AssertionError):
    """The body is not the documented one."""


class Unreadable(ValueError):
    """A body with a part that the door does not take."""


class SaidNo(ValueError):
    """One person, or two, of whom the door says no."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


def dose(**items: str | None) -> dict[str, str | None]:
    """A provided record with all documented fields."""
    names = (
        "programme", "disease", "dose_number", "administered_on", "vaccine", "manufacturer", "lot",
        "volume_ml", "route", "site", "provider", "doctor", "legal_class", "note",
    )  # fmt: skip
    assert items.keys() <= set(names)
    return dict.fromkeys(names) | items


@dataclass
class Door:
    """What the other side knows and has been told. ``answers``: by 宛名番号, records or a refusal's word."""

    answers: dict[str, list[dict[str, Any]] | str] = field(default_factory=dict)
    unassigned: set[str] = field(default_factory=set)
    numbered: set[str] = field(default_factory=set)
    joined: dict[str, str] = field(default_factory=dict)
    persons: dict[str, dict[str, Any]] = field(default_factory=dict)
    replicas: dict[str, dict[str, Any]] = field(default_factory=dict)
    flags: dict[str, dict[str, Any]] = field(default_factory=dict)
    inquiries: dict[str, dict[str, Any]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    away: bool = False
    silent: bool = False
    refuses_flags: bool = False
    unparted: bool = False
    at_once: int = 500
    unanswered: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    municipality: str = "242039"
    problems: list[str] = field(default_factory=list)

    # -- transport ---------------------------------------------------------------------------------------
    def handle(self, request: httpx.Request) -> httpx.Response:
        status, body = self.answer(request.url.path, request.content)
        return httpx.Response(status, json=body)

    def answer(self, path: str, content: bytes) -> tuple[int, Any]:
        """Status and JSON of one POST."""
        if path == "/oauth2/token":
            return 200, {"access_token": "t", "expires_in": 300}
        if self.away:
            return 503, {"error": "away", "message": "ただいま利用できません。"}
        try:
            said = json.loads(content)
            self._check(path, said)
            self.calls.append((path, said))
            return 200, self._operations()[path](said)
        except SaidNo as no:
            return no.status, {"error": no.code, "message": f"できません（{no.code}）。"}
        except Unreadable:
            return 422, {"error": "invalid", "message": "氏名が長すぎます。"}
        except NotDocumented as error:
            self.problems.append(str(error))
            return 422, {"error": "invalid", "message": str(error)}

    def said(self, path: str) -> list[dict[str, Any]]:
        """The bodies that came under a path."""
        return [body for asked, body in self.calls if asked == path]

    def _operations(self) -> dict[str, Any]:
        return {
            "/v1/integrated/assign": self._assign,
            "/v1/integrated/update": self._assign,
            "/v1/integrated/merge": self._merge,
            "/v1/integrated/unmerge": self._unmerge,
            "/v1/exchange/inquiries": self._inquiries,
            "/v1/exchange/results": self._results,
            "/v1/exchange/taken": self._taken,
            "/v1/exchange/cancel": self._cancel,
            "/v1/exchange/replicas": self._replicas,
            "/v1/exchange/flags": self._flags,
        }

    def _check(self, path: str, said: dict[str, Any]) -> None:
        wanted = {
            "/v1/integrated/assign": {"persons"},
            "/v1/integrated/update": {"persons"},
            "/v1/integrated/merge": {"keep", "absorb", "reason"},
            "/v1/integrated/unmerge": {"addressee_number", "kept", "reason"},
            "/v1/exchange/inquiries": {"inquiries"},
            "/v1/exchange/results": {"processing_numbers"} if "processing_numbers" in said else {"waiting"},
            "/v1/exchange/taken": {"processing_numbers"},
            "/v1/exchange/cancel": {"processing_numbers"},
            "/v1/exchange/replicas": {"process", "records"},
            "/v1/exchange/flags": {"flags"},
        }
        if path not in wanted:
            raise NotDocumented(f"no such path: {path}")
        _exactly(path, said, ASKED | wanted[path])

    # -- operations --------------------------------------------------------------------------------------
    def _assign(self, said: dict[str, Any]) -> list[dict[str, Any]]:
        found = []
        if self.unreadable & {person["addressee_number"] for person in said["persons"]}:
            raise Unreadable
        for person in said["persons"]:
            _exactly("person", person, {"addressee_number", "basic"})
            _exactly("basic", person["basic"], BASIC)
            number = person["addressee_number"]
            if number in self.unassigned:
                message = "個人番号が登録されていません。"
                found.append({"addressee_number": number, "state": "refused", "message": message})
                continue
            state = "known" if number in self.persons else "assigned"
            self.persons[number] = person["basic"]
            found.append({"addressee_number": number, "state": state, "message": ""})
        return found

    def _merge(self, said: dict[str, Any]) -> dict[str, Any]:
        if not self.persons.keys() >= {said["keep"], said["absorb"]}:
            raise SaidNo(404, "not_found")
        if self.joined.get(said["absorb"]) == said["keep"]:
            raise SaidNo(409, "same")
        if said["absorb"] in self.numbered:
            raise SaidNo(422, "number")
        self.joined[said["absorb"]] = said["keep"]
        return {}

    def _unmerge(self, said: dict[str, Any]) -> dict[str, Any]:
        if self.unparted:
            raise SaidNo(409, "later")
        if self.joined.get(said["addressee_number"]) != said["kept"]:
            raise SaidNo(404, "not_found")
        del self.joined[said["addressee_number"]]
        return {}

    def _inquiries(self, said: dict[str, Any]) -> list[dict[str, Any]]:
        found = []
        if self.unreadable & {inquiry["addressee_number"] for inquiry in said["inquiries"]}:
            raise Unreadable
        for inquiry in said["inquiries"]:
            _exactly("inquiry", inquiry, INQUIRY)
            _exactly("period", inquiry["period"], {"starts_on", "ends_on"})
            held = self.inquiries.setdefault(
                inquiry["reference"],
                inquiry | {"processing_number": codes.new_processing_number(), "state": "accepted"},
            )
            found.append(
                {"reference": inquiry["reference"], "processing_number": held["processing_number"],
                 "error": None, "message": None}
            )  # fmt: skip
        return found

    def _results(self, said: dict[str, Any]) -> list[dict[str, Any]]:
        found = []
        named = said.get("processing_numbers")
        for inquiry in self.inquiries.values():
            if self.silent or inquiry["processing_number"] in self.taken:
                continue
            if named is not None and inquiry["processing_number"] not in named:
                continue
            unfinished = inquiry["addressee_number"] in self.unanswered
            if unfinished and named is None:
                continue
            answer = self.answers.get(inquiry["addressee_number"], [])
            refused = isinstance(answer, str) or inquiry["state"] == "cancelled"
            found.append(
                {
                    "processing_number": inquiry["processing_number"],
                    "reference": inquiry["reference"],
                    "addressee_number": inquiry["addressee_number"],
                    "state": "accepted" if unfinished else "cancelled" if inquiry["state"] == "cancelled"
                    else "refused" if refused else "answered",
                    "refusal": answer if isinstance(answer, str) else None,
                    "message": None,
                    "provider": inquiry["provider"],
                    "answered_at": ANSWERED_AT,
                    "records": [] if refused else answer,
                }
            )  # fmt: skip
        return found[: self.at_once]

    def _taken(self, said: dict[str, Any]) -> dict[str, int]:
        self.taken |= set(said["processing_numbers"])
        return {"count": len(said["processing_numbers"])}

    def _cancel(self, said: dict[str, Any]) -> list[dict[str, Any]]:
        held = {each["processing_number"]: each for each in self.inquiries.values()}
        for number in said["processing_numbers"]:
            held[number]["state"] = "cancelled"
        return [{"processing_number": n, "state": "cancelled"} for n in said["processing_numbers"]]

    def _replicas(self, said: dict[str, Any]) -> list[dict[str, Any]]:
        found = []
        for record in said["records"]:
            _exactly("record", record, RECORD)
            if record["action"] == "put":
                _exactly("content", record["content"], set(dose()))
            key, number = record["record_id"], record["addressee_number"]
            state, message = "stored", None
            if number not in self.persons:
                state, message = "refused", "統合宛名番号がありません。"
            elif key in self.replicas and self.replicas[key]["sequence"] >= record["sequence"]:
                state = "known"
            else:
                self.replicas[key] = record
            found.append(
                {"record_id": key, "sequence": record["sequence"], "state": state, "message": message}
            )
        return found

    def _flags(self, said: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {"addressee_number": flag["addressee_number"], "state": self._flag(flag)}
            for flag in said["flags"]
        ]

    def _flag(self, flag: dict[str, Any]) -> str:
        _exactly("flag", flag, FLAG)
        if flag["addressee_number"] not in self.persons:
            return "unknown_addressee"
        if self.refuses_flags:
            return "refused"
        self.flags[flag["addressee_number"]] = flag
        return "set"

    # -- what tests ask ----------------------------------------------------------------------------------
    def standing(self, number: str) -> list[dict[str, Any]]:
        """The records that stand under a person, by the date of the dose."""
        found = [
            record for record in self.replicas.values()
            if record["addressee_number"] == number and record["action"] == "put"
        ]  # fmt: skip
        return sorted(found, key=lambda record: record["content"]["administered_on"])


def _exactly(what: str, said: dict[str, Any], wanted: set[str]) -> None:
    if set(said) != wanted:
        raise NotDocumented(f"{what}: {sorted(set(said) ^ wanted)}")


@pytest.fixture
def door(settings: Any) -> Iterator[Door]:
    """The double behind the city's own client; what it could not read fails the test."""
    from sesshu.addressees.individual_numbers import client, credentials

    credentials.ensure()
    made = Door()
    address = f"https://{secrets.token_hex(6)}.exchange.test"
    peers.transports[address] = httpx.MockTransport(made.handle)
    settings.VAULT = settings.VAULT | {"address": address}
    yield made
    del peers.transports[address]
    client._vaults.pop(address, None)
    assert made.problems == []


@contextmanager
def served(door: Door) -> Iterator[str]:
    """The double at an address of this machine, for real processes."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            status, body = door.answer(self.path, self.rfile.read(length))
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
