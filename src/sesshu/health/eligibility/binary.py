"""Columns to and from PostgreSQL in COPY's binary format: rows of one width, without a NULL.

Source: PostgreSQL manual, COPY, "Binary Format". A day goes as the number of :meth:`datetime.date.toordinal`
where it is read, and as PostgreSQL's own ``date`` where it is written; 0 is written as ``-infinity``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
_EPOCH = 730_120  # 2000-01-01
_MINUS_INFINITY = -(1 << 31)
_KINDS = {"int2": ">i2", "int4": ">i4", "int8": ">i8", "float8": ">f8", "bool": "?"}


def read(data: bytes, fields: Mapping[str, str]) -> dict[str, Column]:
    """The columns of a result copied out. ``fields``: the type of each, in order.

    :raises ValueError: for rows that are not all of that width.
    """
    kind = _row({name: _KINDS[one] for name, one in fields.items()})
    body = memoryview(data)[len(HEADER) : len(data) - len(TRAILER)]
    if not data.startswith(HEADER[:11]) or len(body) % kind.itemsize:
        raise ValueError("The rows are not of the width asked for.")
    rows = np.frombuffer(body, kind)
    if not (rows["fields"] == len(fields)).all():
        raise ValueError("The rows do not have the fields asked for.")
    return {name: rows[name].astype(rows[name].dtype.newbyteorder("=")) for name in fields}


def written(columns: Mapping[str, tuple[str, Column]]) -> bytes:
    """Rows for COPY, without header and trailer: each column with its type, "date" or "text" among them.

    A text is a column of ``S``, all of one length.
    """
    kinds = {name: _kind(kind, column) for name, (kind, column) in columns.items()}
    first = next(iter(columns.values()))[1]
    rows = np.zeros(len(first), _row(kinds))
    rows["fields"] = len(columns)
    for name, (kind, column) in columns.items():
        rows[f"{name} width"] = rows.dtype[name].itemsize
        rows[name] = _days(column) if kind == "date" else column
    return rows.tobytes()


def stream(parts: Iterable[bytes]) -> Iterable[bytes]:
    """What COPY is fed with."""
    yield HEADER
    yield from parts
    yield TRAILER


def _row(kinds: Mapping[str, str]) -> np.dtype[Any]:
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in kinds.items():
        fields += [(f"{name} width", ">i4"), (name, kind)]
    return np.dtype(fields)


def _kind(kind: str, column: Column) -> str:
    if kind == "text":
        return column.dtype.str
    return ">i4" if kind == "date" else _KINDS[kind]


def _days(column: Column) -> Column:
    return np.where(column == 0, _MINUS_INFINITY, column.astype(np.int64) - _EPOCH)
