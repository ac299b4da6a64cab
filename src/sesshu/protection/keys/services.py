"""Files of other rooms under a key of their own: destroyed with it, wherever copies of the file lie."""

from __future__ import annotations

import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sesshu.protection.keys import wrapping
from sesshu.protection.keys.models import SubjectKey
from sesshu.protection.keys.roots import NotAuthentic
from sesshu.protection.tenancy import acting_for

_MAGIC, _NONCE, _KEY_ID = b"SESSHU1\n", 12, 16


def seal(content: bytes, *, municipality: str, subject: str, context: str) -> bytes:
    """``content`` encrypted with the key of ``subject`` (made on first use).

    :param subject: what is destroyed together, such as ``"export:123"``; never a name or number of a person.
    :param context: what kind of content this is; has to be said again on opening.

    Layout: ``SESSHU1\\n`` ‖ key id (16) ‖ nonce (12) ‖ AES-256-GCM with tag. Deleting the subject's key
    (:mod:`.destruction`) erases every copy.
    """
    with acting_for(municipality):
        held = SubjectKey.objects.filter(municipality_code=municipality, subject=subject).first()
        key_id, plain = (held.pk, wrapping.unwrap(held)) if held else _new(subject)
    nonce = secrets.token_bytes(_NONCE)
    bound = _bound(municipality, subject, context, key_id)
    return _MAGIC + key_id.bytes + nonce + AESGCM(plain).encrypt(nonce, content, bound)


def open_sealed(sealed: bytes, *, municipality: str, subject: str, context: str) -> bytes:
    """What :func:`seal` was given.

    :raises KeyDestroyed: when the key exists no more.
    :raises NotAuthentic: for another municipality, subject or context, or a changed file.
    """
    key_id, nonce, body = _parts(sealed)
    with acting_for(municipality):
        held = SubjectKey.objects.filter(municipality_code=municipality, pk=key_id).first()
        if held is None:
            raise wrapping.KeyDestroyed("鍵が廃棄されているため、このファイルは読めません(消去済み)。")
        plain = wrapping.unwrap(held)
    try:
        return AESGCM(plain).decrypt(nonce, body, _bound(municipality, subject, context, key_id))
    except InvalidTag:
        raise NotAuthentic("ファイルが改変されているか、別の対象のものです。") from None


def _new(subject: str) -> tuple[UUID, bytes]:
    (made,) = wrapping.new_subject_keys([subject])
    return made[0].pk, wrapping.unwrap(made[0])


def _parts(sealed: bytes) -> tuple[UUID, bytes, bytes]:
    start = len(_MAGIC)
    if not sealed.startswith(_MAGIC) or len(sealed) < start + _KEY_ID + _NONCE + 16:
        raise NotAuthentic("暗号化されたファイルの形式ではありません。")
    key_id = UUID(bytes=sealed[start : start + _KEY_ID])
    body = start + _KEY_ID + _NONCE
    return key_id, sealed[start + _KEY_ID : body], sealed[body:]


def _bound(municipality: str, subject: str, context: str, key_id: UUID) -> bytes:
    return "\x1f".join((municipality, subject, context, key_id.hex)).encode()
