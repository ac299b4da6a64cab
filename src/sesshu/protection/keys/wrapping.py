"""Subjects' keys: made, opened, and used for fields. One call of the root's store for each key opened."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection, transaction

from sesshu.kernel import clock
from sesshu.protection import tenancy
from sesshu.protection.keys.models import SubjectKey, TenantKey
from sesshu.protection.keys.roots import KeyTrouble, NotAuthentic, TenantPair, WrappedPair, root

# Taken shared by whoever writes a tenant's key and alone by a change of the root.
ROOT_LOCK, TENANT_LOCK = 0x5E55_0001, 0x5E55_0002
_SIZE, _NONCE, _ATTEMPTS = 32, 12, 5
# By the wrapped keys themselves: a version whose transaction was rolled back is made again with other keys.
_pairs: dict[tuple[str, int, WrappedPair], TenantPair] = {}
_pairs_lock = threading.Lock()


class KeyDestroyed(KeyTrouble):
    """The subject's key is gone: what it sealed is erased."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands; a ciphertext moved to another place does not open."""

    table: str
    row: str
    column: str

    def bound(self, key: UUID) -> bytes:
        return "\x1f".join((tenancy.current(), self.table, self.row, self.column, key.hex)).encode()


class OpenedKey:
    """A subject's key in memory, for the moment of its use."""

    __slots__ = ("_cipher", "id")

    def __init__(self, key_id: UUID, key: bytes) -> None:
        self.id, self._cipher = key_id, AESGCM(key)

    def seal(self, plain: bytes, place: Place) -> bytes:
        """AES-256-GCM: nonce ‖ ciphertext ‖ tag, bound to tenant, table, row, column and key."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, place.bound(self.id))

    def open(self, sealed: bytes, place: Place) -> bytes:
        """:raises NotAuthentic: when the ciphertext was changed or moved."""
        sealed = bytes(sealed)
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.bound(self.id))
        except (InvalidTag, ValueError):
            raise NotAuthentic("暗号文が鍵または行と合いません。") from None


def current_tenant_key() -> TenantKey:
    """The newest version of the municipality acted for, made on first use."""
    return _newest() or new_tenant_key(unless_there=True)


def new_tenant_key(*, unless_there: bool = False) -> TenantKey:
    """One version more, in use from now on."""
    with transaction.atomic():
        lock_root(shared=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [TENANT_LOCK, int(tenancy.current())])
        return (_newest() if unless_there else None) or _append_tenant_key()


def _newest() -> TenantKey | None:
    return TenantKey.objects.filter(municipality_code=tenancy.current()).order_by("-version").first()


def held_tenant_key() -> TenantKey:
    """The newest version, which no rotation gives up before this transaction has ended."""
    while True:
        newest = current_tenant_key()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM keys_tenantkey WHERE id = %s FOR KEY SHARE", [newest.pk])
            if cursor.fetchone():
                return newest


def _append_tenant_key() -> TenantKey:
    store = root()
    held = TenantKey.objects.filter(municipality_code=tenancy.current())
    last = max(held.values_list("version", flat=True), default=0)
    version = (store.versions() or (store.add_version(),))[-1]
    pair = store.new_pair(version)
    return TenantKey.objects.create(
        version=last + 1,
        root_version=version,
        wrapped_cipher=pair.cipher,
        wrapped_index=pair.index,
        made_at=clock.now(),
    )


def lock_root(*, shared: bool) -> None:
    """Until the end of the transaction."""
    kind = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {kind}(%s)", [ROOT_LOCK])


def pair(key: TenantKey) -> TenantPair:
    """A tenant's keys opened; kept open until a later version is met.

    :raises KeyTrouble: when its root version is gone.
    """
    wrapped = WrappedPair(bytes(key.wrapped_cipher), bytes(key.wrapped_index))
    name = (key.municipality_code, key.root_version, wrapped)
    with _pairs_lock:
        if name not in _pairs:
            _close_superseded(key)
            _pairs[name] = root().opened(wrapped, key.root_version)
        return _pairs[name]


def _close_superseded(key: TenantKey) -> None:
    """A process must not hold open what was destroyed elsewhere."""
    held = TenantKey.objects.filter(municipality_code=key.municipality_code)
    alive = {
        (key.municipality_code, root_version, WrappedPair(bytes(cipher), bytes(index)))
        for root_version, cipher, index in held.values_list("root_version", "wrapped_cipher", "wrapped_index")
    }
    for name in [name for name in _pairs if name[0] == key.municipality_code and name not in alive]:
        del _pairs[name]


def close_all() -> None:
    """Hold no tenant's keys open."""
    with _pairs_lock:
        _pairs.clear()


def new_subject_keys(subjects: Iterable[str]) -> list[tuple[SubjectKey, OpenedKey]]:
    """A key for each subject, written in the current transaction."""
    tenant_key = held_tenant_key()
    opened_pair, made = pair(tenant_key), []
    for subject in subjects:
        plain = secrets.token_bytes(_SIZE)
        row = SubjectKey(subject=subject, tenant_key=tenant_key)
        row.wrapped = opened_pair.seal(plain, _bound(row, tenant_key))
        made.append((row, OpenedKey(row.id, plain)))
    SubjectKey.objects.bulk_create(row for row, _ in made)
    return made


def open_subject_keys(ids: Iterable[UUID]) -> dict[UUID, OpenedKey]:
    """The keys for use. Those destroyed are left out.

    A rotation may re-wrap a key between two reads; then it is read anew.
    """
    wanted = list(ids)
    for attempt in range(_ATTEMPTS):
        rows = SubjectKey.objects.filter(municipality_code=tenancy.current(), pk__in=wanted)
        try:
            return {row.pk: OpenedKey(row.pk, unwrap(row)) for row in rows.select_related("tenant_key")}
        except NotAuthentic:
            raise
        except KeyTrouble:
            if attempt == _ATTEMPTS - 1:
                raise
    return {}


def open_subject_key(key_id: UUID) -> OpenedKey:
    """:raises KeyDestroyed: when the key exists no more."""
    found = open_subject_keys([key_id]).get(key_id)
    if found is None:
        raise KeyDestroyed("鍵が廃棄されているため、この情報は読めません(消去済み)。")
    return found


def unwrap(row: SubjectKey) -> bytes:
    """The key itself (32 bytes)."""
    return pair(row.tenant_key).open(bytes(row.wrapped), _bound(row, row.tenant_key))


def rewrapped(row: SubjectKey, plain: bytes, tenant_key: TenantKey) -> bytes:
    """It under another version of the tenant's key."""
    return pair(tenant_key).seal(plain, _bound(row, tenant_key))


def _bound(row: SubjectKey, tenant_key: TenantKey) -> bytes:
    return "\x1f".join((tenancy.current(), row.subject, row.id.hex, str(tenant_key.version))).encode()
