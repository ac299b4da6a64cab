"""What each role of the city holds: the product's definition, or the city's own last version of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from sesshu.protection.accounts.models import RoleVersion
from sesshu.protection.roles import Role, roles_of
from sesshu.protection.tenancy import current


@dataclass(frozen=True, slots=True)
class Definition:
    """A role at a time. ``version`` None: as the product defines it."""

    code: str
    label: str
    actions: frozenset[str]
    purposes: frozenset[str]
    version: RoleVersion | None = None

    @property
    def built_in(self) -> bool:
        return self.code in Role.values


def definitions(known_at: datetime | None = None) -> dict[str, Definition]:
    """All roles of this system by code, today or as known at a time; the product's first, then the city's."""
    found = {
        role.value: Definition(role.value, str(role.label), role.actions, role.purposes)
        for role in roles_of(settings.SYSTEM)
    }
    versions = RoleVersion.objects.filter(municipality_code=current()).order_by("pk")
    if known_at is not None:
        versions = versions.filter(recorded_at__lte=known_at)
    for version in versions.select_related("asked_by", "approved_by"):
        found[version.role] = Definition(
            version.role, version.label, frozenset(version.actions), frozenset(version.purposes), version
        )
    return found


def history(code: str) -> list[RoleVersion]:
    """The city's versions of a role, newest first."""
    found = RoleVersion.objects.filter(municipality_code=current(), role=code)
    return list(found.select_related("asked_by", "approved_by").order_by("-pk"))


def labels() -> dict[str, str]:
    return {code: definition.label for code, definition in definitions().items()}


def actions_of(codes: list[str]) -> frozenset[str]:
    """What one who holds these roles together may do."""
    known = definitions()
    return frozenset[str]().union(*(known[code].actions for code in codes if code in known))
