"""Today's wrapped keys as a file: what a database restored to an earlier point needs to be read.

A backup's own wrapped keys hang under destroyed root keys after every erasure. The file lets the persons who
were not erased be read; it opens nothing without the root, and grows useless with the next erasure.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from sesshu.protection import audit
from sesshu.protection.keys.models import SubjectKey, TenantKey
from sesshu.protection.models import Municipality
from sesshu.protection.tenancy import acting_for


def lines() -> Iterator[str]:
    """One JSON object a line: each municipality's keys, then its subjects'."""
    for code in Municipality.objects.order_by("code").values_list("code", flat=True):
        with acting_for(code):
            for key in TenantKey.objects.order_by("version"):
                yield json.dumps(_tenant_row(key))
            for subject in SubjectKey.objects.select_related("tenant_key").iterator(2_000):
                yield json.dumps(_subject_row(subject))


def bring_in(rows: Iterable[str]) -> dict[str, int]:
    """Put these keys in the place of the restored ones. Subjects without a key here stay erased.

    :returns: how many keys each municipality has now.
    """
    by_city: dict[str, list[dict[str, Any]]] = {}
    for line in rows:
        row = json.loads(line)
        by_city.setdefault(row["municipality"], []).append(row)
    with transaction.atomic():
        return {code: _replace(code, rows) for code, rows in by_city.items()}


def _replace(code: str, rows: list[dict[str, Any]]) -> int:
    with acting_for(code):
        SubjectKey.objects.filter(municipality_code=code).delete()
        TenantKey.objects.filter(municipality_code=code).delete()
        versions = {row["version"]: _tenant_key(row) for row in rows if row["kind"] == "tenant"}
        TenantKey.objects.bulk_create(versions.values())
        subjects = [row for row in rows if row["kind"] == "subject"]
        SubjectKey.objects.bulk_create(
            (_subject_key(row, versions[row["version"]]) for row in subjects), batch_size=5_000
        )
        audit.record("keys.carried", by=None, detail={"keys": len(subjects)})
        return len(subjects)


def _tenant_row(key: TenantKey) -> dict[str, Any]:
    return {
        "kind": "tenant", "municipality": key.municipality_code, "version": key.version,
        "root_version": key.root_version, "cipher": _text(key.wrapped_cipher),
        "index": _text(key.wrapped_index), "made_at": key.made_at.isoformat(),
    }  # fmt: skip


def _subject_row(row: SubjectKey) -> dict[str, Any]:
    return {
        "kind": "subject", "municipality": row.municipality_code, "id": str(row.pk), "subject": row.subject,
        "version": row.tenant_key.version, "wrapped": _text(row.wrapped),
    }  # fmt: skip


def _tenant_key(row: dict[str, Any]) -> TenantKey:
    return TenantKey(
        version=row["version"],
        root_version=row["root_version"],
        wrapped_cipher=b64decode(row["cipher"]),
        wrapped_index=b64decode(row["index"]),
        made_at=datetime.fromisoformat(row["made_at"]),
    )


def _subject_key(row: dict[str, Any], tenant_key: TenantKey) -> SubjectKey:
    return SubjectKey(
        id=row["id"], subject=row["subject"], tenant_key=tenant_key, wrapped=b64decode(row["wrapped"])
    )


def _text(wrapped: bytes | memoryview) -> str:
    return b64encode(bytes(wrapped)).decode()
