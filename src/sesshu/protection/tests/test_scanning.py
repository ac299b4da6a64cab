"""S09: every file that is sent meets the scanner; found, doubtful or unreachable, it is not taken."""

from __future__ import annotations

import socket
import socketserver
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import Client

from sesshu.jobs.models import Job
from sesshu.protection import scanning
from sesshu.protection.models import AuditEvent
from sesshu.protection.roles import Role
from sesshu.protection.services import open_account

# Stands for a virus here, as the test file of the scanners' makers does; it is none.
MARKED = b"SESSHU-" + b"SCANNER-TEST-FILE"
HEADER = "宛名番号,氏名\n".encode()


class _Clamd(socketserver.StreamRequestHandler):
    """``zINSTREAM``, as clamd(8) describes it."""

    server: Any

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        got, answer = b"", self.server.answer
        while (size := int.from_bytes(self.rfile.read(4), "big")) > 0:
            got += self.rfile.read(size)
            if len(got) > self.server.most:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.seen.append(got)
        verdict = b"stream: Test.Marked FOUND\0" if MARKED in got else b"stream: OK\0"
        self.wfile.write(verdict if answer is None else answer)


@contextmanager
def clamd(answer: bytes | None = None, most: int = 2**30) -> Iterator[Any]:
    # A path of a socket may hold 107 bytes at most.
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "s")
        with socketserver.ThreadingUnixStreamServer(path, _Clamd) as server:
            told: Any = server
            told.answer, told.most, told.seen, told.path = answer, most, [], path
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            try:
                yield told
            finally:
                server.shutdown()


@pytest.fixture
def client(ise: Any) -> Client:
    account = open_account(
        login="importer", name="試験 職員", municipality=ise, password="x" * 16,
        roles=[Role.PROGRAMME, Role.SYSTEM],
    )  # fmt: skip
    made = Client()
    made.force_login(account)
    return made


def send(client: Client, content: bytes) -> Any:
    return client.post("/addressees/import/", {"file": SimpleUploadedFile("residents.csv", content)})


def test_a_clean_file_is_taken_whole(client: Client, settings: Any) -> None:
    content = HEADER + b"x" * 200_000
    with clamd() as scanner:
        settings.SCANNER = f"clamd:{scanner.path}"
        assert send(client, content).status_code == 302
        assert scanner.seen == [content]
    token = Job.objects.get(kind="residents.import").payload["token"]
    assert (settings.MEDIA_ROOT / "242039" / "residents" / f"{token}.csv").read_bytes() == content


def test_a_marked_file_is_not_taken_and_logged(client: Client, settings: Any) -> None:
    with clamd() as scanner:
        settings.SCANNER = f"clamd:{scanner.path}"
        answer = send(client, HEADER + b"x" * 100_000 + MARKED)
    assert answer.status_code == 422
    assert "ウイルス検査で問題が見つかった" in answer.content.decode()
    assert not Job.objects.exists()
    assert AuditEvent.objects.get(action="upload.refused").result == "infected"


@pytest.mark.parametrize("reply", [b"", b"stream: OK but", b"ERROR\0", b"stream: lstat() failed. ERROR\0"])
def test_a_file_that_the_scanner_does_not_judge_is_not_taken(
    client: Client, settings: Any, reply: bytes
) -> None:
    with clamd(reply) as scanner:
        settings.SCANNER = f"clamd:{scanner.path}"
        answer = send(client, HEADER)
    assert answer.status_code == 422
    assert "ウイルス検査ができない" in answer.content.decode()
    assert not Job.objects.exists()
    assert AuditEvent.objects.get(action="upload.refused").result == "unscanned"


def test_a_file_beyond_the_scanner_s_size_is_not_taken(client: Client, settings: Any) -> None:
    with clamd(most=1000) as scanner:
        settings.SCANNER = f"clamd:{scanner.path}"
        assert send(client, b"x" * 3_000_000).status_code == 422
    assert not Job.objects.exists()


def test_without_its_scanner_nothing_is_taken(client: Client, settings: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))  # bound and not listening
        for place in ("clamd:/nowhere/clamd.ctl", f"clamd:127.0.0.1:{probe.getsockname()[1]}"):
            settings.SCANNER = place
            assert send(client, HEADER).status_code == 422
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ('if grep -q "SESSHU-SCANNER" ; then exit 1; else exit 0; fi', 302),
        ("cat >/dev/null; exit 1", 422),
        ("cat >/dev/null; exit 2", 422),
        ("kill -9 $$", 422),
    ],
)
def test_a_program_of_the_city_s_can_judge(
    client: Client, settings: Any, tmp_path: Path, script: str, status: int
) -> None:
    program = tmp_path / "scan"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    settings.SCANNER = f"command:{program}"
    assert send(client, HEADER).status_code == status
    if status == 302:
        assert send(client, HEADER + MARKED).status_code == 422


@pytest.mark.parametrize(
    "where", ["/addressees/import/", "/intake/", "/administration/terminals/new/", "/", "/nowhere/"]
)
def test_no_address_and_no_name_of_a_field_is_a_way_around(client: Client, settings: Any, where: str) -> None:
    with clamd() as scanner:
        settings.SCANNER = f"clamd:{scanner.path}"
        sent = {"file": [SimpleUploadedFile("a", b"fine"), SimpleUploadedFile("b", MARKED)]}
        assert client.post(where, sent).status_code == (404 if where == "/nowhere/" else 422)


def test_a_stranger_s_file_costs_the_scanner_nothing(db: None, settings: Any) -> None:
    with clamd() as scanner:
        settings.SCANNER = f"clamd:{scanner.path}"
        assert send(Client(), MARKED).status_code == 302
        assert scanner.seen == []


def test_a_large_file_on_disk_is_read_from_its_beginning_again(settings: Any) -> None:
    upload = TemporaryUploadedFile("a", "text/csv", 0, None)
    upload.write(b"begin" + b"x" * 3_000_000)
    upload.size = 3_000_005
    with clamd() as scanner:
        settings.SCANNER = f"clamd:{scanner.path}"
        scanning.scan(upload)
        assert len(scanner.seen[0]) == 3_000_005
    assert upload.read(5) == b"begin"


@pytest.mark.parametrize("place", ["clam:/run/clamd", "clamd", "clamd:scanner.example:3310", "command:scan"])
def test_a_scanner_that_is_unknown_or_elsewhere_stops_the_start(settings: Any, place: str) -> None:
    settings.SCANNER = place
    with pytest.raises(ImproperlyConfigured, match="SESSHU_SCANNER"):
        scanning.ScanMiddleware(lambda request: None)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize("place", ["", "clamd:/run/c", "clamd:127.0.0.1:3310", "command:/usr/bin/scan"])
def test_the_ways_described_are_taken(settings: Any, place: str) -> None:
    settings.SCANNER = place
    assert scanning.ScanMiddleware(lambda request: None)  # type: ignore[arg-type,return-value]
