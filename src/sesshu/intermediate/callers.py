"""Who asks at the door, as the log and the records name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sesshu.protection import acts, audit

DISPATCHER = "dispatcher"


@dataclass(frozen=True, slots=True)
class Caller:
    """A person at the city's systems (``actor`` is the login there), or a peer of the network.

    :ivar request: id of the request, the same in the logs of both systems.
    """

    actor: str
    terminal: str = ""
    request: str = ""


def record(action: str, by: Caller, *, count: int = 1, result: str = "ok", **detail: Any) -> None:
    """One event ``intermediate.<action>`` of the trail, in the transaction of the act."""
    said = {"caller": by.actor, "terminal": by.terminal, "request": by.request} | detail
    audit.record(
        f"intermediate.{action}", by=None, actor=by.actor, count=count, result=result, detail=acts.coded(said)
    )
