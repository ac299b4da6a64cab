"""A provided record in the words of our ledger: programme and vaccine by code or name, all else as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sesshu.health.catalogue import selectors as catalogue
from sesshu.health.inquiries.models import Received
from sesshu.health.ledger.models import Dose, Route
from sesshu.kernel.kana import fold


@dataclass(frozen=True, slots=True)
class Provided:
    """``problem`` says why it cannot be taken as it is; "" when it can."""

    row: Received
    content: Mapping[str, Any]
    on: date | None
    programme: str
    vaccine: str
    problem: str

    def text(self, name: str) -> str:
        value = self.content.get(name)
        return "" if value is None else str(value).strip()

    @property
    def volume_ml(self) -> Decimal | None:
        try:
            return (
                Decimal(self.text("volume_ml")).quantize(Decimal("0.01")) if self.text("volume_ml") else None
            )
        except InvalidOperation:
            return None

    @property
    def dose_number(self) -> int | None:
        text = self.text("dose_number")
        return int(text) if text.isdecimal() and len(text) < 3 else None

    @property
    def route(self) -> str:
        known = {str(route): str(route) for route in Route} | {str(r.label): str(r) for r in Route}
        return known.get(self.text("route"), "")

    @property
    def programme_shown(self) -> str:
        return catalogue.programme_name(self.programme) if self.programme else self.text("programme")

    @property
    def vaccine_shown(self) -> str:
        return catalogue.vaccine_name(self.vaccine) if self.vaccine else self.text("vaccine")


def read(row: Received, content: Mapping[str, Any]) -> Provided:
    """The record as we understand it; what is not understood stays in ``content`` and is said."""
    on = _date(content.get("administered_on"))
    vaccine = _code(content.get("vaccine"), catalogue.vaccine_names())
    names = {found.code: found.name for found in catalogue.national_programmes()}
    programme = _code(content.get("programme"), names)
    programme, vaccine = _fitting(programme, vaccine)
    problem = ""
    if on is None:
        problem = f"接種日「{content.get('administered_on') or ''}」を読めません。"
    elif not vaccine:
        problem = f"ワクチン「{content.get('vaccine') or ''}」を読み替えられません。選んでください。"
    return Provided(row, content, on, programme, vaccine, problem)


def items_of(found: Provided) -> dict[str, Any]:
    """The fields of a dose of ours, but for person, date, vaccine and programme; cut to what fits there."""
    values = {
        "maker": found.text("manufacturer"), "lot_number": found.text("lot"), "site": found.text("site"),
        "doctor": found.text("doctor"), "provider_name": found.text("provider"),
    }  # fmt: skip
    cut = {name: text[: _room(name)] for name, text in values.items()}
    return cut | {
        "volume_ml": found.volume_ml,
        "route": found.route,
        "reported_dose_number": found.dose_number,
    }


def _room(name: str) -> int:
    return int(getattr(Dose._meta.get_field(name), "max_length", 0))


def _fitting(programme: str, vaccine: str) -> tuple[str, str]:
    """One tells the other where only one fits."""
    if vaccine and not programme and len(catalogue.vaccine_programmes(vaccine)) == 1:
        return catalogue.vaccine_programme(vaccine), vaccine
    if programme and not vaccine:
        vaccines = catalogue.programme_vaccines(programme)
        return programme, vaccines[0] if len(vaccines) == 1 else ""
    return programme, vaccine


def _code(value: Any, names: Mapping[str, str]) -> str:
    text = "" if value is None else str(value).strip()
    if text in names:
        return text
    wanted = fold(text)
    return next((code for code, name in names.items() if wanted and fold(name) == wanted), "")


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
