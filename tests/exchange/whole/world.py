"""Two intermediate servers and the network's core, as they are, in one process: the wires are ours.

Whoever acts is the process of one place (:func:`living_in`), with transactions of its own, so that it may die
between two of them. A wire loses, doubles and holds back messages when it is told to.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import httpx
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import resolve

from sesshu.intermediate import dispatching, doors, identity, outbox, refreshing
from sesshu.intermediate.tests import world
from sesshu.kernel import clock
from sesshu.network import core, core_keys, dispatch_peers, institutions, list_file, lists
from sesshu.network import dispatching as core_dispatching
from sesshu.network.choices import Kind
from sesshu.network.tests import members
from sesshu.protection.services import ensure_municipality
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import codes, envelopes, peers

CORE = "core"
ADDRESSES = {CORE: "https://core.test", "242039": "https://ise.test", "192015": "https://kofu.test"}
BEGIN = datetime(2026, 11, 28, 9, tzinfo=clock.TOKYO)
ISE, KOFU = CITIES = ("242039", "192015")


class Killed(BaseException):
    """The process that was at work is gone at this point."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one system posts to another (``core`` or a city's code)."""

    sender: str
    to: str
    path: str
    body: Any


@dataclass
class Wire:
    """Carries messages, each as the next of ``faults`` says: late, lost, unanswered, doubled or well.

    :ivar offset: how far a place's clock is ahead of the right one. :ivar killed: who died lately.
    """

    faults: list[str] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)
    late: list[Message] = field(default_factory=list)
    heard: list[Message] = field(default_factory=list)
    killed: set[str] = field(default_factory=set)
    offset: dict[str, timedelta] = field(default_factory=dict)
    living: str = ""

    def handle(self, to: str, request: httpx.Request) -> httpx.Response:
        if to in self.dead:
            raise httpx.ConnectError("refused")
        message = Message(self.living, to, request.url.path, json.loads(request.content))
        fault = self.faults.pop(0) if self.faults else "well"
        if fault == "lost":
            raise httpx.ConnectTimeout("lost")
        if fault == "late":
            self.late.append(message)
            raise httpx.ReadTimeout("late")
        answer = self.deliver(message)
        if fault == "doubled":
            answer = self.deliver(message)
        if fault == "unanswered":
            raise httpx.ReadTimeout("unanswered")
        return answer

    def deliver(self, message: Message) -> httpx.Response:
        """At its door; a door whose process dies meanwhile gives no answer."""
        self.heard.append(message)
        try:
            with self.at(message.to):
                return _at_core(message) if message.to == CORE else _at_city(message)
        except Killed:
            self.killed.add(message.to)
            raise httpx.ReadError("gone") from None

    @contextmanager
    def at(self, who: str) -> Iterator[None]:
        """Its process acts, by its own clock."""
        before, self.living = self.living, who
        right = clock.now() - self.offset.get(before, timedelta(0))
        try:
            with clock.fixed(right + self.offset.get(who, timedelta(0))), living_in(who):
                yield
        finally:
            self.living = before


@contextmanager
def living_in(who: str) -> Iterator[None]:
    """The settings of the process of a place."""
    code = "" if who == CORE else who
    if code == settings.INTERMEDIATE:
        yield
    else:
        with override_settings(INTERMEDIATE=code):
            yield


def _at_core(message: Message) -> httpx.Response:
    part = "juki" if message.path == "/v1/acquisitions" else "intermediate"
    der = base64.b64decode(_shown(part, message.sender).strip(":"))
    status, said = members.post(message.path, message.body, der)
    return httpx.Response(status, json=said)


def _at_city(message: Message) -> httpx.Response:
    part = "core" if message.sender == CORE else "intermediate"
    if message.path.startswith("/network/"):
        answer = _post(message.path, message.body, part, message.sender)
    else:
        answer = _post(message.path, message.body, "numbers", message.sender)
    return httpx.Response(answer.status_code, content=answer.content)


def _shown(part: str, who: str) -> str:
    return world.certificate(part, core.INSTITUTION if who == CORE else codes.institution_of(who))[0]


def _post(path: str, body: Any, part: str, who: str) -> Any:
    return post(path, body, part, core.INSTITUTION if who == CORE else codes.institution_of(who))


def post(path: str, body: Any, part: str, institution: str) -> HttpResponse:
    """A message (JSON, or bytes as they are) at the door of the intermediate server whose place this is."""
    meta = {"sesshu.proxied": True, "HTTP_CLIENT_CERT": world.certificate(part, institution)[0]}
    said = body if isinstance(body, bytes) else json.dumps(body)
    request = RequestFactory().post(path, said, content_type="application/json", **meta)
    found = resolve(path, urlconf="sesshu.intermediate.urls")
    answer: HttpResponse = found.func(request, *found.args, **found.kwargs)
    return answer


@dataclass
class Exchange:
    """What a test does with the systems."""

    wire: Wire = field(default_factory=Wire)

    def ask(self, city: str, path: str, **body: Any) -> Any:
        """``numbers`` of a city at its intermediate server."""
        answer = self.wire.deliver(Message(city, city, path, world.asked(city) | body))
        assert answer.status_code == 200, answer.content.decode()
        return json.loads(answer.content)

    def settle(self) -> int:
        """All dispatchers work until none has anything to do; how much was done."""
        done = 0
        while count := sum(self.dispatch(who) for who in (CORE, *CITIES)):
            done += count
        return done

    def dispatch(self, who: str) -> int:
        """One dispatcher does all that it finds. One that died begins anew, as its process does."""
        with self.wire.at(who):
            if who == CORE:
                return core_dispatching.run_once()
            if who in self.wire.killed:
                with acting_for(who):
                    outbox.release_all()
                self.wire.killed.discard(who)
            return dispatching.work_through(who)

    def refresh(self, city: str) -> bool:
        """It fetches list and directory."""
        with self.wire.at(city):
            return refreshing.refresh()

    def name(self, city: str, number: str, resident: str) -> str:
        """The city's 統合端末 brings a 取得番号 to the core; the state that the core says, empty for none.

        :raises Unreachable: when no answer came.
        """
        (asked,) = self.ask(city, "/fgu/codes", integrated_numbers=[number])
        if asked["acquisition_number"] is None:
            return ""
        brought = {"acquisition_number": asked["acquisition_number"], "resident_code": resident}
        with self.wire.at(city):
            (said,) = peers.Peer(ADDRESSES[CORE], None).post("/v1/acquisitions", [brought])
        return str(said["state"])

    def acquire(self, city: str, number: str, resident: str) -> None:
        assert self.name(city, number, resident) == "accepted"
        self.settle()


@contextmanager
def opened(settings: Any) -> Iterator[Exchange]:
    """Both cities stand in the core's directory, and have it and the first list, at :data:`BEGIN`."""
    settings.EXCHANGE = settings.EXCHANGE | {"network": ADDRESSES[CORE]}
    settings.ROOT_URLCONF = "sesshu.network.urls"
    settings.MIDDLEWARE = ["sesshu.protection.middleware.NoStoreMiddleware"]
    exchange = Exchange()
    _forget()
    for who, address in ADDRESSES.items():
        peers.transports[address] = httpx.MockTransport(partial(exchange.wire.handle, who))
    try:
        with clock.fixed(BEGIN):
            _set_up(exchange)
            yield exchange
    finally:
        peers.transports.clear()
        _forget()


def _set_up(exchange: Exchange) -> None:
    with core.acting():
        lists.publish(list_file.read().rows(), starts_on=date(2026, 6, 14))
        public = envelopes.public(core_keys.own_key())
    for code in CITIES:
        _enrol(code, public)
    for code in CITIES:
        assert exchange.refresh(code)


def _enrol(code: str, core_key: dict[str, Any]) -> None:
    ensure_municipality(code)
    with acting_for(code):
        identity.trust_core(core_key)
        keys = identity.published()
    institution = keys.pop("institution")
    with core.acting():
        institutions.enrol(
            code=institution, name=code, kind=Kind.MUNICIPALITY, address=ADDRESSES[code],
            certificate=world.certificate("intermediate", institution)[1],
            juki_certificate=world.certificate("juki", institution)[1], **keys,
        )  # fmt: skip


def _forget() -> None:
    world.certificate.cache_clear()  # they begin when they are made
    doors.close_all()
    dispatch_peers.forget()
