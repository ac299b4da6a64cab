"""Basic information (4情報 and カナ), sealed with the person's own key; found by exact match only."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

from sesshu.numbers.integrated.models import Person
from sesshu.protection.keys import wrapping
from sesshu.protection.keys.models import TenantKey
from sesshu.protection.keys.wrapping import OpenedKey, Place


@dataclass(frozen=True, slots=True)
class Basic:
    """``sex``: 0 不明, 1 男, 2 女 (基本データリスト); ``birth_date``: ISO date, empty when unknown."""

    name: str
    kana: str
    sex: str
    birth_date: str
    address: str


def sealed(basic: Basic, person: UUID, key: OpenedKey) -> bytes:
    return key.seal(json.dumps(asdict(basic), ensure_ascii=False).encode(), _place(person))


def digest(basic: Basic, key: TenantKey) -> bytes:
    """Of what names a person among others: カナ (or name) without blanks, birth date and sex."""
    called = "".join(unicodedata.normalize("NFKC", basic.kana or basic.name).split())
    said = "\x1f".join(("basic", called, basic.birth_date, basic.sex))
    return wrapping.pair(key).digest(said.encode())


def opened(persons: Iterable[Person]) -> dict[UUID, Basic]:
    """Of whom there is any."""
    rows = [each for each in persons if each.key_id and each.basic_sealed]
    keys = wrapping.open_subject_keys({each.key_id for each in rows if each.key_id})
    return {
        each.pk: Basic(**json.loads(keys[each.key_id].open(bytes(each.basic_sealed), _place(each.pk))))
        for each in rows
        if each.key_id in keys
    }


def _place(person: UUID) -> Place:
    return Place("numbers_integrated_person", str(person), "basic")
