"""照会 of 住登外者 by number or basic information, former names and addresses too (0310005, 0310007)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from sesshu.numbers import callers, indexing
from sesshu.numbers.callers import Caller
from sesshu.numbers.unregistered import sealing
from sesshu.numbers.unregistered.fields import ADDRESS, CONTENT, NAMES
from sesshu.numbers.unregistered.models import Version
from sesshu.protection import tenancy
from sesshu.protection.keys.models import TenantKey

MOST = 100
# How many are opened to be compared before the search must be narrowed.
_OPENED = 2_000


class TooMany(ValueError):
    """The search is to be narrowed."""


def inquire(values: Mapping[str, str], *, by: Caller) -> list[dict[str, Any]]:
    """The persons found, each with the present version or all; never an 個人番号.

    What another business closed to others is left out. :raises TooMany: more than can be looked through.
    """
    candidates = list(_candidates(values, by).values_list("person_id", flat=True).distinct()[: _OPENED + 1])
    if len(candidates) > _OPENED:
        raise TooMany
    rows = list(
        Version.objects.filter(municipality_code=tenancy.current(), person__in=candidates)
        .filter(Q(is_hidden=False) | Q(business=by.business))
        .select_related("person__merged_into")
        .order_by("person__addressee_number", "-number")
    )
    content = sealing.opened(rows)
    found = {row.person_id for row in rows if row.pk in content and _fits(content[row.pk], values)}
    said = [
        _shown(row, content[row.pk])
        for row in _wanted(rows, values["rirekikubun"] == "1")
        if row.person_id in found and row.pk in content
    ]
    if len(said) > MOST:
        raise TooMany
    callers.record(by, "unregistered-find", count=len(found))
    return said


def _wanted(rows: Iterable[Version], everything: bool) -> Iterable[Version]:
    seen = set()
    for row in rows:
        if everything or row.person_id not in seen:
            yield row
        seen.add(row.person_id)


def _candidates(values: Mapping[str, str], by: Caller) -> QuerySet[Version]:
    """By what can be asked of the database: numbers, and digests of whole values."""
    found = Version.objects.filter(municipality_code=tenancy.current(), person__key_id__isnull=False)
    if values["atenabango"]:
        found = found.filter(person__addressee_number=values["atenabango"])
    if values["kojinbango"]:
        held = indexing.holders_of([values["kojinbango"]]).get(values["kojinbango"], [])
        found = found.filter(person__addressee_number__in=[addressee for addressee, _ in held])
    keys = list(TenantKey.objects.filter(municipality_code=tenancy.current()))
    for column, field in sealing.DIGESTS.items():
        if values[field] and (field == "seinengappi" or values["kensakukubun"] != "1"):
            found = found.filter(_digested(column, field, values[field], keys))
    return found


def _digested(column: str, field: str, value: str, keys: Iterable[TenantKey]) -> Q:
    asked = Q(pk__in=[])
    for key in keys:
        asked |= Q(**{"tenant_key": key, column: sealing.digest(field, value, key)})
    return asked


def _fits(content: Mapping[str, str], values: Mapping[str, str]) -> bool:
    partial = values["kensakukubun"] == "1"
    for field in NAMES:
        asked, held = sealing.folded(values[field]), sealing.folded(content[field])
        if asked and not (asked in held if partial else asked == held):
            return False
    for field in ("seibetsu", "seinengappi"):
        if values[field] and values[field] != content[field]:
            return False
    address = sealing.folded("".join(content[field] for field in ADDRESS if field != "yubinbango"))
    asked = sealing.folded(values["jusho"])
    return not asked or (asked in address if partial else asked == address)


def _shown(row: Version, content: Mapping[str, str]) -> dict[str, Any]:
    target = row.person.merged_into
    return {
        "shikuchosonkodo": tenancy.current(),
        "atenabango": row.person.addressee_number,
        "rirekibango": row.number,
        **{name: content[name] for name in CONTENT},
        "gyomuid": row.business,
        "nayosemotofuragu": "1" if target else "0",
        "nayosesakiatenabango": target.addressee_number if target else "",
        "tagyomusanshofukafuragu": "1" if row.is_hidden else "0",
        "koshinnichiji": row.at.isoformat(),
    }
