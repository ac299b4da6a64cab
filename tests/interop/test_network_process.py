"""The network as an operator runs it: command line, own database and roles, mutual TLS, the dispatcher.

N01, N02, N03, M14: two institutions that know nothing but the files they were handed.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sesshu.protocol import codes, envelopes, messages, peers

ISE, KOFU = "242039", "192015"
PATIENCE = 60.0  # seconds


@dataclass
class Member:
    """An institution with its folder, and a real server in the place of its intermediate server."""

    code: str
    folder: Path
    port: int
    held: dict[str, str] = field(default_factory=dict)
    permits: list[dict[str, Any]] = field(default_factory=list)
    peer_names: set[str] = field(default_factory=set)
    server: ThreadingHTTPServer | None = None

    @property
    def institution(self) -> str:
        return codes.institution_of(self.code)

    def key(self, name: str) -> Any:
        return envelopes.imported(json.loads((self.folder / f"{name}.json").read_text()))

    def core(self) -> Any:
        return envelopes.imported(json.loads((self.folder / "core.json").read_text()))

    def peer(self, address: str, part: str = "intermediate") -> peers.Peer:
        files = (self.folder / name for name in ("authority.pem", f"{part}.pem", f"{part}-key.pem"))
        return peers.Peer(address, peers.context(*files))

    def open_door(self) -> None:
        member = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                if member.server is None:  # an open connection of before
                    self.close_connection = True
                    return
                shown = dict(pair for part in self.connection.getpeercert()["subject"] for pair in part)
                member.peer_names.add(f"{shown['organizationName']}/{shown['commonName']}")
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                said = json.dumps([member.take(self.path, token) for token in body]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *said: Any) -> None:
                return

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        door = self.folder / f"intermediate-{self.code}-door.pem"
        context.load_cert_chain(door, door.with_name(f"{door.stem}-key.pem"))
        context.load_verify_locations(self.folder / "authority.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        self.server = ThreadingHTTPServer(("localhost", self.port), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close_door(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def take(self, path: str, token: str) -> dict[str, Any]:
        if path == "/network/codes":
            said = envelopes.verified(
                envelopes.opened(token, self.key("sealing")), self.core(), typ=messages.CODE
            )
            self.held[said["acquisition_number"]] = said["code"]
            return {"state": "stored"}
        said = envelopes.verified(token, self.core(), typ=messages.PERMIT)
        self.permits.append(said)
        return {"permit": said["jti"], "state": "accepted", "refusal": None}


@dataclass
class Network:
    """The core's processes."""

    address: str
    database: str
    environment: dict[str, str]
    ise: Member
    kofu: Member
    dispatcher: subprocess.Popen[bytes] | None = None

    def cli(self, *words: str, code: int = 0, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "sesshu.config.cli", "network", *words],
            env=self.environment | environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def start_dispatcher(self) -> None:
        self.dispatcher = subprocess.Popen(
            [sys.executable, "-m", "sesshu.config.cli", "network", "dispatch"], env=self.environment
        )

    def kill_dispatcher(self, number: int = signal.SIGKILL) -> int:
        assert self.dispatcher is not None
        self.dispatcher.send_signal(number)
        return self.dispatcher.wait(timeout=PATIENCE)

    def acquire(self, *members: Member) -> list[str]:
        """The 符号 of one new person at each."""
        person = f"{secrets.randbelow(10**11):011d}"
        numbers = [codes.new_acquisition_number() for _ in members]
        for member, number in zip(members, numbers, strict=True):
            body = [{"acquisition_number": number, "resident_code": person}]
            (said,) = member.peer(self.address, "juki").post("/v1/acquisitions", body)
            assert said["state"] == "accepted"
        until(lambda: all(n in m.held for m, n in zip(members, numbers, strict=True)))
        return [member.held[number] for member, number in zip(members, numbers, strict=True)]

    def asked(self, code: str) -> dict[str, Any]:
        return {
            "processing_number": codes.new_processing_number(), "code": code,
            "provider": self.kofu.institution, "item": "25-1", "work": "JM00000000000025",
            "procedure": "JT00000000002501", "information": codes.VACCINATION, "list_version": 1,
        }  # fmt: skip

    def inquire(self, code: str, many: int = 1) -> list[dict[str, Any]]:
        asked = [self.asked(code) for _ in range(many)]
        token = envelopes.signed({"requests": asked}, self.ise.key("signing"), typ=messages.REQUEST)
        said = self.ise.peer(self.address).post("/v1/permits", {"request": token})
        return [envelopes.verified(each["permit"], self.ise.core(), typ=messages.PERMIT) for each in said]


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends, "it never came so"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def network(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    from sesshu.config import database
    from sesshu.config.doors import NETWORK, Door

    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name, folder = f"network_{worker}", tmp_path_factory.mktemp("network")
    database.prepare(database.NETWORK)
    reached = database.server()
    database.drop_database(reached, name)
    database.create_database(reached, name, template=database.NETWORK.database, system=database.NETWORK)
    own = {"SESSHU_DB_NAME": name, "SESSHU_KEYS_FOLDER": str(folder / "keys")}
    members = [Member(code, folder / code, free_port()) for code in (ISE, KOFU)]
    door = Door("127.0.0.1", free_port(), tls=True, application=NETWORK)
    running = Network(f"https://localhost:{door.port}", name, os.environ | own, *members)
    for member in members:
        running.cli(
            "enrol", member.code, "--name", f"市{member.code}", "--address",
            f"https://localhost:{member.port}", "--folder", str(member.folder),
        )  # fmt: skip
        member.open_door()
    running.cli("list", "publish")
    process = subprocess.Popen(door.command(), env=running.environment)
    running.start_dispatcher()
    try:
        until(lambda: door.is_open() or process.poll() is not None)
        assert process.poll() is None
        yield running
    finally:
        for child in (process, running.dispatcher):
            if child is not None and child.poll() is None:
                child.terminate()
                child.wait(timeout=30)
        for member in members:
            member.close_door()
        database.drop_database(reached, name)


def test_from_the_acquisition_to_the_permits_of_both_sides(network: Network) -> None:
    own, other = network.acquire(network.ise, network.kofu)
    (mine,) = network.inquire(own)
    until(lambda: any(each["jti"] == mine["jti"] for each in network.kofu.permits))
    theirs = next(each for each in network.kofu.permits if each["jti"] == mine["jti"])
    assert (mine["code"], theirs["code"]) == (own, other)
    assert network.kofu.peer_names == {f"{'0' * 16}/core"}


def test_the_same_message_many_times_at_once_has_one_answer(network: Network) -> None:
    own, _ = network.acquire(network.ise, network.kofu)
    asked = [network.asked(own) for _ in range(30)]
    token = envelopes.signed({"requests": asked}, network.ise.key("signing"), typ=messages.REQUEST)
    with ThreadPoolExecutor(6) as pool:
        found = list(
            pool.map(
                lambda _: network.ise.peer(network.address).post("/v1/permits", {"request": token}), range(6)
            )
        )
    assert all(each["permit"] for each in found[0])
    assert all(answer == found[0] for answer in found)


def test_many_acquire_the_same_person_at_once(network: Network) -> None:
    person = f"{secrets.randbelow(10**11):011d}"
    numbers = [codes.new_acquisition_number() for _ in range(8)]

    def acquire(number: str) -> str:
        body = [{"acquisition_number": number, "resident_code": person}]
        return str(network.ise.peer(network.address, "juki").post("/v1/acquisitions", body)[0]["state"])

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(acquire, numbers)) == {"accepted"}
    until(lambda: all(number in network.ise.held for number in numbers))
    assert len({network.ise.held[number] for number in numbers}) == 1


def test_a_killed_dispatcher_is_followed_by_one_that_loses_nothing(network: Network) -> None:
    own, _ = network.acquire(network.ise, network.kofu)
    network.kofu.permits.clear()
    wanted = {each["jti"] for _ in range(3) for each in network.inquire(own, 150)}
    until(lambda: bool(network.kofu.permits))
    network.kill_dispatcher()
    wanted |= {each["jti"] for each in network.inquire(own, 100)}
    network.start_dispatcher()
    until(lambda: {each["jti"] for each in network.kofu.permits} == wanted)
    until(lambda: "配信待ちはありません" in network.cli("state"))


def test_a_dead_institution_holds_up_nobody_and_gets_all_when_it_is_back(network: Network) -> None:
    own, _ = network.acquire(network.ise, network.kofu)
    network.kofu.close_door()
    network.kofu.permits.clear()
    (mine,) = network.inquire(own)
    until(lambda: "応答なし" in network.cli("state"))
    network.acquire(network.ise)
    network.kofu.open_door()
    until(lambda: [each["jti"] for each in network.kofu.permits] == [mine["jti"]])


def test_the_dispatcher_ends_in_order_when_told_to(network: Network) -> None:
    network.acquire(network.ise)
    assert network.kill_dispatcher(signal.SIGTERM) == 0
    network.start_dispatcher()


def _connect(network: Network, role: str) -> psycopg.Connection[Any]:
    from sesshu.config import database

    known = database.connection_settings(database.NETWORK, role=role, name=network.database)
    return psycopg.connect(
        host=str(known["HOST"]), port=int(str(known["PORT"])), user=str(known["USER"]),
        password=str(known["PASSWORD"]), dbname=network.database, autocommit=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE network_institution SET address = 'https://evil.example'",
        "DELETE FROM network_institution",
        "INSERT INTO network_listversion SELECT version + 1, starts_on, published_at, rows, token"
        " FROM network_listversion",
        "UPDATE network_listversion SET rows = '[]'",
        "DELETE FROM network_record",
        "UPDATE network_record SET refusal = ''",
        "TRUNCATE network_ending",
    ],
)
def test_the_process_at_the_door_keeps_neither_the_institutions_nor_the_list(
    network: Network, statement: str
) -> None:
    with (
        _connect(network, "application") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_a_dump_shows_no_code_and_no_number(network: Network) -> None:
    own, other = network.acquire(network.ise, network.kofu)
    network.inquire(own)
    with _connect(network, "owner") as connection:
        connection.execute("SELECT set_config('sesshu.municipality', '000000', false)")
        tables = [
            row[0]
            for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        kept = "\n".join(
            str(row)
            for table in tables
            for row in connection.execute(f'SELECT "{table}"::text FROM "{table}"'.encode())
        )
    assert "network.permits" in kept
    for secret in (own, other, *network.ise.held):
        assert secret not in kept
        assert secret.encode().hex() not in kept
    with _connect(network, "application") as connection:
        assert connection.execute("SELECT count(*) FROM protection_auditevent").fetchone() == (0,)


def test_records_go_after_seven_years_by_the_owner_s_hand(network: Network) -> None:
    own, _ = network.acquire(network.ise, network.kofu)
    (mine,) = network.inquire(own)
    body = [
        {
            "permit": mine["jti"],
            "side": "inquirer",
            "result": "refused",
            "refusal": "mismatch",
            "at": mine["iat"],
        }
    ]
    assert network.ise.peer(network.address).post("/v1/outcomes", body) == {"count": 1}

    def count() -> int:
        with _connect(network, "owner") as connection:
            ((found,),) = connection.execute("SELECT count(*) FROM network_record").fetchall()
            return int(found)

    before = count()
    assert before
    network.cli("records", "expire", SESSHU_TODAY="2033-01-01")
    assert count() == before
    said = network.cli("records", "expire", SESSHU_TODAY="2037-01-01")
    assert count() == 0
    assert f"記録 {before}件" in said


def test_the_list_is_published_shown_and_compared(network: Network, tmp_path: Path) -> None:
    from sesshu.network.list_file import SHIPPED

    path = tmp_path / "list.yaml"
    text = SHIPPED.read_text(encoding="utf-8")
    path.write_text(
        text.replace("basis: 第二十七条第二号,", "basis: 第二十七条第二号, ends_on: 2030-03-31,"),
        encoding="utf-8",
    )
    assert "誤りはありません" in network.cli("list", "lint", str(path))
    assert "25-2 終了日: なし → 2030-03-31" in network.cli("list", "diff", str(path))
    assert "第2版" in network.cli("list", "publish", str(path), "--from", "2099-04-01")
    assert "第1版\n25-1" in network.cli("list", "show")
    assert "25-2" in network.cli("list", "diff", "1", "--from-version", "2")
    path.write_text(text.replace("JM00000000000025", "JM25"), encoding="utf-8")
    assert "行目: items.0.work.code" in network.cli("list", "lint", str(path), code=2)
    assert "第9版はありません" in network.cli("list", "show", "--version", "9", code=2)


def test_a_stopped_institution_is_refused_at_once(network: Network, tmp_path: Path) -> None:
    peer = network.kofu.peer(network.address)
    assert peer.post("/v1/list", {})
    network.cli("institutions", "disable", network.kofu.institution)
    with pytest.raises(peers.Refused, match="接続できません"):
        peer.post("/v1/list", {})
    assert "停止" in network.cli("institutions", "list")
    assert "登録されていません" in network.cli("institutions", "disable", "1" * 16, code=2)


def test_an_institution_may_keep_its_private_keys_to_itself(network: Network, tmp_path: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    from sesshu.protection import authority

    key = authority.new_key()
    request = x509.CertificateSigningRequestBuilder(authority.Subject("x").name).sign(key, hashes.SHA256())
    keys = {name: envelopes.public(envelopes.new_key()) for name in ("signing_key", "sealing_key")}
    keys["institution"] = codes.institution_of("131016")
    files = {
        "request.pem": request.public_bytes(serialization.Encoding.PEM),
        "keys": json.dumps(keys).encode(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    words = [
        "enrol", "131016", "--name", "千代田区", "--address", "https://chiyoda.example:8443",
        "--folder", str(tmp_path / "out"), "--keys", str(tmp_path / "keys"),
    ]  # fmt: skip
    parts = ("--intermediate-request", "--numbers-request", "--juki-request")
    network.cli(*words, *(word for part in parts for word in (part, str(tmp_path / "request.pem"))))
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"intermediate.pem", "numbers.pem", "juki.pem", "core.json", "authority.pem"} <= written
    assert not {"intermediate-key.pem", "signing.json", "sealing.json"} & written
    for changed, said in (
        ({"institution": network.kofu.institution}, "鍵のファイルではありません"),
        ({"signing_key": envelopes.new_key().as_dict(private=True)}, "秘密鍵"),
        ({"sealing_key": keys["signing_key"]}, "別の鍵"),
        ({"sealing_key": None}, "読めません"),
    ):
        (tmp_path / "keys").write_text(json.dumps(keys | changed))
        assert said in network.cli(*words, code=2)
    (tmp_path / "keys").write_bytes(files["keys"])
    (tmp_path / "request.pem").write_bytes(b"x")
    said = network.cli(*words, "--juki-request", str(tmp_path / "request.pem"), code=2)
    assert "公開鍵または証明書署名要求" in said


def test_the_keys_are_rotated_and_shown_like_those_of_the_other_systems(network: Network) -> None:
    def keys(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "sesshu.config.cli", "keys", *words, "--system", "network"],
            env=network.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    own = network.acquire(network.ise)
    assert "第2版" in keys("rotate", "--municipality", "000000")
    keys("rotate-root")
    assert "000000: 鍵 第2版、対象 1件" in keys("status")
    assert network.ise.peer(network.address).post("/v1/invalidations", own) == {"count": 1}
