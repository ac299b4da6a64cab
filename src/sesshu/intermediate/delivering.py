"""What becomes of a message at the other side, told to the inquiry, provision or record it is of."""

from __future__ import annotations

from typing import Any

from sesshu.intermediate import bulk, callers, outbox, outcomes, permitting, recording
from sesshu.intermediate.callers import DISPATCHER, Caller
from sesshu.intermediate.choices import Event, OutboxKind, ProvisionState
from sesshu.intermediate.models import Outbox, Provision
from sesshu.kernel import clock
from sesshu.protection import tenancy
from sesshu.protocol.refusals import Refusal

_ACKNOWLEDGED = {"accepted", "known"}


def settle(said: Any) -> set[str]:
    """Take in how an inquirer answered our answers. :returns: the permits that are done with.

    :raises KeyError, TypeError: when it is no such list.
    """
    states = {str(each["permit"]): each for each in said}
    held = list(
        Provision.objects.select_for_update(of=("self",))
        .filter(municipality_code=tenancy.current(), permit__in=states)
        .select_related("person")
        .order_by("permit")
    )
    ended = [each for each in held if each.state == ProvisionState.ANSWERED]
    for provision in ended:
        _end(provision, str(states[provision.permit]["state"]), states[provision.permit].get("refusal"))
    bulk.update(ended, ["state", "refusal", "delivered_at", "ended_at"])
    # What was withheld stands in the records since it was decided.
    recording.write(
        recording.of_provision(each, Event.REFUSED if each.refusal else Event.PROVIDED)
        for each in ended
        if each.refusal != Refusal.WITHHELD
    )
    outcomes.of_provisions(ended)
    refused = sum(each.state == ProvisionState.REFUSED for each in ended)
    callers.record("delivered", Caller(DISPATCHER), count=len(ended), refused=refused)
    return set(states)


def _end(provision: Provision, state: str, refusal: str | None) -> None:
    at = clock.now()
    provision.ended_at = at
    provision.state = ProvisionState.REFUSED
    if state in _ACKNOWLEDGED:
        provision.state, provision.delivered_at = ProvisionState.DELIVERED, at
    if refusal is not None or state not in _ACKNOWLEDGED:
        known = refusal in Refusal.__members__.values()
        provision.refusal = provision.refusal or (str(refusal) if known else Refusal.INVALID)


def give_up(row: Outbox, code: str) -> None:
    """The other side will never take this message: what it is of ends as refused."""
    if row.kind == OutboxKind.PERMIT:
        permitting.refuse([row.key])
    elif row.kind == OutboxKind.ANSWER:
        settle([{"permit": row.key, "state": "refused", "refusal": code}])
    outbox.done([row])
