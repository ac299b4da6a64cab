"""A person whose period of keeping is over is erased in the vault too, before the city's rows go (H21, S08).

Two persons of the city have asked for it and approved it in the retention's own procedure; the vault is told
so by two names. Its wrapped keys go at once; ``sesshu numbers erasures`` makes it final, with receipts.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.conf import settings

from sesshu.addressees.individual_numbers.client import Asking, Refused, vault
from sesshu.addressees.models import Addressee
from sesshu.protection.tenancy import acting_for

_REASON = "保存期間の満了"


def erase(municipality: str, persons: Sequence[int]) -> list[str]:
    """The vault's erasures of these persons' numbers. May be called again for the same persons.

    :raises Unreachable: when the vault does not answer; nobody's rows go then.
    """
    if not settings.VAULT["address"]:
        return []
    with acting_for(municipality):
        held = Addressee.objects.filter(municipality_code=municipality, pk__in=persons)
        numbers = list(held.order_by("pk").values_list("number", flat=True))
    return [found for number in numbers if (found := _erase(municipality, number))]


def _erase(municipality: str, addressee_number: str) -> str:
    asks, approves = (
        Asking(municipality, actor, "", uuid.uuid4()) for actor in ("retention-request", "retention-approval")
    )
    try:
        asked = vault().ask("/v1/erasures/request", asks, addressee_number=addressee_number, reason=_REASON)
    except Refused as refused:
        if refused.code == "not_found":
            return ""
        raise
    vault().ask(f"/v1/erasures/{asked['id']}/approve", approves)
    return f"numbers:{asked['id']}"
