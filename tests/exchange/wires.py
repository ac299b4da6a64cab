"""What lies between the systems: every message passes here, and may be lost, doubled, late or out of order.

A system at the other end may be dead, its clock off, and it may die in the midst of a message: who asked it
then sees what he would see of a real one, a connection that broke.
"""

from __future__ import annotations

import base64
import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from sesshu.kernel import clock
from sesshu.network import callers, core
from sesshu.protection import authority
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import codes, points

CORE = core.TENANT
LOSE, LOSE_ANSWER, DOUBLE, DELAY = "lose", "lose_answer", "double", "delay"
URLS = {CORE: "sesshu.network.urls"}


class Killed(BaseException):
    """The process is gone at this point."""


def address(system: str) -> str:
    return f"https://{system}.test"


def institution(system: str) -> str:
    """Its 機関コード."""
    return core.INSTITUTION if system == CORE else codes.institution_of(system)


@lru_cache(maxsize=64)
def certificate(part: str, organization: str, issued: datetime) -> tuple[str, str]:
    """A client certificate of our authority: a proxy's header, and its ``x5t#S256``."""
    with clock.fixed(issued):
        subject, key = authority.Subject(part, organization), authority.new_key().public_key()
        made = authority.issue(subject, key, usage=authority.CLIENT)
    der = made.public_bytes(serialization.Encoding.DER)
    print_ = callers.thumbprint(made.fingerprint(hashes.SHA256()).hex())
    return f":{base64.b64encode(der).decode()}:", print_


@dataclass(frozen=True, slots=True)
class Passed:
    """One message that was on the wire."""

    sender: str
    to: str
    path: str
    body: Any


@dataclass
class Wires:
    """:ivar faults: what befalls the next messages, :ivar late: those on their way for longer than their
    senders waited, :ivar skew: how far a system's clock is off, :ivar dies_in: after so many points the
    process that reaches one is gone, :ivar dies_at: the same at a point of this name."""

    now: datetime
    issued: datetime
    faults: deque[str] = field(default_factory=deque)
    dead: set[str] = field(default_factory=set)
    skew: dict[str, timedelta] = field(default_factory=dict)
    late: list[Passed] = field(default_factory=list)
    passed: list[Passed] = field(default_factory=list)
    dies_in: int | None = None
    dies_at: str = ""
    died: str = ""
    reached: list[str] = field(default_factory=list)
    _here: list[str] = field(default_factory=list)

    @contextmanager
    def at(self, system: str) -> Iterator[None]:
        """One of the systems acts, by its own clock. A little time passes."""
        self.now += timedelta(seconds=1)
        self._here.append(system)
        try:
            with clock.fixed(self.now + self.skew.get(system, timedelta())), acting_for(system):
                yield
        finally:
            self._here.pop()

    def alive(self, system: str, act: Callable[[], Any]) -> Any:
        """``act`` as this system. :raises Killed: when it dies; what it had committed stays."""
        died: Killed | None = None
        answer = None
        with self.at(system):
            # Caught in here: the outer block stands for many transactions, of which those done are kept.
            try:
                answer = act()
            except Killed as killed:
                died = killed
        if died is not None:
            raise died
        return answer

    def transport(self, to: str) -> httpx.MockTransport:
        return httpx.MockTransport(lambda request: self._carry(to, request))

    def _carry(self, to: str, request: httpx.Request) -> httpx.Response:
        message = Passed(self._here[-1], to, request.url.path, json.loads(request.content))
        self.passed.append(message)
        fault = self.faults.popleft() if self.faults else ""
        if to in self.dead or fault == LOSE:
            raise httpx.ConnectError("nobody there")
        if fault == DELAY:
            self.late.append(message)
            raise httpx.ReadTimeout("no answer in time")
        answer = self.deliver(message)
        if fault == DOUBLE:
            answer = self.deliver(message)
        if fault == LOSE_ANSWER:
            raise httpx.ReadError("broken")
        return answer

    def deliver(self, message: Passed) -> httpx.Response:
        """It arrives now."""
        try:
            answer = self.alive(message.to, lambda: self._knock(message))
        except Killed:
            raise httpx.ReadError("broken") from None
        return httpx.Response(answer.status_code, content=answer.content)

    def arrive_late(self, place: int) -> None:
        """One of those that were delayed arrives; nobody waits for its answer any more."""
        message = self.late.pop(place)
        if message.to not in self.dead:
            try:
                self.deliver(message)
            except httpx.ReadError:
                return

    def _knock(self, message: Passed) -> HttpResponse:
        part = "core" if message.sender == CORE else "intermediate"
        return self.knock(message.to, message.path, message.body, part, institution(message.sender))

    def knock(self, to: str, path: str, body: Any, part: str, organization: str) -> HttpResponse:
        """A message at a door, with the certificate of this part of this institution; as ``to``."""
        header, _ = certificate(part, organization, self.issued)
        meta: dict[str, Any] = {"sesshu.proxied": True, "HTTP_CLIENT_CERT": header}
        request = RequestFactory().post(path, json.dumps(body), content_type="application/json", **meta)
        found = resolve(path, urlconf=URLS.get(to, "sesshu.intermediate.urls"))
        answer: HttpResponse = found.func(request, *found.args, **found.kwargs)
        return answer

    def reach(self, name: str) -> None:
        """The hook of :mod:`sesshu.protocol.points`."""
        self.reached.append(name)
        if self.dies_in is not None:
            self.dies_in -= 1
        if self.dies_in == -1 or (self.dies_at and self.dies_at == name):
            self.dies_in, self.dies_at, self.died = None, "", name
            raise Killed(name)

    def heal(self) -> None:
        """No more faults, all alive, all clocks right."""
        self.faults.clear()
        self.dead.clear()
        self.skew.clear()
        self.dies_in, self.dies_at = None, ""

    def hang(self) -> None:
        points.hook = self.reach
