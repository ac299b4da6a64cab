"""What a command of the command line gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

DONE, DONE_WITH_REJECTED_ROWS, REFUSED = 0, 1, 2


class Refused(Exception):
    """The command was not carried out; the message says in Japanese why and what to do."""


@dataclass(frozen=True)
class Outcome:
    """``data`` is printed as the one JSON object with ``--json``, ``text`` without."""

    data: dict[str, Any]
    text: str = ""
    exit_code: int = field(default=DONE)
