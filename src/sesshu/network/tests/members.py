"""Institutions for tests: each with its own certificate and keys, and an intermediate server that listens."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from django.test import Client
from joserfc.jwk import ECKey

from sesshu.network import callers, core, core_keys, institutions
from sesshu.network.choices import Kind
from sesshu.protection import authority
from sesshu.protection.models import AuditEvent
from sesshu.protocol import codes, envelopes, messages, peers

WORK, PROCEDURE = "JM00000000000025", "JT00000000002501"


class Socket:
    """A connection that showed this certificate."""

    def __init__(self, der: bytes | None) -> None:
        self._der = der

    def getpeercert(self, binary: bool) -> bytes | None:
        assert binary
        return self._der


def certificate(part: str, institution: str) -> tuple[bytes, str]:
    """A client certificate of our authority (DER), and its ``x5t#S256``."""
    key = authority.new_key().public_key()
    made = authority.issue(authority.Subject(part, institution), key, usage=authority.CLIENT)
    der = made.public_bytes(serialization.Encoding.DER)
    return der, callers.thumbprint(made.fingerprint(hashes.SHA256()).hex())


def post(path: str, body: Any, der: bytes | None) -> tuple[int, Any]:
    """Ask a door; status and what it said."""
    said = body if isinstance(body, bytes) else json.dumps(body)
    answer = Client(raise_request_exception=False).post(
        path, said, content_type="application/json", **{"gunicorn.socket": Socket(der)}
    )
    return answer.status_code, answer.json()


@dataclass
class Member:
    """An institution with all its private keys, and what its intermediate server was told."""

    code: str
    signing: ECKey
    sealing: ECKey
    der: bytes
    juki_der: bytes
    address: str
    held: dict[str, str] = field(default_factory=dict)  # 取得番号 → 符号
    permits: list[dict[str, Any]] = field(default_factory=list)
    corrections: list[dict[str, Any]] = field(default_factory=list)
    answer: Callable[[httpx.Request], httpx.Response] | None = None
    calls: list[int] = field(default_factory=list)

    def ask(self, path: str, body: Any) -> Any:
        """As its intermediate server; what a door said that did not refuse."""
        status, said = post(path, body, self.der)
        assert status == 200, (status, said)
        return said

    def request(self, provider: str, code: str, **changed: Any) -> dict[str, Any]:
        asked = {
            "processing_number": codes.new_processing_number(), "code": code, "provider": provider,
            "item": "25-1", "work": WORK, "procedure": PROCEDURE, "information": codes.VACCINATION,
            "period": {}, "list_version": 1,
        }  # fmt: skip
        return asked | changed

    def signed(self, *requests: dict[str, Any], key: ECKey | None = None, typ: str = "") -> dict[str, str]:
        payload = {"requests": list(requests)}
        return {"request": envelopes.signed(payload, key or self.signing, typ=typ or messages.REQUEST)}

    def permits_for(self, *requests: dict[str, Any]) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = self.ask("/v1/permits", self.signed(*requests))
        return said

    def acquire(self, *residents: str) -> list[str]:
        """Accepted 取得番号 for these persons."""
        numbers = [codes.new_acquisition_number() for _ in residents]
        asked = [
            {"acquisition_number": number, "resident_code": resident}
            for number, resident in zip(numbers, residents, strict=True)
        ]
        status, said = post("/v1/acquisitions", asked, self.juki_der)
        assert (status, {each["state"] for each in said}) == (200, {"accepted"})
        return numbers

    def listens(self, request: httpx.Request) -> httpx.Response:
        """Its intermediate server's door."""
        if self.answer is not None:
            return self.answer(request)
        body = json.loads(request.content)
        self.calls.append(len(body))
        take = {
            "/network/codes": self._code, "/network/permits": self._permit,
            "/network/corrections": self._correction,
        }[request.url.path]  # fmt: skip
        return httpx.Response(200, json=[take(each) for each in body])

    def _code(self, token: str) -> dict[str, Any]:
        said = verified(envelopes.opened(token, self.sealing), messages.CODE)
        known = said["acquisition_number"] in self.held
        self.held[said["acquisition_number"]] = said["code"]
        return {"state": "known" if known else "stored"}

    def _permit(self, token: str) -> dict[str, Any]:
        said = verified(token, messages.PERMIT)
        known = said in self.permits
        self.permits += [] if known else [said]
        return {"permit": said["jti"], "state": "known" if known else "accepted", "refusal": None}

    def _correction(self, token: str) -> dict[str, Any]:
        self.corrections.append({"token": token})
        return {"state": "stored"}


def verified(token: str, typ: str) -> dict[str, Any]:
    """What the core signed."""
    with core.acting():
        public = envelopes.public(core_keys.own_key())
    return envelopes.verified(token, envelopes.imported(public), typ=typ)


def join(code: str, kind: str = Kind.MUNICIPALITY, name: str = "") -> Member:
    """Enrol an institution and let its intermediate server listen."""
    signing, sealing = envelopes.new_key(), envelopes.new_key()
    der, thumbprint = certificate("intermediate", code)
    juki_der, juki_thumbprint = certificate("juki", code)
    address = f"https://{code}.network.test:{8000 + secrets.randbelow(1000)}"
    with core.acting():
        institutions.enrol(
            code=code, name=name or f"機関{code[:8]}", kind=kind, address=address, certificate=thumbprint,
            juki_certificate=juki_thumbprint, signing_key=signing.as_dict(private=False),
            sealing_key=sealing.as_dict(private=False),
        )  # fmt: skip
    member = Member(code, signing, sealing, der, juki_der, address)
    peers.transports[address] = httpx.MockTransport(member.listens)
    return member


def resident() -> str:
    """An invented 住民票コード."""
    return f"{secrets.randbelow(10**11):011d}"


def events(action: str = "") -> list[tuple[str, str, dict[str, Any]]]:
    """What the core's log says of an action, oldest first: action, result, detail."""
    with core.acting():
        found = AuditEvent.objects.filter(**({"action": action} if action else {})).order_by("pk")
        return list(found.values_list("action", "result", "detail"))
