"""What may be known of a person's number without seeing it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from sesshu.addressees.individual_numbers.choices import IdentityCheck
from sesshu.addressees.individual_numbers.client import Asking, Refused, vault
from sesshu.addressees.models import Addressee
from sesshu.protection import audit, tenancy
from sesshu.protection.models import Account

_CHECKS = dict(IdentityCheck.choices) | {"register": "住民基本台帳からの取得"}


@dataclass(frozen=True, slots=True)
class Registration:
    """One line of the history."""

    valid_from: date
    ended_on: date | None
    reason: str
    identity_check: str
    checked_on: date
    checked_by: str


@dataclass(frozen=True, slots=True)
class Registered:
    """Under which addressee the vault has the number, and its history; empty when it has none."""

    under: Addressee
    history: tuple[Registration, ...]


def registered(addressee: Addressee, *, by: Account) -> Registered:
    """Asks the vault, of those merged into this addressee too. :raises Unreachable: without an answer."""
    asking = Asking(tenancy.current(), by.login, audit.terminal.get(), uuid.uuid4())
    for each in (addressee, *addressee.merged_from.order_by("pk")):
        rows = _history(each, asking)
        if rows:
            return Registered(each, rows)
    return Registered(addressee, ())


def _history(addressee: Addressee, asking: Asking) -> tuple[Registration, ...]:
    try:
        said = vault().ask("/v1/numbers/history", asking, addressee_number=addressee.number)
    except Refused as refused:
        if refused.code == "not_found":
            return ()
        raise
    return tuple(map(_registration, said))


def _registration(row: dict[str, str]) -> Registration:
    return Registration(
        valid_from=date.fromisoformat(row["valid_from"]),
        ended_on=date.fromisoformat(row["ended_on"]) if row["ended_on"] else None,
        reason=row["reason"],
        identity_check=_CHECKS.get(row["identity_check"], row["identity_check"]),
        checked_on=date.fromisoformat(row["checked_on"]),
        checked_by=row["checked_by"],
    )
