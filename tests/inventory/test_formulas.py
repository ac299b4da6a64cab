"""S09: no export runs in a spreadsheet (CWE-1236), whatever a person, an institution or a lot is called."""

from __future__ import annotations

import ast
import csv
import io
import zipfile
from pathlib import Path

import pytest

import sesshu
from sesshu.addressees.models import Addressee
from sesshu.health.eligibility.models import DoseVerdict
from sesshu.health.ledger.models import Dose
from sesshu.health.reporting import services
from sesshu.health.reporting.exports import FORMATS
from sesshu.health.reporting.requested import KINDS, listing_of

from .conftest import ISE, ORDINARY, OWN, signed_in, staff
from .pages import pages
from .rows import Rows
from .test_audit import visit
from .test_exports import LISTS

SOURCES = Path(sesshu.__file__).parent
DANGEROUS = ("=HYPERLINK(0)", "+1+1", "-2+3", "@SUM(1)", "\t=1", "＝１＋１")
# Writes test data for other programs to read, never a person's list.
OWN_WRITERS = {"kernel/csv_writer.py"}


@pytest.fixture
def hostile(own_rows: Rows) -> Rows:
    for number, name in enumerate(DANGEROUS):
        person = own_rows.another(Addressee, name=name, name_kana=name, name_key=f"メジルシ{number}")
        own_rows.another(DoseVerdict, dose=own_rows.another(Dose, addressee=person))
    for model, row in own_rows.made.items():
        if model.__name__ in ("Provider", "Product", "OwnProgramme", "Doctor"):
            model._meta.base_manager.filter(pk=row.pk).update(name=DANGEROUS[0])
    return own_rows


def cells(content: bytes) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", [form for form in FORMATS if form != "pdf"])
def test_no_list_runs(hostile: Rows, tmp_path: Path, kind: str, form: str) -> None:
    assert_harmless(exported(kind, form, tmp_path))


def test_no_file_of_any_page_runs(hostile: Rows) -> None:
    client = signed_in(staff("exporter", ISE, *ORDINARY))
    for page in pages():
        if page.name != "protection:sign-out":
            assert_harmless(visit(client, page, OWN))


def exported(kind: str, form: str, folder: Path) -> bytes:
    out = folder / f"list.{form}"
    services.export_now(listing_of(kind, LISTS[kind]), out, by=staff("exporter", ISE, *ORDINARY))
    return out.read_bytes()


def assert_harmless(content: bytes) -> None:
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            for name in book.namelist():
                assert b"<f>" not in book.read(name), name
                assert b"<f " not in book.read(name), name
    elif content[:3] == b"\xef\xbb\xbf":
        for cell in cells(content):
            assert not cell.startswith(("=", "@", "\t", "\r", "＝", "＋", "－", "＠")), cell
            assert cell not in DANGEROUS


def test_the_dangerous_names_do_come_into_a_list(hostile: Rows, tmp_path: Path) -> None:
    """Without this the tests above would pass on empty lists."""
    assert "'=HYPERLINK(0)" in cells(exported("roster", "csv", tmp_path))


def test_only_the_guarding_writer_writes_csv() -> None:
    writing = set()
    for path in SOURCES.rglob("*.py"):
        relative = path.relative_to(SOURCES).as_posix()
        if "/tests/" in f"/{relative}":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ("csv.writer", "csv.DictWriter"):
                writing.add(relative)
    assert writing == OWN_WRITERS
