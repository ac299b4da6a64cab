"""The door of ``numbers`` for the exchange with other bodies (``/v1/integrated/*``, ``/v1/exchange/*``).

Called by jobs and outside any transaction: rows may not stay locked while the network is waited for. Each
message may be sent again, and is answered as it was the first time.
"""

from __future__ import annotations

import uuid
from typing import Any

from sesshu.addressees.individual_numbers.client import Asking, Refused, Unreachable, vault

__all__ = ["Refused", "Unreachable", "tell"]

# The vault's log names who asked; what a person decided stands in the city's own log with the same request.
MACHINE = "exchange-job"


def tell(municipality: str, path: str, *, actor: str = "", terminal: str = "", **fields: Any) -> Any:
    """Ask one operation for a municipality.

    :param actor: the login of who asked for it; a job of the house by default.
    :raises Unreachable: without an answer; the same may be sent again.
    :raises Refused: when the whole message is refused.
    """
    return vault().ask(path, Asking(municipality, actor or MACHINE, terminal, uuid.uuid4()), **fields)
