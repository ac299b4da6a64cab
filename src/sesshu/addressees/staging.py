"""A chunk of good rows in a temporary table, typed and with their keys, ready to be matched in one go.

COPY does not work on a table under row-level security, so rows go through here into the real tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.db import connection

from sesshu.addressees.choices import ChangeReason, Kind, Status, TaxClass
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


def load(lines: str) -> None:
    """Put a chunk's rows in place of the last one's.

    The planner is told how many there are: without it, it joins row by row.
    """
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE pg_temp.resident_feed, pg_temp.resident_fate")
        names = ", ".join(name for name, _ in COLUMNS)
        with cursor.copy(f"COPY pg_temp.resident_feed ({names}) FROM STDIN") as copy:
            copy.write(lines)
        cursor.execute("ANALYZE pg_temp.resident_feed (row_number, turn, number)")


class Lines:
    """The rows of a batch as COPY's text. `turns`: how many rows at most one person has here."""

    def __init__(self, batch: Batch, today: date) -> None:
        self._batch = batch
        self._today = today.isoformat()
        self.turns = 1

    def text(self) -> str:
        lines = map("\t".join, zip(*self._columns(), strict=True))
        return "\n".join(lines) + "\n"

    def _columns(self) -> list[Sequence[str]]:
        batch = self._batch
        return [
            list(map(str, batch.rows)),
            self._turns(),
            *self._change(),
            [_FLAGS[flag] for flag in batch["支援措置区分"]],
            _dates(batch["支援措置開始日"]),
            _dates(batch["支援措置終了日"]),
            *(_prepared(field, batch[column]) for field, column in FIELDS.items()),
            _escaped(_name_keys(batch)),
            _escaped(list(map(address_key, *(batch[FIELDS[part]] for part in _ADDRESS)))),
        ]

    def _change(self) -> list[Sequence[str]]:
        batch = self._batch
        if "異動番号" in batch.columns:
            return [_escaped(batch["異動番号"]), batch["異動事由"], batch["異動年月日"]]
        count = len(batch.rows)
        return [[""] * count, [ChangeReason.WHOLE_FILE.value] * count, [self._today] * count]

    def _turns(self) -> list[str]:
        """Which of its person's rows a row is: several changes of one person are applied one by one."""
        numbers = self._batch["宛名番号"]
        if "異動番号" not in self._batch.columns:
            return ["1"] * len(numbers)
        met: Counter[str] = Counter()
        turns = []
        for number in numbers:
            met[number] += 1
            turns.append(str(met[number]))
        self.turns = max(met.values())
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
