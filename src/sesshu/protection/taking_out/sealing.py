"""The encrypted file: a ZIP under AES-256 (WinZip AE-2), which a city's recipients can open.

The passphrase is derived, never stored: HMAC-SHA-256 of the request's nonce under the installation's
secret. When the nonce is destroyed the passphrase, and with it every copy of the file, is gone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from pathlib import Path

import pyzipper
from django.conf import settings

_GROUP = 5
_BYTES = 15  # 120 bits, 24 signs of Base32


def new_nonce() -> str:
    return secrets.token_hex(32)


def drawn_passphrase() -> str:
    """A passphrase by chance, for a file that no request stands behind; whoever drew it keeps it."""
    return _in_groups(secrets.token_bytes(_BYTES))


def passphrase(municipality_code: str, pk: int, nonce: str) -> str:
    """Twenty-four letters and digits in groups, without those that are misread over the telephone."""
    of = f"{municipality_code}|{pk}|{nonce}".encode()
    digest = hmac.new(settings.TAKING_OUT_SECRET.encode(), of, hashlib.sha256).digest()
    return _in_groups(digest[:_BYTES])


def _in_groups(said: bytes) -> str:
    letters = base64.b32encode(said).decode().translate(str.maketrans("IO", "89"))
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def seal(plain: Path, sealed: Path, name: str, phrase: str) -> str:
    """Write ``sealed`` from ``plain``, whole or not at all; the SHA-256 of the sealed file."""
    part = sealed.with_name(sealed.name + ".part")
    try:
        with pyzipper.AESZipFile(
            part, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
        ) as book:
            book.setpassword(phrase.encode())
            book.setencryption(pyzipper.WZ_AES, nbits=256)
            book.write(plain, name)
        part.chmod(0o600)
        part.replace(sealed)
    finally:
        part.unlink(missing_ok=True)
    with sealed.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
