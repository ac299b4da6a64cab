"""The state of one system's keys."""

from __future__ import annotations

from typing import Any

from sesshu.protection.keys.models import Destruction, SubjectKey, TenantKey
from sesshu.protection.keys.roots import root
from sesshu.protection.models import Municipality
from sesshu.protection.tenancy import acting_for

_WAITING = (Destruction.State.REQUESTED, Destruction.State.DELETED)


def status() -> dict[str, Any]:
    """Root versions, and for each municipality its versions and how many keys stand where."""
    codes = Municipality.objects.order_by("code").values_list("code", flat=True)
    return {
        "store": root().kind,
        "root_versions": list(root().versions()),
        "municipalities": [_of(code) for code in codes],
    }


def _of(code: str) -> dict[str, Any]:
    with acting_for(code):
        versions = sorted(TenantKey.objects.values_list("version", flat=True))
        held = SubjectKey.objects.filter(municipality_code=code)
        return {
            "municipality": code,
            "versions": versions,
            "subjects": held.count(),
            "behind": held.exclude(tenant_key__version=versions[-1]).count() if versions else 0,
            "waiting": Destruction.objects.filter(state__in=_WAITING).count(),
        }
