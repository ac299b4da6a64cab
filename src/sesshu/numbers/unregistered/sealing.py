"""What was told of a 住登外者 into its ciphertext and back, and the digests by which it is found."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from uuid import UUID

from sesshu.numbers.unregistered.models import Version
from sesshu.protection.keys import wrapping
from sesshu.protection.keys.models import TenantKey
from sesshu.protection.keys.wrapping import OpenedKey, Place

DIGESTS = {"name_digest": "shimei", "kana_digest": "shimei_kana", "birth_digest": "seinengappi"}


def folded(text: str) -> str:
    """As names are compared: without blanks, one form of each character."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def digest(field: str, value: str, key: TenantKey) -> bytes:
    """32 bytes; none for an empty value, which is found by nobody."""
    text = folded(value)
    return wrapping.pair(key).digest(f"unregistered\x1f{field}\x1f{text}".encode()) if text else b""


def request_digest(values: Mapping[str, str], key: TenantKey) -> bytes:
    """Of a whole request, operator and second included: sent again it is recognised."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False)
    return wrapping.pair(key).digest(b"unregistered-request\x1f" + text.encode())


def seal(version: Version, content: Mapping[str, str], key: OpenedKey) -> None:
    version.sealed = key.seal(json.dumps(content, ensure_ascii=False).encode(), _place(version))


def set_digests(version: Version, content: Mapping[str, str], key: TenantKey) -> None:
    version.tenant_key = key
    for column, field in DIGESTS.items():
        setattr(version, column, digest(field, content[field], key))


def opened(versions: Iterable[Version]) -> dict[UUID, dict[str, str]]:
    """Content by version, with their persons loaded; of destroyed ones none."""
    rows = list(versions)
    keys = wrapping.open_subject_keys({row.person.key_id for row in rows if row.person.key_id})
    return {
        row.pk: json.loads(keys[row.person.key_id].open(bytes(row.sealed), _place(row)))
        for row in rows
        if row.person.key_id in keys
    }


def _place(version: Version) -> Place:
    return Place("numbers_unregistered_version", str(version.pk), "content")
