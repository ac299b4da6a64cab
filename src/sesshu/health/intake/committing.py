"""Writes judged rows into the ledger: new ones in bulk, changed ones as a replacement with its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sesshu.health.intake.judging import Judged
from sesshu.health.intake.models import RowFate
from sesshu.health.intake.results import GIVEN, Result, reason_of
from sesshu.health.intake.senders import Senders
from sesshu.health.ledger import services as ledger
from sesshu.health.ledger.bulk import DOSE_COLUMNS, FILE, SCREENING_COLUMNS, BulkWriter, Value
from sesshu.health.ledger.circumstance_services import note_due_dates
from sesshu.health.ledger.models import Dose, Screening
from sesshu.protection.tenancy import current

CORRECTED = "医療機関の結果ファイルによる訂正"


def write(judged: Sequence[Judged], writer: BulkWriter, senders: Senders) -> set[int]:
    """Write the new and the changed rows among ``judged``; the ids of the persons whose ledger changed."""
    new = [row for row in judged if row.is_new]
    writer.add_doses([_row(row, senders, DOSE_COLUMNS) for row in new if row.result.kind == GIVEN])
    writer.add_screenings([_row(row, senders, SCREENING_COLUMNS) for row in new if row.result.kind != GIVEN])
    changed = [row for row in judged if row.target is not None]
    for row in changed:
        _replace(row, senders, writer)
    due = [(row.person.id, row.due) for row in (*new, *changed) if row.person and row.due]
    note_due_dates(due, by=writer.by, at=writer.at)
    return {row.person.id for row in (*new, *changed) if row.person}


def _row(row: Judged, senders: Senders, columns: dict[str, str]) -> list[Value]:
    values = _values(row, senders)
    return [values[name] for name in columns]


def _replace(row: Judged, senders: Senders, writer: BulkWriter) -> None:
    given = row.result.kind == GIVEN
    model, columns = (Dose, DOSE_COLUMNS) if given else (Screening, SCREENING_COLUMNS)
    entry: Any = model._default_manager.get(municipality_code=current(), pk=row.target or 0)
    values = {
        name: _typed(columns[name], value) for name, value in _values(row, senders).items() if name in columns
    }
    keep = {"addressee_id", "provider_id", "screening_provider_id"}
    corrected = {name: value for name, value in values.items() if name not in keep}
    ledger.replace(entry, reason=CORRECTED, by=writer.by, at=writer.at, **corrected)


def _typed(kind: str, value: Value) -> Any:
    if value is None:
        return None
    if kind == "date":
        return date.fromisoformat(str(value))
    if kind.startswith("numeric"):
        return Decimal(str(value))
    return int(value) if kind == "integer" else value


def _values(row: Judged, senders: Senders) -> dict[str, Value]:
    result = row.result
    provider = senders.of(result)
    reason, reason_text = ("", "") if result.kind == GIVEN else reason_of(result.reason)
    return {
        "addressee_id": row.person.id if row.person else None,
        "programme": result.programme,
        "date": result.date,
        "provider_id": provider.pk,
        "provider_name": result.provider_name or provider.name,
        "screening_provider_id": provider.pk,
        "screening_doctor": result.screening_doctor,
        "outside_municipality": result.outside == "1" or provider.outside,
        "group": result.group == "1" or provider.kind == "group",
        "publicly_funded": result.funded != "0",
        "receipt_number": result.receipt,
        "questionnaire_code": result.code,
        "source_key": row.key,
        "source_digest": result.digest(),
        "source": FILE,
        "reason": reason,
        "reason_text": reason_text,
        **_given(result),
    }


def _given(result: Result) -> dict[str, Value]:
    return {
        "vaccine": result.vaccine,
        "product_name": result.product,
        "maker": result.maker,
        "lot_number": result.lot,
        "expires_on": result.expires or None,
        "volume_ml": result.volume or None,
        "route": result.route,
        "site": result.site,
        "doctor": result.doctor,
        "reported_dose_number": int(result.dose_number) if result.dose_number else None,
    }


__all__ = ["CORRECTED", "RowFate", "write"]
