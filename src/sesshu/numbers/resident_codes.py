"""住民票コード: taken from the feed, and used for the acquisition of a 符号 only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from sesshu.numbers.models import Holder, ResidentCode
from sesshu.protection import tenancy
from sesshu.protection.keys import wrapping
from sesshu.protection.keys.models import TenantKey
from sesshu.protection.keys.wrapping import OpenedKey, Place


def digest(code: str, key: TenantKey) -> bytes:
    """32 bytes; another one than a number's of the same digits."""
    return wrapping.pair(key).digest(b"resident-code\x1f" + code.encode())


@dataclass(frozen=True, slots=True)
class Stored:
    """``count``: new or changed. ``changed``: holders who had another code. ``refused``: 宛名番号."""

    count: int
    changed: list[int]
    refused: list[str]


def store(codes: Mapping[str, str]) -> Stored:
    """Codes by 宛名番号, of holders that stand here.

    Refused is whoever's code is another's already. Constant SQL, in the caller's transaction.
    """
    holders = _living(codes)
    newest = wrapping.held_tenant_key()
    owners = _owners(codes.values())
    fresh, refused = [], []
    for addressee, code in codes.items():
        holder = holders.get(addressee)
        if holder is None or owners.get(code) == holder.pk:
            continue
        if code in owners:
            refused.append(addressee)
            continue
        owners[code] = holder.pk
        fresh.append((holder, code))
    return Stored(len(fresh), _write(fresh, newest), refused)


def _living(addressees: Iterable[str]) -> dict[str, Holder]:
    held = Holder.objects.filter(municipality_code=tenancy.current(), erased_at=None)
    return {each.addressee_number: each for each in held.filter(addressee_number__in=list(addressees))}


def _owners(codes: Iterable[str]) -> dict[str, int]:
    living = TenantKey.objects.filter(municipality_code=tenancy.current())
    asked = {(key.pk, digest(code, key)): code for key in living for code in set(codes)}
    rows = ResidentCode.objects.filter(
        municipality_code=tenancy.current(), digest__in=[each for _, each in asked]
    ).values_list("index_key_id", "digest", "holder_id")
    found = ((asked.get((key, bytes(held))), holder) for key, held, holder in rows)
    return {code: holder for code, holder in found if code is not None}


def _write(fresh: Sequence[tuple[Holder, str]], newest: TenantKey) -> list[int]:
    """Who of them had another code."""
    keys = wrapping.open_subject_keys({holder.key_id for holder, _ in fresh})
    before = ResidentCode.objects.filter(
        municipality_code=tenancy.current(), holder__in=[holder for holder, _ in fresh]
    )
    changed = list(before.values_list("holder_id", flat=True))
    before.delete()
    rows = []
    for holder, code in fresh:
        row = ResidentCode(holder=holder, index_key=newest, digest=digest(code, newest))
        row.sealed = keys[holder.key_id].seal(code.encode("ascii"), _place(row))
        rows.append(row)
    ResidentCode.objects.bulk_create(rows)
    return changed


def of_holders(holders: Iterable[int]) -> dict[int, str]:
    """The codes of these holders; whoever has none, or was erased, is left out."""
    rows = list(
        ResidentCode.objects.filter(
            municipality_code=tenancy.current(), holder__in=list(holders)
        ).select_related("holder")
    )
    keys = wrapping.open_subject_keys({row.holder.key_id for row in rows})
    return {row.holder_id: _opened(row, keys) for row in rows if row.holder.key_id in keys}


def renew(newest: TenantKey, limit: int) -> int:
    """Bring digests to the newest version of the keys; how many."""
    rows = list(
        ResidentCode.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(municipality_code=tenancy.current())
        .exclude(index_key=newest)
        .select_related("holder")[:limit]
    )
    keys = wrapping.open_subject_keys({row.holder.key_id for row in rows})
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE numbers_residentcode AS held SET digest = fresh.digest, index_key_id = %s"
            " FROM unnest(%s::uuid[], %s::bytea[]) AS fresh (id, digest)"
            " WHERE held.id = fresh.id AND held.municipality_code = %s",
            [
                newest.pk, [row.pk for row in rows],
                [digest(_opened(row, keys), newest) for row in rows], tenancy.current(),
            ],
        )  # fmt: skip
    return len(rows)


def forget(key_ids: Sequence[UUID]) -> None:
    """Remove those of persons whose keys are destroyed."""
    ResidentCode.objects.filter(municipality_code=tenancy.current(), holder__key_id__in=key_ids).delete()


def _opened(row: ResidentCode, keys: Mapping[UUID, OpenedKey]) -> str:
    return keys[row.holder.key_id].open(bytes(row.sealed), _place(row)).decode("ascii")


def _place(row: ResidentCode) -> Place:
    return Place("numbers_residentcode", str(row.pk), "code")
