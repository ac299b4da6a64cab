"""Commit: the matched rows of a turn into addressees, versions and protective measures, set by set."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from sesshu.addressees.matching import CREATE, LATE, SAME, UPDATE, new_value
from sesshu.addressees.states import FIELDS, json_sql
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

_FIELD_LIST = ", ".join(FIELDS)
_STAGED = "pg_temp.resident_feed f JOIN pg_temp.resident_fate t USING (row_number)"
_INSERT = f"""
    INSERT INTO addressees_addressee (id, municipality_code, {_FIELD_LIST}, name_key, address_key, updated_at)
    SELECT t.addressee_id, %(municipality)s, {", ".join(f"f.{field}" for field in FIELDS)},
        f.name_key, f.address_key, %(at)s
    FROM {_STAGED} WHERE t.fate = '{CREATE}' AND f.turn = %(turn)s
"""  # noqa: S608 - names of columns and fates of this room only
_UPDATE = f"""
    UPDATE addressees_addressee a
    SET {", ".join(f"{field} = {new_value(field)}" for field in FIELDS)},
        name_key = f.name_key, address_key = f.address_key, updated_at = %(at)s
    FROM {_STAGED} WHERE t.fate = '{UPDATE}' AND f.turn = %(turn)s AND a.id = t.addressee_id
"""  # noqa: S608 - names of columns and fates of this room only
# What was applied is read back from the addressee, what came late is kept as it was sent.
_VERSIONS_OF_CREATED = f"""
    INSERT INTO addressees_addresseeversion
        (municipality_code, addressee_id, reason, effective_on, recorded_at, recorded_by_id, change_number,
         applied, state)
    SELECT %(municipality)s, t.addressee_id, f.reason, f.effective_on, %(at)s, %(by)s, f.change_number,
        t.fate <> '{LATE}', {json_sql("f")}
    FROM {_STAGED} WHERE t.fate IN ('{CREATE}', '{LATE}') AND f.turn = %(turn)s
"""  # noqa: S608 - names of columns and fates of this room only
_VERSIONS_OF_KNOWN = f"""
    INSERT INTO addressees_addresseeversion
        (municipality_code, addressee_id, reason, effective_on, recorded_at, recorded_by_id, change_number,
         applied, state)
    SELECT %(municipality)s, t.addressee_id, f.reason, f.effective_on, %(at)s, %(by)s, f.change_number,
        true, {json_sql("a")}
    FROM {_STAGED} JOIN addressees_addressee a ON a.id = t.addressee_id
    WHERE (t.fate = '{UPDATE}' OR (t.fate = '{SAME}' AND f.change_number <> '')) AND f.turn = %(turn)s
"""  # noqa: S608 - names of columns and fates of this room only
# A known start keeps its row, so the same file again adds nothing.
_MEASURES = f"""
    INSERT INTO addressees_protectivemeasure
        (municipality_code, addressee_id, starts_on, ends_on, note, end_note, recorded_at)
    SELECT %(municipality)s, t.addressee_id, COALESCE(f.measure_from, f.effective_on), f.measure_to, '', '',
        %(at)s
    FROM {_STAGED}
    WHERE (f.measured OR f.measure_from IS NOT NULL) AND f.turn = %(turn)s
        AND (t.fate = '{CREATE}' OR (t.fate = '{UPDATE}' AND t.remeasured))
    ON CONFLICT (addressee_id, starts_on)
    DO UPDATE SET ends_on = excluded.ends_on, recorded_at = excluded.recorded_at
        WHERE addressees_protectivemeasure.ends_on IS DISTINCT FROM excluded.ends_on
"""  # noqa: S608 - names of columns and fates of this room only
_STATEMENTS = (
    (_INSERT, (CREATE,)),
    (_UPDATE, (UPDATE,)),
    (_VERSIONS_OF_CREATED, (CREATE, LATE)),
    (_VERSIONS_OF_KNOWN, (UPDATE, SAME)),
    (_MEASURES, (CREATE, UPDATE)),
)
_TABLES = ("addressees_addressee", "addressees_addresseeversion", "addressees_protectivemeasure")
# Statistics are worth their second only where many rows came at once.
_MANY = 10_000


def write(turn: int, *, by: Account | None, at: datetime) -> None:
    """Write what was decided for this turn."""
    values: dict[str, Any] = {
        "municipality": current(),
        "turn": turn,
        "at": at,
        "by": by.pk if by else None,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT fate FROM pg_temp.resident_fate")
        fates = {row[0] for row in cursor.fetchall()}
        for statement, concerned in _STATEMENTS:
            if not fates.isdisjoint(concerned):
                cursor.execute(statement, values)


def touched() -> list[int]:
    """The addressees made or changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT addressee_id FROM pg_temp.resident_fate WHERE fate IN (%s, %s, %s)",
            [CREATE, UPDATE, LATE],
        )
        return [row[0] for row in cursor.fetchall()]


def renew_statistics(rows: int) -> None:
    """Let the planner know of many new rows at once, so that the next search is quick."""
    if rows < _MANY:
        return
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"ANALYZE {table}")
