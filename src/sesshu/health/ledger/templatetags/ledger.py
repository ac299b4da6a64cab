"""Parts that the ledger page repeats in every row."""

from __future__ import annotations

from functools import cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def state(status: str) -> SafeString:
    """The chip of a status or an evaluation; rendered once, for a ledger shows the same few many times."""
    return _state(status)


@cache
def _state(status: str) -> SafeString:
    return render_to_string("web/components/status_chip.html", {"status": status})
