"""The network's core and another city, played by what the protocol says and real signatures.

Ise's intermediate server is the real one; the others know of it only what came through their doors.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from sesshu.intermediate import dispatching, identity, network_copies
from sesshu.kernel import clock
from sesshu.protection import authority
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import codes, envelopes, messages
from sesshu.protocol.messages import (
    Answer,
    CodeAssignment,
    Directory,
    Institution,
    PermissionList,
    Permit,
    PermitAnswer,
    PermitRequest,
    Row,
)
from sesshu.protocol.refusals import Refusal

ISE, KOFU, TSU = "242039", "192015", "242012"
OURS, OTHER, THIRD = map(codes.institution_of, (ISE, KOFU, TSU))
CORE, OTHER_DOOR, THIRD_DOOR, OUR_DOOR = (
    f"https://{name}.test" for name in ("core", "other", "third", "ours")
)
MAYOR = "市町村長"
FIELDS = (
    "programme", "disease", "dose_number", "administered_on", "vaccine", "manufacturer", "lot", "volume_ml",
    "route", "site", "provider", "doctor", "legal_class", "note",
)  # fmt: skip
PERMITTED = FIELDS[:7]
ROW = Row(
    item="25-1",
    inquirer_kind=MAYOR,
    work="JM00000000000025",
    procedure="JT00000000000025",
    provider_kind=MAYOR,
    information=codes.VACCINATION,
    information_name="予防接種法による予防接種の実施に関する情報",
    legal_basis="番号法19条8号に基づく命令2条の表の25の項",
    fields=PERMITTED,
    starts_on=date(2024, 5, 27),
)


def number(n: int) -> str:
    """A 団体内統合宛名番号."""
    return f"{900_000_000_000_000 + n}"


def record(day: str = "2025-04-01", **changed: str | None) -> dict[str, str | None]:
    return dict.fromkeys(FIELDS, None) | {
        "programme": "mr", "disease": "麻しん・風しん", "dose_number": "1", "administered_on": day,
        "vaccine": "MRワクチン", "lot": "Y001", "note": "次回は市外で接種の予定",
    } | changed  # fmt: skip


@lru_cache(maxsize=32)
def certificate(part: str, organization: str) -> tuple[str, str]:
    """(header of a proxy, x5t#S256) of a client certificate."""
    from cryptography.hazmat.primitives import hashes

    made = authority.issue(
        authority.Subject(part, organization), authority.new_key().public_key(), usage=authority.CLIENT
    )
    der = made.public_bytes(serialization.Encoding.DER)
    thumbprint = base64.urlsafe_b64encode(made.fingerprint(hashes.SHA256())).decode().rstrip("=")
    return f":{base64.b64encode(der).decode()}:", thumbprint


def knock(path: str, body: Any, part: str = "", organization: str = "", **meta: Any) -> HttpResponse:
    """A message at Ise's door, by who shows this certificate (none without a part)."""
    if part:
        meta |= {"sesshu.proxied": True, "HTTP_CLIENT_CERT": certificate(part, organization)[0]}
    request = RequestFactory().post(path, json.dumps(body), content_type="application/json", **meta)
    found = resolve(path, urlconf="sesshu.intermediate.urls")
    answer: HttpResponse = found.func(request, *found.args, **found.kwargs)
    return answer


def from_numbers(path: str, municipality: str = ISE, **body: Any) -> Any:
    """What ``numbers`` of Ise is answered; refused answers raise."""
    answer = knock(path, asked(municipality) | body, "numbers", OURS)
    assert answer.status_code == 200, answer.content.decode()
    return json.loads(answer.content)


def asked(municipality: str = ISE) -> dict[str, Any]:
    return {
        "municipality": municipality, "actor": "t-clerk", "terminal": "t1", "request_id": str(uuid.uuid4()),
    }  # fmt: skip


@dataclass
class Other:
    """Another institution: gives and takes answers with keys of its own."""

    code: str
    address: str
    signing: Any = field(default_factory=envelopes.new_key)
    sealing: Any = field(default_factory=envelopes.new_key)
    answers: dict[str, Answer] = field(default_factory=dict)
    raw: list[str] = field(default_factory=list)
    says: Callable[[list[dict[str, str]]], httpx.Response] | None = None

    def institution(self) -> Institution:
        return Institution(
            code=self.code,
            name="甲府市",
            kind=MAYOR,
            address=self.address,
            certificate=certificate("intermediate", self.code)[1],
            signing_key=envelopes.public(self.signing),
            sealing_key=envelopes.public(self.sealing),
        )

    def handle(self, request: httpx.Request) -> httpx.Response:
        """``/network/answers``."""
        brought = json.loads(request.content)
        self.raw.append(request.content.decode())
        if self.says is not None:
            return self.says(brought)
        return httpx.Response(200, json=[self.take(each) for each in brought])

    def take(self, each: dict[str, str]) -> dict[str, Any]:
        token = envelopes.opened(each["answer"], self.sealing)
        said = envelopes.verified(token, envelopes.imported(ours()["signing_key"]), typ=messages.ANSWER)
        answer = Answer.model_validate(said)
        state = "known" if answer.permit in self.answers else "accepted"
        self.answers[answer.permit] = answer
        return {"permit": each["permit"], "state": state, "refusal": None}

    def answer(self, of: Permit, /, records: Sequence[dict[str, Any]] = (), **changed: Any) -> dict[str, str]:
        """Our answer to a permit that Ise has got; ``changed`` makes it a wrong one."""
        values = {
            "permit": of.jti, "processing_number": of.processing_number, "inquirer": of.inquirer,
            "provider": self.code, "at": int(clock.now().timestamp()), "records": tuple(records),
        } | changed  # fmt: skip
        token = envelopes.signed(Answer(**values).model_dump(mode="json"), self.signing, typ=messages.ANSWER)
        sealed = envelopes.sealed(token, envelopes.imported(ours()["sealing_key"]))
        return {"permit": str(values["permit"]), "answer": sealed}

    def bring(self, *answers: dict[str, str]) -> Any:
        reply = knock("/network/answers", list(answers), "intermediate", self.code)
        assert reply.status_code == 200, reply.content.decode()
        return json.loads(reply.content)


@dataclass
class Core:
    """情報提供ネットワークシステム: issues permits to Ise and to others, and remembers what it was told."""

    key: Any = field(default_factory=envelopes.new_key)
    rows: tuple[Row, ...] = (ROW,)
    version: int = 3
    issued_at: int = 1_000
    others: dict[str, Other] = field(default_factory=dict)
    requests: list[PermitRequest] = field(default_factory=list)
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    corrections: list[str] = field(default_factory=list)
    invalidated: list[str] = field(default_factory=list)
    permits: dict[str, Permit] = field(default_factory=dict)
    refuses: Refusal | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    broken: Callable[[str], httpx.Response | None] = lambda path: None

    def handle(self, request: httpx.Request) -> httpx.Response:
        path, body = request.url.path, json.loads(request.content)
        out_of_order = self.broken(path)
        if out_of_order is not None:
            return out_of_order
        acts: dict[str, Callable[[Any], Any]] = {
            "/v1/list": lambda _: {"list": self.listing()},
            "/v1/directory": lambda _: {"directory": self.directory()},
            "/v1/permits": self.permit_all,
            "/v1/outcomes": self.take_outcomes,
            "/v1/corrections": self.take_correction,
            "/v1/invalidations": self.take_invalidations,
        }
        return httpx.Response(200, json=acts[path](body))

    def listing(self) -> str:
        said = PermissionList(version=self.version, issued_at=self.issued_at, rows=self.rows)
        return envelopes.signed(said.model_dump(mode="json"), self.key, typ=messages.LIST)

    def directory(self) -> str:
        us = Institution(
            code=OURS, name="伊勢市", kind=MAYOR, address=OUR_DOOR, certificate="",
            **{name: ours()[name] for name in ("signing_key", "sealing_key")},
        )  # fmt: skip
        institutions = (us, *(each.institution() for each in self.others.values()))
        said = Directory(issued_at=self.issued_at, institutions=institutions)
        return envelopes.signed(said.model_dump(mode="json"), self.key, typ=messages.DIRECTORY)

    def permit_all(self, body: dict[str, str]) -> list[dict[str, Any]]:
        key = envelopes.imported(ours()["signing_key"])
        said = envelopes.verified(body["request"], key, typ=messages.REQUEST)
        asked = [PermitRequest.model_validate(each) for each in said["requests"]]
        self.requests += asked
        return [self._permit(each).model_dump(mode="json") for each in asked]

    def _permit(self, request: PermitRequest) -> PermitAnswer:
        if self.refuses:
            return PermitAnswer(processing_number=request.processing_number, refusal=self.refuses)
        known = self.permits.get(request.processing_number)
        permit = known or self.permit(
            aud=OURS, inquirer=OURS, provider=request.provider, code=request.code,
            processing_number=request.processing_number, period=request.period, **self.changes,
        )  # fmt: skip
        self.permits[request.processing_number] = permit
        return PermitAnswer(processing_number=request.processing_number, permit=self.signed(permit))

    def permit(self, **values: Any) -> Permit:
        now = int(clock.now().timestamp())
        standard = {
            "jti": codes.new_permit_id(), "iss": "core", "aud": OURS, "iat": now, "exp": now + 300,
            "answer_by": now + 3600, "processing_number": codes.new_processing_number(),
            "inquirer": OTHER, "provider": OURS, "item": ROW.item, "work": ROW.work,
            "procedure": ROW.procedure, "information": ROW.information, "fields": PERMITTED,
            "period": messages.Period(), "list_version": self.version, "route": OTHER_DOOR,
        }  # fmt: skip
        return Permit(**standard | values)

    def signed(self, permit: Permit, key: Any = None) -> str:
        return envelopes.signed(permit.model_dump(mode="json"), key or self.key, typ=messages.PERMIT)

    def take_outcomes(self, body: list[dict[str, Any]]) -> dict[str, int]:
        self.outcomes += [messages.Outcome.model_validate(each).model_dump(mode="json") for each in body]
        return {"count": len(body)}

    def take_invalidations(self, body: list[str]) -> dict[str, int]:
        self.invalidated += body
        return {"count": len(body)}

    def take_correction(self, body: dict[str, str]) -> dict[str, str]:
        self.corrections.append(body["correction"])
        return {"state": "accepted"}

    def assign(self, acquisition: str, code: str | None, *, to: str = OURS, key: Any = None) -> str:
        """A 符号 as it goes to Ise."""
        said = CodeAssignment(
            acquisition_number=acquisition, institution=to, code=code,
            refusal=None if code else Refusal.NO_PERSON,
        )  # fmt: skip
        token = envelopes.signed(said.model_dump(mode="json"), key or self.key, typ=messages.CODE)
        return envelopes.sealed(token, envelopes.imported(ours()["sealing_key"]))

    def post(self, path: str, body: Any) -> Any:
        """The core at Ise's door."""
        reply = knock(path, body, "core", "core")
        assert reply.status_code == 200, reply.content.decode()
        return json.loads(reply.content)


def ours() -> dict[str, Any]:
    with acting_for(ISE):
        return identity.published()


def code(n: int) -> str:
    """A 符号 that the core gives to person ``n`` for Ise."""
    return f"cise-{n:040d}"


def get_codes(core: Core, *persons: int) -> None:
    """These persons have their 符号, by the whole road."""
    given = from_numbers("/fgu/codes", integrated_numbers=[number(n) for n in persons])
    tokens = [
        core.assign(each["acquisition_number"], code(n)) for n, each in zip(persons, given, strict=True)
    ]
    assert core.post("/network/codes", tokens) == [{"state": "stored"}] * len(persons)


def refresh(core: Core) -> None:
    """Ise gets list and directory as they are now."""
    core.issued_at += 1
    with acting_for(ISE):
        network_copies.take_list(core.listing())
        network_copies.take_directory(core.directory())


def inquiry(n: int, reference: str = "", **changed: Any) -> dict[str, Any]:
    return {
        "reference": reference or f"r-{uuid.uuid4().hex}", "integrated_number": number(n), "provider": OTHER,
        "item": ROW.item, "information": ROW.information, "department": "10", "nondisclosure": False,
        "period": {"starts_on": None, "ends_on": None},
    } | changed  # fmt: skip


def inquire(*inquiries: dict[str, Any]) -> Any:
    return from_numbers("/ski/inquiries", inquiries=list(inquiries))


def dispatch() -> int:
    """The dispatcher does all that there is to do; in no transaction but those of its own steps."""
    return dispatching.work_through(ISE)


def results(*processing_numbers: str) -> Any:
    return from_numbers("/ski/results", processing_numbers=list(processing_numbers))


def put_replicas(*puts: tuple[int, str, dict[str, str | None] | None], sequence: int = 1) -> Any:
    """(person, record id, content or None to withdraw)."""
    return from_numbers(
        "/dbm/replicas",
        process="p-ledger",
        records=[
            {
                "integrated_number": number(n), "record_id": record_id, "information": ROW.information,
                "sequence": sequence, "action": "put" if content is not None else "withdraw",
                "content": content,
            }
            for n, record_id, content in puts
        ],
    )  # fmt: skip
