"""情報提供データベース (DBM, M06): the 副本, registered in bulk with a manifest of each registration (M13).

An older sequence never replaces a newer one. COPY does not work on a table under row-level security, so
records go through a temporary table.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from sesshu.intermediate import callers, persons
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.choices import BatchState, Source
from sesshu.intermediate.models import Manifest, Replica
from sesshu.intermediate.sealing import Cabinet, cabinet
from sesshu.kernel import clock
from sesshu.kernel.check_digits import is_individual_number
from sesshu.protection import tenancy
from sesshu.protocol import codes

STORED, WITHDRAWN, KNOWN, REFUSED = "stored", "withdrawn", "known", "refused"
_LARGEST = 16_384  # characters of one content
_CREATE = """
    CREATE TEMPORARY TABLE replica_feed (person_id bigint, record_id text, information text,
        sequence bigint, withdrawn boolean, sealed bytea) ON COMMIT DROP
"""
_UPSERT = """
    INSERT INTO intermediate_replica AS held (municipality_code, person_id, record_id, information, sequence,
        withdrawn, sealed, manifest_id)
    SELECT %s, person_id, record_id, information, sequence, withdrawn, sealed, %s FROM pg_temp.replica_feed
    ON CONFLICT (municipality_code, record_id) DO UPDATE SET
        person_id = EXCLUDED.person_id, information = EXCLUDED.information, sequence = EXCLUDED.sequence,
        withdrawn = EXCLUDED.withdrawn, sealed = EXCLUDED.sealed, manifest_id = EXCLUDED.manifest_id
    WHERE held.sequence < EXCLUDED.sequence
    RETURNING record_id
"""
_TWELVE = re.compile(r"(?<!\d)\d{12}(?!\d)")


@dataclass(frozen=True, slots=True)
class Put:
    """One record of the 副本: the newest ``sequence`` counts; without ``content`` it is withdrawn."""

    integrated_number: str
    record_id: str
    information: str
    sequence: int
    content: dict[str, str | None] | None


@dataclass(frozen=True, slots=True)
class Fate:
    """``state``: stored, known (this or a newer one was here) or refused, with the reason."""

    record_id: str
    sequence: int
    state: str
    message: str = ""


def new_manifest(*, process: str, source: Source, digest: str, by: Caller) -> Manifest:
    """Of one message or file, before its first record is stored."""
    return Manifest.objects.create(
        process=process, source=source, actor=by.actor[:60], digest=digest, started_at=clock.now()
    )


def register(records: Sequence[Put], *, process: str, by: Caller) -> list[Fate]:
    """Online: one message, one manifest. Its digest is keyed, for a short message could be guessed."""
    digest = cabinet().digest("message", repr(records)).hex()
    manifest = new_manifest(process=process, source=Source.ONLINE, digest=digest, by=by)
    fates = store(records, manifest=manifest)
    close(manifest, by=by)
    return fates


def store(records: Sequence[Put], *, manifest: Manifest) -> list[Fate]:
    """Store these records and count them in the manifest; their fates in order."""
    box = cabinet()
    faults = [_fault(each) for each in records]
    newest: dict[str, Put] = {}
    for each, fault in zip(records, faults, strict=True):
        held = newest.get(each.record_id)
        if not fault and (held is None or held.sequence < each.sequence):
            newest[each.record_id] = each
    stored = _write(list(newest.values()), manifest, box)
    fates = [
        Fate(each.record_id, each.sequence, REFUSED, fault)
        if fault
        else Fate(
            each.record_id,
            each.sequence,
            STORED if newest[each.record_id] is each and each.record_id in stored else KNOWN,
        )
        for each, fault in zip(records, faults, strict=True)
    ]
    _count(manifest, records, fates)
    return fates


def close(manifest: Manifest, *, by: Caller) -> None:
    """The message or file is done; recorded with its counts (control 55)."""
    manifest.state, manifest.ended_at = BatchState.DONE, clock.now()
    manifest.save(update_fields=["state", "ended_at"])
    callers.record(
        "replicas", by, count=manifest.lines, process=manifest.process, manifest=str(manifest.pk),
        stored=manifest.stored, withdrawn=manifest.withdrawn, known=manifest.known, refused=manifest.refused,
    )  # fmt: skip


def contents(
    wanted: Iterable[tuple[int | None, str]], box: Cabinet
) -> dict[tuple[int | None, str], list[dict[str, Any]]]:
    """What is held of these persons and kinds of information, without what was withdrawn."""
    pairs = set(wanted)
    rows = Replica.objects.filter(
        municipality_code=tenancy.current(),
        person_id__in={person for person, _ in pairs if person is not None},
        information__in={information for _, information in pairs},
        withdrawn=False,
    ).values_list("person_id", "information", "record_id", "sequence", "sealed")
    found: dict[tuple[int | None, str], list[dict[str, Any]]] = {}
    for person, information, record_id, sequence, sealed in rows:
        text = box.open(sealed, "replica", record_id, information, sequence)
        found.setdefault((person, information), []).append(json.loads(text))
    return found


def _fault(record: Put) -> str:
    """Why a record is not taken, empty when it is."""
    if not re.fullmatch(codes.INFORMATION, record.information):
        return "特定個人情報名コードが正しくありません。"
    if record.content is None:
        return ""
    if sum(map(len, filter(None, record.content.values()))) > _LARGEST:
        return "内容が長すぎます。"
    # Lot numbers are whatever their makers like; everywhere else twelve such digits are a person's number.
    for name, value in record.content.items():
        digits = _TWELVE.findall(value) if value and name != "lot" else ()
        if any(map(is_individual_number, digits)):
            return f"項目「{name}」に個人番号とみられる数字があります。"
    return ""


def _write(records: Sequence[Put], manifest: Manifest, box: Cabinet) -> set[str]:
    if not records:
        return set()
    ids = persons.register(dict.fromkeys(record.integrated_number for record in records), box)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.replica_feed")
        cursor.execute(_CREATE)
        with cursor.copy("COPY pg_temp.replica_feed FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "text", "text", "int8", "bool", "bytea"])
            # In one order everywhere, so that two registrations do not wait for each other.
            for record in sorted(records, key=lambda each: each.record_id):
                copy.write_row((ids[record.integrated_number], *_row(record, box)))
        cursor.execute(_UPSERT, [tenancy.current(), manifest.pk])
        return {record_id for (record_id,) in cursor.fetchall()}


def _row(record: Put, box: Cabinet) -> tuple[str, str, int, bool, bytes]:
    if record.content is None:
        return record.record_id, record.information, record.sequence, True, b""
    text = json.dumps(record.content, ensure_ascii=False, separators=(",", ":"))
    sealed = box.seal(text.encode(), "replica", record.record_id, record.information, record.sequence)
    return record.record_id, record.information, record.sequence, False, sealed


def _count(manifest: Manifest, records: Sequence[Put], fates: Sequence[Fate]) -> None:
    states = Counter(fate.state for fate in fates)
    gone = sum(
        fate.state == STORED and record.content is None for fate, record in zip(fates, records, strict=True)
    )
    manifest.lines += len(records)
    manifest.stored += states[STORED] - gone
    manifest.withdrawn += gone
    manifest.known += states[KNOWN]
    manifest.refused += states[REFUSED]
    kinds = {record.information for record in records if re.fullmatch(codes.INFORMATION, record.information)}
    manifest.information = sorted({*manifest.information, *kinds})
    manifest.save(update_fields=["lines", "stored", "withdrawn", "known", "refused", "information"])
