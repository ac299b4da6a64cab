"""The good rows of a feed in a temporary table, typed and with their keys, ready to be matched in one go.

COPY does not work on a table under row-level security, so rows go through here into the real tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from sesshu.addressees.choices import Kind, Status, TaxClass
from sesshu.addressees.feeds import Batch
from sesshu.addressees.keys import address_key, name_key
from sesshu.addressees.states import DATES, FIELDS, sql_type

_NULL = "\\N"
_DEFAULTS = {"kind": Kind.RESIDENT, "status": Status.RESIDENT, "tax_class": TaxClass.UNKNOWN}
_FLAGS = {"0": "f", "": "f", "1": "t"}
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

COLUMNS: tuple[tuple[str, str], ...] = (
    ("row_number", "integer"),
    ("turn", "integer"),
    ("change_number", "text"),
    ("reason", "text"),
    ("effective_on", "date"),
    ("measured", "boolean"),
    ("measure_from", "date"),
    ("measure_to", "date"),
    *((field, sql_type(field)) for field in FIELDS),
    ("name_key", "text"),
    ("address_key", "text"),
)


def create_tables() -> None:
    """Make the temporary tables; they vanish with the transaction."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.resident_feed, pg_temp.resident_fate")
        cursor.execute(f"CREATE TEMPORARY TABLE resident_feed ({columns}) ON COMMIT DROP")
        cursor.execute(
            "CREATE TEMPORARY TABLE resident_fate (row_number integer, addressee_id bigint, fate text,"
            " remeasured boolean) ON COMMIT DROP"
        )


def analyze() -> None:
    """Tell the planner how many rows there are: without it, it joins row by row."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE pg_temp.resident_feed (row_number, turn, number)")


class Stage:
    """Rows on their way into the temporary table: one COPY for the whole file."""

    def __init__(self, default_reason: str, default_day: str) -> None:
        self.rows = 0
        self.turns = 1
        self._default_reason = default_reason
        self._default_day = default_day
        self._turn_of: dict[str, int] = {}

    def copy_statement(self) -> str:
        names = ", ".join(name for name, _ in COLUMNS)
        return f"COPY pg_temp.resident_feed ({names}) FROM STDIN"

    def write(self, copy: Any, batch: Batch) -> None:
        """Add a batch to an open COPY."""
        if not batch.rows:
            return
        columns = self._columns(batch)
        lines = map("\t".join, zip(*columns, strict=True))
        copy.write("\n".join(lines) + "\n")
        self.rows += len(batch.rows)

    def _columns(self, batch: Batch) -> list[Sequence[str]]:
        state = {field: _prepared(field, batch[column]) for field, column in FIELDS.items()}
        return [
            list(map(str, batch.rows)),
            self._turns(batch),
            *self._change(batch),
            [_FLAGS[flag] for flag in batch["支援措置区分"]],
            _dates(batch["支援措置開始日"]),
            _dates(batch["支援措置終了日"]),
            *state.values(),
            _escaped(_name_keys(batch)),
            _escaped(list(map(address_key, *(batch[FIELDS[part]] for part in _ADDRESS)))),
        ]

    def _change(self, batch: Batch) -> list[Sequence[str]]:
        if "異動番号" not in batch.columns:
            count = len(batch.rows)
            return [[""] * count, [self._default_reason] * count, [self._default_day] * count]
        return [_escaped(batch["異動番号"]), batch["異動事由"], batch["異動年月日"]]

    def _turns(self, batch: Batch) -> list[str]:
        """Which of its person's rows a row is: several changes of one person are applied one by one."""
        if "異動番号" not in batch.columns:
            return ["1"] * len(batch.rows)
        turns = []
        for number in batch["宛名番号"]:
            turn = self._turn_of[number] = self._turn_of.get(number, 0) + 1
            turns.append(str(turn))
            self.turns = max(self.turns, turn)
        return turns


_ADDRESS = ("city", "town", "house_number", "building")


def _prepared(field: str, texts: Sequence[str]) -> Sequence[str]:
    if field in DATES:
        return _dates(texts)
    if field == "public_assistance":
        return [_FLAGS[flag] for flag in texts]
    if field in _DEFAULTS:
        return texts if "" not in texts else [text or _DEFAULTS[field] for text in texts]
    return _escaped(texts)


def _dates(texts: Sequence[str]) -> Sequence[str]:
    return [text or _NULL for text in texts]


def _escaped(texts: Sequence[str]) -> Sequence[str]:
    joined = "".join(texts)
    if "\\" in joined or "\n" in joined or "\t" in joined or "\r" in joined:
        return [text.translate(_ESCAPES) for text in texts]
    return texts


def _name_keys(batch: Batch) -> list[str]:
    names, kanas = batch["氏名"], batch["氏名_読み仮名"]
    aliases, alias_kanas = batch["通称"], batch["通称_読み仮名"]
    return list(map(name_key, names, kanas, aliases, alias_kanas))
