"""What somebody would try who wants another city's data, with bare SQL as the application's role."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction
from django.db.utils import DatabaseError

from tests.inventory.rows import Rows, tenant_models


@dataclass
class Tally:
    """How often what was tried; ``leaks`` tells each probe that got through."""

    tried: dict[str, int] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)

    def note(self, kind: str, leak: str | None) -> None:
        self.tried[kind] = self.tried.get(kind, 0) + 1
        if leak:
            self.leaks.append(f"{kind}: {leak}")

    @property
    def total(self) -> int:
        return sum(self.tried.values())


@dataclass(frozen=True)
class Table:
    """A table with its row of one's own city and that of the other."""

    name: str
    key: str
    own: models.Model
    theirs: models.Model
    columns: tuple[str, ...]

    def value(self, of: models.Model, column: str) -> Any:
        attribute = next(f.attname for f in of._meta.concrete_fields if f.column == column)
        return (
            of._meta.get_field(attribute.removesuffix("_id")).get_db_prep_value(  # type: ignore[union-attr]
                getattr(of, attribute), connection
            )
            if not attribute.endswith("_id")
            else getattr(of, attribute)
        )


def tables(own: Rows, theirs: Rows) -> list[Table]:
    found = []
    for model in tenant_models():
        meta = model._meta
        columns = tuple(
            f.column for f in meta.concrete_fields
            if isinstance(f, models.CharField | models.IntegerField | models.DateField | models.AutoField)
        )  # fmt: skip
        found.append(Table(meta.db_table, meta.pk.column, own.of(model), theirs.of(model), columns))
    return found


Probe = Callable[[random.Random, Table, list[Table]], tuple[str, list[Any]]]


def _by_key(chance: random.Random, table: Table, _: list[Table]) -> tuple[str, list[Any]]:
    return f'SELECT * FROM "{table.name}" WHERE "{table.key}" = %s', [table.theirs.pk]


def _by_value(chance: random.Random, table: Table, _: list[Table]) -> tuple[str, list[Any]]:
    column = chance.choice(table.columns)
    value = table.value(table.theirs, column)
    if value == table.value(table.own, column):
        return _by_key(chance, table, _)
    # A row of one's own may have that value too.
    mine = table.value(table.own, "municipality_code")
    return f'SELECT * FROM "{table.name}" WHERE "{column}" = %s AND municipality_code <> %s', [value, mine]


def _by_city(chance: random.Random, table: Table, _: list[Table]) -> tuple[str, list[Any]]:
    theirs = table.value(table.theirs, "municipality_code")
    how = chance.choice(["= %s", "LIKE left(%s, 5) || '%%'", ">= %s", "<> %s"])
    theirs = table.value(table.own, "municipality_code") if how == "<> %s" else theirs
    if how == ">= %s":
        how = "BETWEEN %s AND %s"
        return f'SELECT * FROM "{table.name}" WHERE municipality_code {how}', [theirs, theirs]
    return f'SELECT * FROM "{table.name}" WHERE municipality_code {how}', [theirs]


def _joined(chance: random.Random, table: Table, among: list[Table]) -> tuple[str, list[Any]]:
    other = chance.choice(among)
    return (
        f'SELECT a.* FROM "{table.name}" a JOIN "{other.name}" b ON b.municipality_code = a.municipality_code'
        f' WHERE a."{table.key}" = %s OR b."{other.key}" = %s',
        [table.theirs.pk, other.theirs.pk],
    )


def _locked(chance: random.Random, table: Table, _: list[Table]) -> tuple[str, list[Any]]:
    return f'SELECT 1 FROM "{table.name}" WHERE "{table.key}" = %s FOR SHARE', [table.theirs.pk]


def _sampled(chance: random.Random, table: Table, _: list[Table]) -> tuple[str, list[Any]]:
    return (
        f'SELECT * FROM "{table.name}" TABLESAMPLE BERNOULLI (100) WHERE "{table.key}" = %s',
        [table.theirs.pk],
    )


def _changed(chance: random.Random, table: Table, _: list[Table]) -> tuple[str, list[Any]]:
    column = chance.choice(table.columns)
    return (
        f'UPDATE "{table.name}" SET "{column}" = "{column}" WHERE "{table.key}" = %s RETURNING *',
        [table.theirs.pk],
    )


def _given_away(chance: random.Random, table: Table, _: list[Table]) -> tuple[str, list[Any]]:
    return (
        f'UPDATE "{table.name}" SET municipality_code = %s WHERE "{table.key}" = %s RETURNING 1',
        [table.value(table.theirs, "municipality_code"), table.own.pk],
    )


def _removed(chance: random.Random, table: Table, _: list[Table]) -> tuple[str, list[Any]]:
    return f'DELETE FROM "{table.name}" WHERE "{table.key}" = %s RETURNING *', [table.theirs.pk]


def _overwritten(chance: random.Random, table: Table, _: list[Table]) -> tuple[str, list[Any]]:
    return (
        f'INSERT INTO "{table.name}" SELECT * FROM "{table.name}" WHERE "{table.key}" = %s'
        f" ON CONFLICT DO NOTHING RETURNING *",
        [table.theirs.pk],
    )


def _stats(chance: random.Random, table: Table, _: list[Table]) -> tuple[str, list[Any]]:
    return "SELECT most_common_vals FROM pg_stats WHERE tablename = %s", [table.name]


PROBES: dict[str, Probe] = {
    "select by key": _by_key, "select by value": _by_value, "select by city": _by_city, "join": _joined,
    "lock": _locked, "sample": _sampled, "update": _changed, "give away": _given_away, "delete": _removed,
    "insert select": _overwritten, "statistics": _stats,
}  # fmt: skip


def by_sql(chance: random.Random, among: list[Table], count: int, tally: Tally) -> None:
    """``count`` statements; each that answers with a row, or changes one, got through."""
    kinds = list(PROBES)
    for _ in range(count):
        kind, table = chance.choice(kinds), chance.choice(among)
        statement, values = PROBES[kind](chance, table, among)
        tally.note(f"SQL {kind}", _leak(statement, values))


def _leak(statement: str, values: list[Any]) -> str | None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            rows = cursor.fetchall()
    except DatabaseError:
        return None  # refused: by a right that the role has not, or by the policy
    return f"{statement} → {len(rows)} rows" if rows else None


def marks(rows: Rows) -> Iterator[str]:
    """The words that stand in no row but these: what a page may not show."""
    for row in rows.made.values():
        for each in row._meta.concrete_fields:
            value = getattr(row, each.attname)
            if isinstance(value, str) and value.startswith("v") and value[1:].isdigit():
                yield value
