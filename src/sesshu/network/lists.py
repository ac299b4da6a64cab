"""Versions of 照会許可用照合リスト: published by the command line, never changed, given out signed (N03)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import Max

from sesshu.kernel import clock
from sesshu.network import core_keys
from sesshu.network.matching import Matcher
from sesshu.network.models import ListVersion
from sesshu.protection import audit
from sesshu.protocol import envelopes, messages
from sesshu.protocol.messages import PermissionList, Row


class NotPublished(ValueError):
    """The version is not published; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Held:
    """A version with its rows read."""

    version: int
    rows: tuple[Row, ...]
    matcher: Matcher


def publish(rows: Sequence[Row], *, starts_on: date) -> ListVersion:
    """A new version, in force from a day on that is not before its forerunner's.

    :raises NotPublished: without rows, for a day before its forerunner's, or when nothing would change.
    """
    if not rows:
        raise NotPublished("リストに行がありません。")
    last = ListVersion.objects.order_by("-version").first()
    stored = [row.model_dump(mode="json") for row in rows]
    if last and starts_on < last.starts_on:
        raise NotPublished(f"適用開始日は、第{last.version}版の{last.starts_on}以後にしてください。")
    if last and stored == last.rows:
        raise NotPublished(f"第{last.version}版から変わったところがありません。")
    version, at = (last.version + 1 if last else 1), clock.now()
    said = PermissionList(version=version, issued_at=int(at.timestamp()), rows=tuple(rows))
    key = core_keys.own_key()
    token = envelopes.signed(said.model_dump(mode="json"), key, typ=messages.LIST)
    audit.record(
        "network.list-published", by=None, count=len(rows),
        detail={"list_version": version, "from": starts_on.isoformat()},
    )  # fmt: skip
    return ListVersion.objects.create(
        version=version, starts_on=starts_on, published_at=at, rows=stored, token=token
    )


def version_in_force(on: date) -> int | None:
    """The highest version that has begun."""
    found: int | None = ListVersion.objects.filter(starts_on__lte=on).aggregate(v=Max("version"))["v"]
    return found


def in_force(on: date) -> Held | None:
    """It with its rows; None before the first begins."""
    version = version_in_force(on)
    return None if version is None else _read(version, _stamp(version))


def token_in_force(on: date) -> tuple[int, str] | None:
    """It as it is given out: version and JWS."""
    found = ListVersion.objects.filter(starts_on__lte=on).order_by("-version").first()
    return (found.version, found.token) if found else None


def rows_of(version: int) -> tuple[Row, ...]:
    """:raises NotPublished: when there is no such version."""
    found = ListVersion.objects.filter(pk=version).values_list("rows", flat=True).first()
    if found is None:
        raise NotPublished(f"第{version}版はありません。")
    return tuple(Row(**row) for row in found)


def _stamp(version: int) -> str:
    return str(ListVersion.objects.values_list("published_at", flat=True).get(pk=version))


@lru_cache(maxsize=4)
def _read(version: int, stamp: str) -> Held:
    # The moment of publication keeps two databases of one process (tests) apart.
    rows = rows_of(version)
    return Held(version, rows, Matcher(rows))
