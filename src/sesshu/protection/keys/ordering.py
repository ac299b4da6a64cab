"""The receipt of a municipality's end, and the vault that obeys it.

The vault of the Individual Numbers knows no accounts. It is emptied on the receipt that the city's system
signed: that names who asked and who approved, and nobody else can make one.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from sesshu.kernel import clock
from sesshu.protection.keys import emptying, signing

RECEIPT = "sesshu-municipality-erasure+jws"


class NotOrdered(ValueError):
    """The receipt does not order this erasure; the message says why, in Japanese."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What the receipt says; no data of any person. ``rows`` counts what went, by table."""

    municipality: str
    system: str
    order: str
    reason: str
    rows: dict[str, int]
    keys_receipt: str
    requested_by: str
    requested_at: str
    approved_by: str
    approved_at: str
    completed_at: str
    method: str = "NIST SP 800-88 Rev. 2: rows deleted; all keys of the municipality destroyed"

    def signed(self) -> str:
        """A JWS by this system."""
        return signing.signed(asdict(self), typ=RECEIPT)


def obey(
    token: str,
    *,
    municipality: str,
    public: Ed25519PublicKey,
    tell: emptying.Tell = lambda table, done: None,
) -> str:
    """Empty this system of the municipality on the city's receipt; this system's own receipt.

    Called again with the same receipt after a kill it goes on where it was.

    :raises signing.BadSignature: when the receipt was changed or is of another signer.
    :raises NotOrdered: when it is of another municipality, or not of the city's system.
    """
    ordered = Statement(**signing.verified(token, typ=RECEIPT, public=public))
    if ordered.municipality != municipality or ordered.system != "city":
        raise NotOrdered(f"この消去証明は{ordered.municipality}のものです。{municipality}は消去しません。")
    digest = hashlib.sha256(token.strip().encode()).hexdigest()
    done = emptying.empty(
        municipality,
        order=digest,
        requested_by=ordered.requested_by,
        approved_by=ordered.approved_by,
        tell=tell,
    )
    return Statement(
        municipality=municipality,
        system=str(settings.KEYS["system"]),
        order=digest,
        reason=ordered.reason,
        rows=done.rows,
        keys_receipt=done.keys_receipt,
        requested_by=ordered.requested_by,
        requested_at=ordered.requested_at,
        approved_by=ordered.approved_by,
        approved_at=ordered.approved_at,
        completed_at=clock.now().isoformat(),
    ).signed()
