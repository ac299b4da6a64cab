"""The 副本 by file: JSON Lines, one record a line, read as a stream and registered by the thousand.

A line: ``{"integrated_number", "record_id", "information", "sequence", "action": "put" | "withdraw",
"content": {…}}``, as in the messages of the door.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.db import connection
from pydantic import TypeAdapter, ValidationError

from sesshu.intermediate import place, replicas
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.choices import BatchState, Source
from sesshu.intermediate.inquiry_files import BeingLoaded, digest_of
from sesshu.intermediate.models import Manifest
from sesshu.intermediate.replicas import Put
from sesshu.intermediate.schemas import ReplicaWanted
from sesshu.protection import tenancy
from sesshu.protection.tenancy import acting_for
from sesshu.protocol.points import reach

CHUNK = 5_000
_LONGEST = 65_536  # bytes of a line
_lines = TypeAdapter(list[ReplicaWanted])
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was not registered, and why."""

    line: int
    message: str


def load(
    path: Path,
    *,
    process: str,
    by: Caller,
    told: Callable[[int], None] = lambda lines: None,
    refused: Callable[[Refused], None] = lambda line: None,
) -> Manifest:
    """Register a file; a killed run goes on where it stopped, a registered file adds nothing.

    :param refused: called for each line that is not registered.
    :raises BeingLoaded: when another process registers this very file now.
    """
    code, digest = place.municipality(), digest_of(path)
    with acting_for(code):
        manifest = _manifest(digest, process, by)
    if manifest.state == BatchState.DONE:
        return manifest
    with path.open("rb") as stream:
        lines = enumerate(iter(lambda: stream.readline(_LONGEST), b""), start=1)
        for chunk in _chunks(islice(lines, manifest.lines, None)):
            with acting_for(code):
                manifest, faults = _store(manifest, chunk)
            reach("replica-file.chunk")
            for fault in faults:
                refused(fault)
            told(manifest.lines)
    with acting_for(code):
        replicas.close(manifest, by=by)
    return manifest


def _chunks(lines: Iterator[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    while chunk := list(islice(lines, CHUNK)):
        yield chunk


def _manifest(digest: str, process: str, by: Caller) -> Manifest:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"replica-file {tenancy.current()} {digest}"])
    held = Manifest.objects.filter(
        municipality_code=tenancy.current(), digest=digest, source=Source.BATCH
    ).first()
    return held or replicas.new_manifest(process=process, source=Source.BATCH, digest=digest, by=by)


def _store(manifest: Manifest, chunk: list[tuple[int, bytes]]) -> tuple[Manifest, list[Refused]]:
    held = Manifest.objects.select_for_update().get(pk=manifest.pk)
    if held.lines != manifest.lines:
        raise BeingLoaded("このファイルは、別の処理が登録しています。その完了を待ってください。")
    read = _all(chunk) or [(line, _read(raw)) for line, raw in chunk]
    good = [(line, put) for line, put in read if isinstance(put, Put)]
    fates = replicas.store([put for _, put in good], manifest=held)
    faults = [Refused(line, put) for line, put in read if isinstance(put, str)]
    held.lines += len(faults)
    held.refused += len(faults)
    held.save(update_fields=["lines", "refused"])
    faults += [
        Refused(line, fate.message)
        for (line, _), fate in zip(good, fates, strict=True)
        if fate.state == replicas.REFUSED
    ]
    return held, sorted(faults, key=lambda fault: fault.line)


def _all(chunk: list[tuple[int, bytes]]) -> list[tuple[int, Put | str]]:
    """All lines at once; none when one of them is wrong, to be found line by line."""
    if not all(raw.startswith(b"{") and raw.endswith((b"}\n", b"}")) for _, raw in chunk):
        return []
    try:
        said = _lines.validate_json(b"[" + b",".join(raw for _, raw in chunk) + b"]")
    except ValidationError:
        return []
    if len(said) != len(chunk):  # a line that holds two
        return []
    return [(line, _put(each)) for (line, _), each in zip(chunk, said, strict=True)]


def _put(said: ReplicaWanted) -> Put:
    content = (said.content or {}) if said.action == "put" else None
    return Put(said.integrated_number, said.record_id, said.information, said.sequence, content)


def _read(raw: bytes) -> Put | str:
    """The record, or what is wrong with the line; what stood in it is not repeated."""
    try:
        said = ReplicaWanted.model_validate_json(raw)
    except ValidationError as error:
        names = sorted({str(each["loc"][0]) for each in error.errors() if each["loc"]})
        return f"項目を確かめてください: {'、'.join(names)}" if names else "JSON として読めません。"
    return _put(said)


def as_line(put: Put) -> str:
    """A record as a line of such a file."""
    said = {
        "integrated_number": put.integrated_number,
        "record_id": put.record_id,
        "information": put.information,
        "sequence": put.sequence,
        "action": "withdraw" if put.content is None else "put",
        "content": put.content,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
