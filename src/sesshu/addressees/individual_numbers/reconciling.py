"""The city's log of uses of 個人番号 against the vault's, request by request (control 22)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sesshu.addressees.individual_numbers.client import Asking, vault
from sesshu.protection import audit
from sesshu.protection.models import AuditEvent
from sesshu.protection.tenancy import acting_for

_USES = ("register", "change", "reveal", "search")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Request ids with operation that stand in both logs, and in one alone."""

    both: int
    only_city: tuple[tuple[str, str], ...]
    only_vault: tuple[tuple[str, str], ...]


def reconcile(municipality: str, *, since: datetime, until: datetime) -> Reconciled:
    """Compare a span of time. :raises Unreachable: without an answer of the vault."""
    with acting_for(municipality):
        ours = _city(since, until)
        asking = Asking(municipality, "command-line", "", uuid.uuid4())
        said = vault().ask("/v1/accesses", asking, since=since.isoformat(), until=until.isoformat())
        theirs = {(row["request_id"], row["operation"]) for row in said if row["operation"] in _USES}
        found = Reconciled(len(ours & theirs), tuple(sorted(ours - theirs)), tuple(sorted(theirs - ours)))
        audit.record(
            "number.reconcile", by=None,
            detail={"both": found.both, "city": len(found.only_city), "vault": len(found.only_vault)},
        )  # fmt: skip
    return found


def _city(since: datetime, until: datetime) -> set[tuple[str, str]]:
    events = AuditEvent.objects.filter(
        at__gte=since, at__lt=until, action__in=[f"number.{use}" for use in _USES]
    )
    return {
        (str(detail.get("request", "")), action.removeprefix("number."))
        for action, detail in events.values_list("action", "detail")
    }
