"""The panel of the ledger page: whether one moved in and from where, and what became of the inquiries.

One question to the database, whatever there is to show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.template.loader import render_to_string

from sesshu.addressees.choices import Kind
from sesshu.addressees.masked import may_see_protected
from sesshu.addressees.models import Addressee, ProtectiveMeasure
from sesshu.health.inquiries import wards, watching
from sesshu.health.inquiries.choices import PENDING, State
from sesshu.health.inquiries.kinds import VACCINATION, kind_of
from sesshu.health.inquiries.models import Institution
from sesshu.kernel import clock
from sesshu.kernel.masking import HIDDEN
from sesshu.protection.actions import Action
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current
from sesshu.protection.terminals.policies import may_handle_numbers
from sesshu.web.permission import may

_SHOWN = 5
_OF_INQUIRY = ("pk", "kind", "state", "provider", "provider_name", "asked_at", "refusal", "cancel_requested")


@dataclass(frozen=True, slots=True)
class Line:
    """One inquiry of the panel."""

    pk: int
    kind: str
    state: str
    provider: str
    asked_at: datetime
    cancel_requested: bool

    @property
    def title(self) -> str:
        found = kind_of(self.kind)
        return found.title if found else self.kind

    @property
    def chip(self) -> str:
        return f"inquiry-{self.state}"

    @property
    def is_pending(self) -> bool:
        return self.state in PENDING


@dataclass(frozen=True, slots=True)
class Shown:
    """``former``: the 機関コード of the former municipality, ``former_name`` as may be shown."""

    former: str
    former_name: str
    moved_in: bool
    lines: tuple[Line, ...]

    @property
    def watched(self) -> bool:
        return any(line.is_pending for line in self.lines)

    @property
    def pause(self) -> str:
        return watching.pause(max(line.asked_at for line in self.lines if line.is_pending))

    @property
    def asked(self) -> bool:
        """Whether the former municipality has been asked and has not refused."""
        over = {State.CANCELLED, State.FAILED, State.REFUSED}
        return any(line.kind == VACCINATION and line.state not in over for line in self.lines)


def panel(request: HttpRequest, addressee_id: int, *, problem: str = "") -> str:
    """The panel's HTML, with why an inquiry was not made; "" for a person about whom nobody asks."""
    shown = gather(request, addressee_id)
    if shown is None:
        return ""
    context = {
        "shown": shown,
        "problem": problem,
        "addressee_id": addressee_id,
        "may_ask": may(request, Action.EXCHANGE_INQUIRE),
        "may_flag": may(request, Action.EXCHANGE_FLAGS),
        "designated": may_handle_numbers(request),
    }
    return render_to_string("inquiries/panel.html", context, request=request)


def gather(request: HttpRequest, addressee_id: int) -> Shown | None:
    """What the panel shows; None for one about whom nobody asks (a company), or nobody at all."""
    rows = list(_rows(addressee_id))
    if not rows or rows[0]["kind"] not in {Kind.RESIDENT, Kind.UNREGISTERED}:
        return None
    first = rows[0]
    hides = first["protected"] and not may_see_protected(account(request))
    former = wards.institution_of(first["former_municipality_code"])
    name = first["former_name"] or ("転入前の市区町村" if former else "")
    moved_in = first["resident_since"] is not None and first["resident_since"] != first["birth_date"]
    return Shown(
        former=former,
        former_name=HIDDEN if hides and former else name,
        moved_in=moved_in,
        lines=tuple(_line(row, hides) for row in rows if row["inquiries__pk"] is not None),
    )


def _rows(addressee_id: int) -> Any:
    """The person with each of the newest inquiries, in one query."""
    today = clock.today()
    code = Concat(Value("02"), OuterRef("former_municipality_code"), Value("00000000"))
    named = Institution.objects.filter(municipality_code=current(), code=code).values("name")[:1]
    measures = ProtectiveMeasure.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), addressee=OuterRef("pk"), starts_on__lte=today
    )
    found = Addressee.objects.filter(municipality_code=current(), pk=addressee_id)
    return (
        found.annotate(former_name=Subquery(named), protected=Exists(measures))
        .order_by(F("inquiries__asked_at").desc(nulls_last=True), "-inquiries__pk")
        .values(
            "kind", "birth_date", "resident_since", "former_municipality_code", "former_name", "protected",
            *(f"inquiries__{name}" for name in _OF_INQUIRY),
        )[:_SHOWN]
    )  # fmt: skip


def _line(row: dict[str, Any], hides: bool) -> Line:
    return Line(
        pk=row["inquiries__pk"],
        kind=row["inquiries__kind"],
        state=row["inquiries__state"],
        provider=HIDDEN if hides else row["inquiries__provider_name"],
        asked_at=row["inquiries__asked_at"],
        cancel_requested=row["inquiries__cancel_requested"],
    )
