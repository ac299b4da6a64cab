"""A date as staff type it: 西暦 or 和暦, with the other calendar's reading beside it as they type."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from sesshu.kernel.wareki import parse_date, to_wareki


class DateInput(forms.TextInput):
    template_name = "web/components/date_input.html"
    input_type = "text"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "placeholder": "例 R8.11.22"} | (attrs or {}))

    def format_value(self, value: Any) -> str | None:
        return value.isoformat() if isinstance(value, date) else super().format_value(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["reading"] = read(context["widget"]["value"] or "")
        context["widget"]["attrs"] |= {
            "hx-post": reverse("web:date-reading"),
            "hx-params": name,
            "hx-trigger": "input changed delay:200ms, change",
            "hx-target": "next .date__reading",
            "hx-sync": "this:replace",
        }
        return context


class DateField(forms.Field):
    """A day, typed as 2026-11-22, 20261122, 令和8年11月22日 or R8.11.22."""

    widget = DateInput

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        try:
            return parse_date(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


def read(text: str) -> str:
    """The day that `text` names, in both calendars; "" for a blank, a hint for what cannot be read."""
    if not text.strip():
        return ""
    try:
        day = parse_date(text)
        return f"{to_wareki(day)}（{day.isoformat()}）"
    except ValueError:
        return "日付として読めません"
