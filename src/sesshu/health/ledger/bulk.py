"""Many new entries at once: COPY into a temporary table, then one INSERT … SELECT under row-level security.

The temporary table is needed because PostgreSQL does not COPY into a table with row-level security for a
role that is subject to it. Which rows are new, and whose, is for the caller to find out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from sesshu.health.ledger.models import Source
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

Value = str | int | bool | None

_SHARED = {
    "addressee_id": "bigint",
    "programme": "text",
    "date": "date",
    "provider_id": "bigint",
    "provider_name": "text",
    "screening_provider_id": "bigint",
    "screening_doctor": "text",
    "outside_municipality": "boolean",
    "group": "boolean",
    "publicly_funded": "boolean",
    "receipt_number": "text",
    "questionnaire_code": "text",
    "source_key": "text",
    "source_digest": "text",
    "source": "text",
}
DOSE_COLUMNS = _SHARED | {
    "vaccine": "text",
    "product_name": "text",
    "maker": "text",
    "lot_number": "text",
    "expires_on": "date",
    "volume_ml": "numeric(4,2)",
    "route": "text",
    "site": "text",
    "doctor": "text",
    "reported_dose_number": "integer",
}
SCREENING_COLUMNS = _SHARED | {"reason": "text", "reason_text": "text"}
_BY_DEFAULT = {
    "facility_name": "''",
    "claimable": "true",
    "counted": "true",
    "note": "''",
    "void_reason": "''",
}


class BulkWriter:
    """Writes within the caller's transaction; ``doses`` and ``screenings`` count the rows written."""

    def __init__(self, *, by: Account | None, at: datetime) -> None:
        self.by, self.at = by, at
        self.doses = self.screenings = 0

    def add_doses(self, rows: Sequence[Sequence[Value]]) -> None:
        """Insert doses; each row holds the values of ``DOSE_COLUMNS`` in that order."""
        more = {"follow_up": "''", "adverse_event": "false"}
        self.doses += self._insert("ledger_dose", DOSE_COLUMNS, _BY_DEFAULT | more, rows)

    def add_screenings(self, rows: Sequence[Sequence[Value]]) -> None:
        """Insert screenings; each row holds the values of ``SCREENING_COLUMNS`` in that order."""
        self.screenings += self._insert("ledger_screening", SCREENING_COLUMNS, _BY_DEFAULT, rows)

    def _insert(
        self, table: str, columns: dict[str, str], constants: dict[str, str], rows: Iterable[Sequence[Value]]
    ) -> int:
        rows = list(rows)
        if not rows:
            return 0
        stage = f"{table}_stage"
        named = ", ".join(f'"{name}"' for name in columns)
        typed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        with connection.cursor() as cursor:
            # Queued to the end, the checks of millions of rows would fill the server's memory.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {stage} ({typed}) ON COMMIT DROP")
            cursor.execute(f"TRUNCATE {stage}")
            with cursor.copy(f"COPY {stage} ({named}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(
                f"INSERT INTO {table} (municipality_code, recorded_at, recorded_by_id,"  # noqa: S608 - own names
                f" {', '.join(constants)}, {named})"
                f" SELECT %s, %s, %s, {', '.join(constants.values())}, {named} FROM {stage}",
                [current(), self.at, self.by.pk if self.by else None],
            )
        return len(rows)


FILE = Source.FILE.value
