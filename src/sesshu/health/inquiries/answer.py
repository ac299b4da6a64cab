"""The answer of an inquiry as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sesshu.health.catalogue import selectors as catalogue
from sesshu.health.inquiries import comparing, deciding, provided, sealing
from sesshu.health.inquiries.choices import Decision, Fate, State
from sesshu.health.inquiries.comparing import Compared
from sesshu.health.inquiries.kinds import kind_of
from sesshu.health.inquiries.models import Inquiry, Received
from sesshu.health.inquiries.provided import Provided
from sesshu.health.ledger import selectors as ledger
from sesshu.kernel import clock
from sesshu.kernel.masking import HIDDEN


@dataclass(frozen=True, slots=True)
class Decided:
    """A record that is decided; ``was_voided``: the dose that came of it does not stand any more."""

    provided: Provided
    row: Received

    @property
    def was_voided(self) -> bool:
        return self.row.dose is not None and self.row.dose.is_void

    @property
    def label(self) -> str:
        return str(Decision(self.row.decision).label)


def shown(inquiry: Inquiry, *, hides: bool) -> dict[str, Any]:
    """The context of the page; empty where nothing was provided or it was erased.

    :param hides: whether the dwelling place of the person may not be seen.
    """
    if inquiry.state not in (State.ANSWERED, State.CLOSED) or inquiry.key is None:
        return {"erased": inquiry.state == State.CLOSED and inquiry.answered_at is not None}
    rows = list(inquiry.received.select_related("dose", "decided_by").order_by("place"))
    kind = kind_of(inquiry.kind)
    if kind is None or not kind.ledger:
        return {"facts": _facts(inquiry, rows, hides)}
    decided = [
        Decided(provided.read(row, content), row)
        for row, content in sealing.opened(inquiry, [row for row in rows if row.decision])
    ]
    compared = _judged(inquiry, [row for row in rows if not row.decision])
    return {
        "compared": compared,
        "decided": decided,
        "undated": deciding.UNDATED,
        "new": sum(each.fate is Fate.NEW for each in compared),
        "vaccines": list(catalogue.vaccine_names().items()),
        "counts": [
            (str(fate.label), found) for fate in Fate if (found := sum(c.fate is fate for c in compared))
        ],
    }


def _judged(inquiry: Inquiry, rows: list[Received]) -> list[Compared]:
    if not rows:
        return []
    ours = list(ledger.doses(inquiry.addressee_id))
    return comparing.judged(
        deciding.compared(inquiry, rows, ours),
        inquiry.addressee,
        ours,
        ledger.known_of_person(inquiry.addressee_id),
        today=clock.today(),
    )


def _facts(inquiry: Inquiry, rows: list[Received], hides: bool) -> list[list[tuple[str, Any]]]:
    """What was provided under the words of the kind; a field it does not name is not shown."""
    kind = kind_of(inquiry.kind)
    fields, dwelling = (kind.fields, kind.dwelling) if kind else ({}, ())
    return [
        [
            (words, HIDDEN if hides and name in dwelling else content.get(name))
            for name, words in fields.items()
        ]
        for _, content in sealing.opened(inquiry, rows)
    ]
