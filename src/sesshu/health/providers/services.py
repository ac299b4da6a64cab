"""Commands on medical institutions and venues."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import transaction

from sesshu.health.providers.models import Doctor, Provider, ProviderKind
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

_CODE = re.compile(r"[0-9A-Za-z-]{1,10}")
_FIELDS = ("name", "name_kana", "kind", "address", "telephone", "outside")


class ProviderRefused(ValueError):
    """The provider cannot be kept as asked; the message says why."""


@transaction.atomic
def save_provider(*, code: str, by: Account | None, at: datetime, **values: Any) -> Provider:
    """Add the provider of ``code`` or change it; a provisional one is thereby confirmed.

    :raises ProviderRefused: for a code that is not 1 to 10 half-width letters or digits, or a blank name.
    """
    _check(code, values.get("name", ""))
    provider, _ = Provider.objects.get_or_create(
        municipality_code=current(), code=code, defaults={"name": values["name"]}
    )
    for name in _FIELDS:
        if name in values:
            setattr(provider, name, values[name])
    provider.provisional = False
    provider.save()
    audit.record("provider.save", by=by, count=0, detail={"provider": provider.pk, "at": at.isoformat()})
    return provider


@transaction.atomic
def ensure_provider(code: str, name: str = "", *, by: Account | None = None) -> tuple[Provider, bool]:
    """The provider of ``code``, and whether it had to be registered provisionally (仮登録).

    :raises ProviderRefused: for a code that can be none.
    """
    _check(code, name or code)
    provider, created = Provider.objects.get_or_create(
        municipality_code=current(),
        code=code,
        defaults={"name": name or f"医療機関 {code}", "provisional": True, "kind": ProviderKind.INDIVIDUAL},
    )
    if created:
        audit.record("provider.provisional", by=by, count=0, detail={"provider": provider.pk})
    return provider, created


@transaction.atomic
def add_doctor(*, provider: Provider, name: str, by: Account | None) -> Doctor:
    """A doctor of the provider; the same name again is the same doctor.

    :raises ProviderRefused: for a blank name.
    """
    if not name.strip():
        raise ProviderRefused("医師名を入力してください。")
    doctor, created = Doctor.objects.get_or_create(
        municipality_code=current(), provider=provider, name=name.strip()
    )
    if created:
        audit.record("provider.doctor", by=by, count=0, detail={"provider": provider.pk})
    return doctor


def _check(code: str, name: str) -> None:
    if not _CODE.fullmatch(code):
        raise ProviderRefused(f"医療機関コード「{code[:20]}」は半角の英数字10文字以内で指定してください。")
    if not name.strip():
        raise ProviderRefused("医療機関名を入力してください。")
