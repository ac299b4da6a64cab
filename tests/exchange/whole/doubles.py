"""Tiny real doors of an intermediate server and of the network: TLS 1.3, client certificates, sockets.

They keep in memory what they are told and answer a repeated message as the first time.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from sesshu.protection import authority
from sesshu.protocol import codes

_PEM = serialization.Encoding.PEM


class Authority:
    """The network's own authority, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with self._acting():
            self.root = authority.root_path()

    def issue(self, certificate: Path, key_path: Path, subject: authority.Subject, *, server: bool) -> None:
        certificate.parent.mkdir(parents=True, exist_ok=True)
        key = authority.new_key()
        with self._acting():
            made = authority.issue(
                subject, key.public_key(), usage=authority.SERVER if server else authority.CLIENT,
                hosts=["localhost"] if server else [],
            )  # fmt: skip
        authority.write_private(key_path, authority.key_bytes(key))
        authority.write_private(certificate, made.public_bytes(_PEM))

    def certify(self, request: bytes) -> bytes:
        """A client's certificate for a signing request."""
        asked = x509.load_pem_x509_csr(request)
        name, organization = (
            str(asked.subject.get_attributes_for_oid(oid)[0].value)
            for oid in (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME)
        )
        with self._acting():
            made = authority.issue(
                authority.Subject(name, organization), asked.public_key(), usage=authority.CLIENT  # type: ignore[arg-type]
            )  # fmt: skip
        return made.public_bytes(_PEM)

    @contextmanager
    def _acting(self) -> Iterator[None]:
        from django.test import override_settings

        with override_settings(AUTHORITY_FOLDER=self.folder):
            yield


@dataclass
class Heard:
    """One message: where, what, and from whom (CN, O)."""

    path: str
    body: Any
    caller: tuple[str, str]


@dataclass
class Door:
    """A door that answers by ``answers[path](body)``; ``refusal`` makes it say no to everything."""

    port: int
    certificates: Authority
    heard: list[Heard] = field(default_factory=list)
    refusal: tuple[int, Any] | None = None
    answers: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    _server: ThreadingHTTPServer | None = None
    _thread: threading.Thread | None = None

    def open(self) -> None:
        if self._server is not None:
            return
        folder = self.certificates.folder / f"door-{self.port}"
        certificate, key = folder / "door.pem", folder / "door-key.pem"
        self.certificates.issue(certificate, key, authority.Subject("localhost"), server=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(certificate, key)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cafile=self.certificates.root)
        self._server = _Server(("127.0.0.1", self.port), _handler(self))
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Nobody answers here any more; connections that are kept open end too."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def said(self, path: str) -> list[Any]:
        return [each.body for each in self.heard if each.path == path]

    def answer(self, path: str, body: Any, caller: tuple[str, str]) -> tuple[int, Any]:
        self.heard.append(Heard(path, body, caller))
        if self.refusal is not None:
            return self.refusal
        if path not in self.answers:
            return 404, {"error": "not_found", "message": "ありません。"}
        return 200, self.answers[path](body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *of: Any) -> None:
        super().__init__(*of)
        self.connections: list[Any] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A stranger's failed handshake is nothing to print."""

    def server_close(self) -> None:
        super().server_close()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


def _handler(door: Door) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # an answer is one write

        def setup(self) -> None:
            super().setup()
            self.server.connections.append(self.request)  # type: ignore[attr-defined]

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            shown = self.request.getpeercert()
            names = {key: value for ((key, value),) in shown["subject"]}
            status, said = door.answer(
                self.path, body, (names["commonName"], names.get("organizationName", ""))
            )
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

        def log_message(self, *of: Any) -> None:
            """Quiet."""

    return Handler


class Intermediate(Door):
    """An intermediate server: knows integrated numbers, gives 処理通番 and 取得番号, keeps 副本."""

    def __init__(self, port: int, certificates: Authority, municipality: str) -> None:
        super().__init__(port, certificates)
        self.municipality = municipality
        self.inquiries: dict[str, dict[str, Any]] = {}
        self.results: list[dict[str, Any]] = []
        self.replicas: dict[tuple[str, int], dict[str, Any]] = {}
        self.asked: dict[str, str] = {}
        self.coded: set[str] = set()
        self.ended: set[str] = set()
        self.answers = {
            "/ski/inquiries": lambda b: [self._inquire(each) for each in b["inquiries"]],
            "/ski/results": lambda b: self.results,
            "/ski/taken": lambda b: {"count": len(b["processing_numbers"])},
            "/ski/cancellations": lambda b: [
                {"processing_number": each, "state": "cancelled"} for each in b["processing_numbers"]
            ],
            "/dbm/replicas": lambda b: [self._store(each) for each in b["records"]],
            "/dbm/flags": lambda b: [
                {"integrated_number": each["integrated_number"], "state": "set"} for each in b["flags"]
            ],
            "/tkm/records": lambda b: [
                {"integrated_number": b["integrated_number"], "code": "c" + "x" * 40, "result": "provided"}
            ],
            "/fgu/codes": lambda b: [self._code(each) for each in b["integrated_numbers"]],
            "/fgu/invalidate": self._end,
        }

    def answer(self, path: str, body: Any, caller: tuple[str, str]) -> tuple[int, Any]:
        status, said = super().answer(path, body, caller)
        wanted = ("numbers", codes.institution_of(self.municipality))
        if caller != wanted or body["municipality"] != self.municipality:
            return 403, {"error": "wrong_institution", "message": "この機関あての通信ではありません。"}
        return status, said

    def _inquire(self, each: dict[str, Any]) -> dict[str, Any]:
        known = self.inquiries.setdefault(
            each["reference"], each | {"processing_number": codes.new_processing_number()}
        )
        return {
            "reference": each["reference"],
            "processing_number": known["processing_number"],
            "error": None,
            "message": "",
        }

    def finish(self, reference: str, records: list[dict[str, Any]], **more: Any) -> None:
        """Let an inquiry have its answer."""
        held = self.inquiries[reference]
        self.results.append(
            {
                "processing_number": held["processing_number"],
                "reference": reference,
                "integrated_number": held["integrated_number"],
                "state": "answered",
                "refusal": None,
                "message": "",
                "provider": held["provider"],
                "answered_at": "2026-11-28T12:00:00+09:00",
                "records": records,
            }
            | more
        )

    def _store(self, each: dict[str, Any]) -> dict[str, Any]:
        key = (each["record_id"], each["sequence"])
        state = "known" if key in self.replicas else "stored"
        self.replicas[key] = each
        return {"record_id": key[0], "sequence": key[1], "state": state, "message": ""}

    def _code(self, number: str) -> dict[str, Any]:
        if number in self.coded:
            return {"integrated_number": number, "acquisition_number": None, "state": "known"}
        state = "known" if number in self.asked else "asked"
        acquisition = self.asked.setdefault(number, codes.new_acquisition_number())
        return {
            "integrated_number": number,
            "processing_number": codes.new_processing_number(),
            "acquisition_number": acquisition,
            "state": state,
        }

    def _end(self, body: Any) -> Any:
        self.ended |= set(body["integrated_numbers"])
        for number in body["integrated_numbers"]:
            self.asked.pop(number, None)
        return [{"integrated_number": each, "state": "ended"} for each in body["integrated_numbers"]]


class Network(Door):
    """The core, as far as the 統合端末 sees it."""

    def __init__(self, port: int, certificates: Authority) -> None:
        super().__init__(port, certificates)
        self.accepted: dict[str, str] = {}
        self.answers = {"/v1/acquisitions": lambda b: [self._accept(each) for each in b]}

    def _accept(self, each: dict[str, str]) -> dict[str, str]:
        number = each["acquisition_number"]
        state = "known" if number in self.accepted else "accepted"
        self.accepted.setdefault(number, each["resident_code"])
        return {"acquisition_number": number, "state": state}


@dataclass
class Doubles:
    """Both cities' intermediate servers, the network, and the authority of all."""

    certificates: Authority
    intermediates: dict[str, Intermediate]
    network: Network

    def all(self) -> list[Door]:
        return [*self.intermediates.values(), self.network]
