"""Many rows in one short statement: a column travels as one array, so that its text is always the same.

Django's own bulk statements name every value by itself; at 200 inquiries a message their text is what most
of the time went into.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import psycopg
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg import sql

from sesshu.protection import tenancy


def insert(rows: Sequence[models.Model], *, once: bool = False) -> None:
    """Add rows of one table; none of them learns its number. ``once``: those that stand there are left."""
    if rows:
        model = type(rows[0])
        _run(_insert(model, once), rows, _columns(model))


def update(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write these fields of rows of one table back."""
    if rows:
        model = type(rows[0])
        fields = [model._meta.get_field(name) for name in (model._meta.pk.name, *names)]
        _run(_update(model, tuple(names)), rows, fields, tenancy.current())


def _run(statement: sql.Composed, rows: Sequence[models.Model], fields: Sequence[Any], *more: str) -> None:
    values = [[_plain(getattr(row, field.attname)) for row in rows] for field in fields]
    connection.ensure_connection()
    # Bound by the server: Django's own cursor writes every value into the text of the statement.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, [*values, *more])


def _plain(value: Any) -> Any:
    """As PostgreSQL's driver takes it in an array: an enumeration as its text, a list as a literal."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, list):
        return "{" + ",".join('"' + _escaped(str(each)) + '"' for each in value) + "}"
    return bytes(value) if isinstance(value, memoryview) else value


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _columns(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


@lru_cache(maxsize=64)
def _insert(model: type[models.Model], once: bool) -> sql.Composed:
    fields = _columns(model)
    return sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {read} FROM unnest({arrays}) AS fresh ({names}){once}"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        names=_names(fields),
        read=sql.SQL(", ").join(map(_read, fields)),
        arrays=sql.SQL(", ").join(map(_array, fields)),
        once=sql.SQL(" ON CONFLICT DO NOTHING" if once else ""),
    )


@lru_cache(maxsize=64)
def _update(model: type[models.Model], names: tuple[str, ...]) -> sql.Composed:
    key = model._meta.pk
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    every: list[Any] = [key, *fields]
    return sql.SQL(
        "UPDATE {table} AS held SET {sets} FROM unnest({arrays}) AS fresh ({names})"
        " WHERE held.{key} = fresh.{key} AND held.municipality_code = %s"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        sets=sql.SQL(", ").join([_set(field) for field in fields]),
        arrays=sql.SQL(", ").join(map(_array, every)),
        names=_names(every),
        key=sql.Identifier(str(key.column)),
    )


def _set(field: Any) -> sql.Composed:
    return sql.SQL("{} = {}").format(sql.Identifier(field.column), _read(field))


def _names(fields: Sequence[Any]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(field.column) for field in fields)


def _array(field: Any) -> sql.Composed:
    kind = "text" if isinstance(field, ArrayField) else _type(field)
    return sql.SQL("%s::{}[]").format(sql.SQL(kind))


def _read(field: Any) -> sql.Composed:
    return sql.SQL("fresh.{}::{}").format(sql.Identifier(field.column), sql.SQL(_type(field)))


def _type(field: Any) -> str:
    return str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection))
