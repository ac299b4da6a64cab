"""Persons, doses and flags of the tests of the 副本."""

from __future__ import annotations

from datetime import date
from typing import Any

from sesshu.addressees.models import Addressee
from sesshu.addressees.services import register_unregistered
from sesshu.health.ledger import services as ledger
from sesshu.health.ledger.models import Dose
from sesshu.health.replicas import flags
from sesshu.health.replicas.choices import State
from sesshu.health.replicas.models import OutboxEntry
from sesshu.kernel import clock
from sesshu.protection.models import Account

ISE = "242039"
TODAY = date(2026, 11, 22)


def person(name: str = "見本　花子", **values: Any) -> Addressee:
    return register_unregistered(
        by=None, at=clock.now(),
        values={"name": name, "sex": "2", "birth_date": date(2025, 3, 1), "kind": "2", **values},
    )  # fmt: skip


def given(who: Addressee, on: date = date(2026, 6, 1), **items: Any) -> Dose:
    return ledger.record_dose(addressee=who, vaccine="MR", date=on, by=None, at=clock.now(), **items)


def flag(who: Addressee, by: Account, *, on: bool = True) -> None:
    flags.set_flags(
        addressee=who, no_auto_reply=on, nondisclosure=on, reason="相談による", by=by, at=clock.now(),
        today=TODAY,
    )  # fmt: skip


def waiting() -> list[tuple[str, int]]:
    rows = OutboxEntry.objects.filter(state=State.WAITING).order_by("pk")
    return [(row.kind, row.sequence) for row in rows]
