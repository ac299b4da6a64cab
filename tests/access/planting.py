"""Looks for planted 個人番号 in what two systems left behind: files, dumps, raw pages, write-ahead log."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import psycopg

from sesshu.config import database, postgres
from sesshu.kernel.number_scanner import scan
from sesshu.kernel.number_scanner.findings import Search
from sesshu.kernel.number_scanner.shapes import hits

_SMALL = 10**10  # a number with leading zeros is short as an integer, and would be found by chance
_SIX_BYTES = np.uint64(2**48 - 1)


def found_in(content: bytes, planted: Collection[str], name: str = "") -> list[str]:
    """Where planted numbers stand, in any wrapping, or as an integer."""
    places = [
        str(each) for each in scan(content, name=name, suspects=set(planted).__contains__, windows=True)
    ]
    return places + _as_integers(content, planted)


def found_raw(content: bytes, planted: Collection[str]) -> list[str]:
    """The same without unpacking what is wrapped: for the pages and logs of a database."""
    search = Search(suspects=set(planted).__contains__, windows=True)
    return [f"{hit.offset}" for hit in hits(content, search)] + _as_integers(content, planted)


def _as_integers(content: bytes, planted: Collection[str]) -> list[str]:
    """Six bytes hold a number, whatever the integer's width; looked for at every byte, in both orders."""
    wanted = np.array(sorted(int(number) for number in planted if int(number) > _SMALL), np.uint64)
    padded = content + bytes(16)
    found = []
    for kind, shift in (("<u8", np.uint64(0)), (">u8", np.uint64(16))):
        for start in range(8):
            count = (len(padded) - start) // 8
            values = np.frombuffer(padded, kind, count, start).astype(np.uint64)
            values = values & _SIX_BYTES if kind == "<u8" else values >> shift
            at = np.minimum(np.searchsorted(wanted, values), max(len(wanted) - 1, 0))
            if len(wanted) and bool((wanted[at] == values).any()):
                found.append(f"integer ({kind})")
    return found


def administrator(name: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
    return database._administrator(database.server(), name)


def dump(name: str) -> bytes:
    """A database as SQL."""
    cluster, reached = postgres._cluster(), database.server()
    done = subprocess.run(
        [str(cluster.binaries / "pg_dump"), "--host", reached.host, "--username", reached.user, name],
        env=os.environ | {"PGPASSWORD": reached.password},
        capture_output=True,
        check=True,
    )
    return done.stdout


def pages(name: str) -> Iterator[tuple[str, bytes]]:
    """The files of a database as they stand on the disk, dead rows included."""
    with administrator(name) as connection:
        connection.execute("CHECKPOINT")
        (oid,) = connection.execute("SELECT oid FROM pg_database WHERE datname = %s", [name]).fetchone() or (
            0,
        )
    for path in sorted((postgres._cluster().data / "base" / str(oid)).iterdir()):
        if path.is_file():
            yield path.name, path.read_bytes()


def log_position() -> str:
    """The segment of the write-ahead log that is being written."""
    with administrator() as connection:
        (segment,) = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone() or ("",)
    return str(segment)


def log_since(segment: str) -> Iterator[tuple[str, bytes]]:
    """The segments from this one on."""
    last = log_position()
    folder: Path = postgres._cluster().data / "pg_wal"
    for path in sorted(folder.iterdir()):
        if path.is_file() and len(path.name) == 24 and segment <= path.name <= last:
            yield path.name, path.read_bytes()
