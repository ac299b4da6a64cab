"""S09: files that are something else than they say, sent to every form that takes a file."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sesshu.jobs.models import Job
from sesshu.protection.models import AuditEvent
from sesshu.protection.roles import Role
from tests.inventory.conftest import ISE, signed_in, staff


def archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        made.writestr("../../outside.csv", "x")
    return stream.getvalue()


FILES = {
    "a program": b"\x7fELF\x02\x01\x01" + b"\0" * 64,
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
    "an archive that reaches outside": archive(),
    "compressed": gzip.compress(b"a" * 10_000_000),
    "a page": b"<!doctype html><script>alert(1)</script>",
    "entities": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    "zeros": b"\0" * 4096,
    "nothing": b"",
}
NAMES = ("residents.csv", "../../../etc/cron.d/x.csv", "x" * 300 + ".csv", "a\r\nSet-Cookie: b.csv")


@pytest.fixture
def client(ise: object) -> Any:
    return signed_in(staff("importer", ISE, Role.PROGRAMME, Role.SYSTEM))


@pytest.mark.parametrize("name", NAMES, ids=["plain", "path", "long", "lines"])
@pytest.mark.parametrize("kind", FILES)
def test_a_resident_file_that_is_none_imports_nobody(
    client: Any, kind: str, name: str, settings: Any
) -> None:
    from sesshu.addressees.models import Addressee

    answer = client.post("/addressees/import/", {"file": SimpleUploadedFile(name, FILES[kind])})
    assert answer.status_code in (200, 302)
    for job in Job.objects.filter(kind="residents.import"):
        kept = settings.MEDIA_ROOT
        assert ".." not in str(job.payload["token"])
        assert not (kept.parent / "cron.d").exists()
    assert not Addressee.objects.exists()


@pytest.mark.parametrize("kind", FILES)
def test_a_result_file_that_is_none_is_refused_in_words(client: Any, kind: str) -> None:
    answer = client.post(
        "/intake/", {"file": SimpleUploadedFile("../results.csv", FILES[kind]), "provider_code": "2410000001"}
    )
    assert answer.status_code in (200, 302)
    if answer.status_code == 302:
        shown = client.get(answer.headers["Location"])
        assert shown.status_code in (200, 302)
        assert b"root:" not in b"".join(shown) if shown.streaming else b"root:" not in shown.content


@pytest.mark.parametrize("kind", FILES)
def test_a_signing_request_that_is_none_is_refused_in_words(client: Any, kind: str) -> None:
    if kind in ("nothing",):
        return  # a file is not asked for
    values = {"name": "窓口1", "place": "1階", "kind": "counter", "section": "健康課"}
    answer = client.post(
        "/administration/terminals/new/",
        values | {"signing_request": SimpleUploadedFile("x.csr", FILES[kind])},
    )
    assert answer.status_code == 200
    assert not AuditEvent.objects.filter(action="terminal.request").exists()
