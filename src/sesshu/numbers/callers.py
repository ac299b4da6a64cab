"""Who uses a number, and the record of it: written in the transaction of the use, or the use is not."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sesshu.kernel import clock
from sesshu.numbers.models import Access
from sesshu.protection import acts, audit


@dataclass(frozen=True, slots=True)
class Caller:
    """A person at a system: ``actor`` is the login there, ``request_id`` the same in both systems' logs.

    :ivar business: 業務ID of the system. :ivar own_numbers: whether its 宛名番号 are not the city's.
    """

    client: str
    actor: str
    terminal: str
    request_id: UUID
    business: str = "019"
    own_numbers: bool = False

    def __str__(self) -> str:
        return f"{self.client}:{self.actor}"


def record(
    caller: Caller,
    operation: str,
    *,
    result: str = "ok",
    addressee: str = "",
    purpose: str = "",
    count: int = 1,
) -> None:
    """One line for the reconciliation by request id and one event for the trail."""
    Access.objects.create(
        at=clock.now(),
        request_id=caller.request_id,
        client=caller.client,
        actor=caller.actor,
        terminal=caller.terminal,
        operation=operation,
        purpose=purpose,
        addressee_number=addressee,
        count=count,
        result=result,
    )
    audit.record(
        f"numbers.{operation}",
        by=None,
        count=count,
        purpose=purpose,
        result=result,
        detail=acts.coded(
            {"request": str(caller.request_id), "caller": str(caller), "terminal": caller.terminal}
        ),
    )
