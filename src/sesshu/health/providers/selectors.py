"""Reads of medical institutions and venues."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from sesshu.health.providers.models import Doctor, Provider
from sesshu.kernel.kana import to_katakana
from sesshu.protection.tenancy import current


def providers(search: str = "") -> QuerySet[Provider]:
    """The city's providers by code; ``search`` looks into code, name and kana."""
    found = Provider.objects.filter(municipality_code=current()).order_by("code")
    if text := search.strip():
        found = found.filter(
            Q(code__startswith=text) | Q(name__icontains=text) | Q(name_kana__icontains=to_katakana(text))
        )
    return found


def provider(code: str) -> Provider | None:
    return providers().filter(code=code).first()


def by_code(codes: set[str]) -> dict[str, Provider]:
    """The providers of these codes, in one query."""
    return {found.code: found for found in providers().filter(code__in=codes)}


def doctors(provider_id: int) -> QuerySet[Doctor]:
    return Doctor.objects.filter(municipality_code=current(), provider_id=provider_id).order_by("name")


def provisional_count() -> int:
    """How many providers a file brought in that nobody has looked at yet."""
    return providers().filter(provisional=True).count()
