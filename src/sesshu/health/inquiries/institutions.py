"""Whom one may ask: the city's list of institutions, loaded from a file and searched as one types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet

from sesshu.health.inquiries.choices import InstitutionKind
from sesshu.health.inquiries.models import Institution
from sesshu.kernel.cell_checks import CellChecks, split
from sesshu.kernel.cells import CellError, Column, read_table
from sesshu.kernel.check_digits import is_municipality_code
from sesshu.kernel.kana import to_katakana
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current
from sesshu.protocol import codes

_KINDS = {str(kind): str(kind.label) for kind in InstitutionKind}
COLUMNS = (
    Column("種別", "shubetsu", "X", 20, required=True, codes=_KINDS),
    Column("団体コード", "dantaikodo", "X", 6, optional=True),
    Column("機関コード", "kikankodo", "X", 16, optional=True),
    Column("都道府県名", "todofukemmei", "N", 4, optional=True),
    Column("名称", "meisho", "N", 100, required=True),
    Column("読み仮名", "yomigana", "N", 200, optional=True),
)
_SHOWN = 20


@dataclass(slots=True)
class ListReport:
    """What became of the rows of the file."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unlisted: int = 0
    errors: list[CellError] = field(default_factory=list)

    def data(self) -> dict[str, object]:
        return {
            "rows": self.rows, "created": self.created, "updated": self.updated, "unlisted": self.unlisted,
            "errors": [error._asdict() for error in self.errors],
        }  # fmt: skip


@transaction.atomic
def load(path: Path, *, by: Account | None) -> ListReport:
    """Take the list in whole: what it no longer names stays known and can no longer be chosen.

    :raises TableError: when the file is no such table.
    """
    report, found = ListReport(), dict[str, Institution]()
    table = read_table(path, COLUMNS)
    checks = CellChecks(COLUMNS)
    for batch in table.batches():
        errors = checks.errors(batch)
        report.errors += errors
        report.rows += len(batch)
        for number, cells in split(batch, errors):
            made = _read(number, cells, report.errors)
            if made is not None:
                found[made.code] = made
    report.errors += table.errors
    _keep(found, report)
    audit.record(
        "institutions.import", by=by, count=0,
        detail={"created": report.created, "updated": report.updated, "unlisted": report.unlisted},
    )  # fmt: skip
    return report


def _read(number: int, cells: Sequence[str], errors: list[CellError]) -> Institution | None:
    kind, municipality, code, prefecture, name, kana = cells
    if kind == InstitutionKind.MUNICIPALITY and not code:
        if not is_municipality_code(municipality):
            words = (
                f"{number}行目: 「団体コード」の「{municipality}」が正しくありません。"
                "検査数字つき6桁にしてください。"
            )
            errors.append(CellError(number, "団体コード", words))
            return None
        code = codes.institution_of(municipality)
    if len(code) != 16 or not (code.isascii() and code.isdigit()):
        words = f"{number}行目: 「機関コード」の「{code}」が正しくありません。数字16桁にしてください。"
        errors.append(CellError(number, "機関コード", words))
        return None
    return Institution(code=code, kind=kind, name=name, name_kana=to_katakana(kana), prefecture=prefecture)


def _keep(found: dict[str, Institution], report: ListReport) -> None:
    known = {row.code: row for row in Institution.objects.filter(municipality_code=current())}
    if not found:
        return
    Institution.objects.bulk_create([row for code, row in found.items() if code not in known])
    report.created = len(found.keys() - known.keys())
    changed = []
    for code, row in known.items():
        new = found.get(code)
        if new is None and report.errors:
            continue  # it may stand in a row that could not be read
        values = (
            (new.kind, new.name, new.name_kana, new.prefecture, True) if new else (*_values(row)[:4], False)
        )
        if values != _values(row):
            row.kind, row.name, row.name_kana, row.prefecture, row.listed = values
            changed.append(row)
            report.updated += new is not None
            report.unlisted += new is None
    Institution.objects.bulk_update(changed, ["kind", "name", "name_kana", "prefecture", "listed"])


def _values(row: Institution) -> tuple[str, str, str, str, bool]:
    return row.kind, row.name, row.name_kana, row.prefecture, row.listed


def listed(kind: str = "") -> QuerySet[Institution]:
    """Those that can be chosen."""
    found = Institution.objects.filter(municipality_code=current(), listed=True)
    return (found.filter(kind=kind) if kind else found).order_by("code")


def search(text: str, kind: str) -> list[Institution]:
    """By name, reading, prefecture or code; the first twenty."""
    words = text.split()
    found = listed(kind)
    for word in words:
        found = found.filter(
            Q(name__icontains=word)
            | Q(name_kana__contains=to_katakana(word))
            | Q(prefecture__contains=word)
            | Q(code__contains=word)
        )
    return list(found[:_SHOWN]) if words else []


def named(code: str) -> str:
    """The name of an institution that can be chosen; "" when none is listed under this code."""
    row = listed().filter(code=code).first()
    return row.name if row else ""
