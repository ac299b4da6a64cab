"""Our own copies of 照会許可用照合リスト and of the directory, as the core signed them (M11, control 51)."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

from pydantic import ValidationError

from sesshu.intermediate import identity, place
from sesshu.intermediate.models import DirectoryCopy, ListCopy
from sesshu.kernel import clock
from sesshu.protection import tenancy
from sesshu.protocol import envelopes, messages
from sesshu.protocol.messages import Institution, PermissionList, Row

_held: dict[tuple[str, str], tuple[int, Any]] = {}
_lock = threading.Lock()


class Stale(ValueError):
    """Older than what we have, or not to be read; nothing was changed."""


def take_list(token: str) -> int:
    """Keep a list that the core signed. :returns: its version. :raises Stale: when it is older than ours.

    :raises BadEnvelope: when the core did not sign it.
    """
    listing = _parsed(PermissionList, envelopes.verified(token, identity.core_key(), typ=messages.LIST))
    ours = _newest_list()
    if ours is not None and listing.version < ours.version:
        raise Stale(f"照合リスト 第{listing.version}版は、手元の第{ours.version}版より古いものです。")
    if ours is None or listing.version > ours.version:
        ListCopy.objects.create(version=listing.version, token=token, received_at=clock.now())
    return int(listing.version)


def take_directory(token: str) -> int:
    """The same for the directory. :returns: how many institutions stand in it."""
    found = _parsed(
        messages.Directory, envelopes.verified(token, identity.core_key(), typ=messages.DIRECTORY)
    )
    ours = _newest_directory()
    if ours is not None and found.issued_at < ours.issued_at:
        raise Stale("機関の一覧が、手元のものより古いため登録しません。")
    # The core signs it anew for each who asks; only another content makes another copy.
    if ours is None or directory() != {each.code: each for each in found.institutions}:
        DirectoryCopy.objects.create(issued_at=found.issued_at, token=token, received_at=clock.now())
    return len(found.institutions)


def permission_list() -> PermissionList | None:
    """The version in use; none before the first was received."""
    newest = _newest_list()
    return None if newest is None else _remembered("list", newest, messages.LIST, PermissionList)


def directory() -> dict[str, Institution]:
    """Institutions by 機関コード; empty before the first was received."""
    newest = _newest_directory()
    if newest is None:
        return {}
    found = _remembered("directory", newest, messages.DIRECTORY, messages.Directory)
    return {each.code: each for each in found.institutions}


def rows_of(copy: ListCopy) -> tuple[Row, ...]:
    """The rows of one version that came. :raises BadEnvelope, NotSetUp, Stale: when it cannot be trusted."""
    said = envelopes.verified(copy.token, identity.core_key(), typ=messages.LIST)
    listing: PermissionList = _parsed(PermissionList, said)
    return listing.rows


def names() -> dict[str, str]:
    """The institutions' names for people; empty where no directory is here that can be trusted."""
    try:
        return {code: each.name for code, each in directory().items()}
    except (identity.NotSetUp, envelopes.BadEnvelope, Stale):
        return {}


def own() -> Institution | None:
    """What the directory says of ourselves."""
    return directory().get(place.institution())


def row_in_force(
    listing: PermissionList | None,
    *,
    day: date,
    inquirer: Institution | None,
    provider: Institution | None,
    item: str,
    information: str,
    work: str = "",
    procedure: str = "",
) -> Row | None:
    """The row that lets this inquirer ask this provider for this; none when no row does.

    It is named by its item, or by its work and procedure, or by both.
    """
    if listing is None or inquirer is None or provider is None:
        return None
    for row in listing.rows:
        if (
            (row.information, row.inquirer_kind, row.provider_kind)
            == (information, inquirer.kind, provider.kind)
            and (item == row.item if item else bool(work))
            and (not work or (row.work, row.procedure) == (work, procedure))
            and row.starts_on <= day
            and (row.ends_on is None or day <= row.ends_on)
        ):
            return row
    return None


def _newest_list() -> ListCopy | None:
    held = ListCopy.objects.filter(municipality_code=tenancy.current())
    return held.order_by("-version").first()


def _newest_directory() -> DirectoryCopy | None:
    held = DirectoryCopy.objects.filter(municipality_code=tenancy.current())
    return held.order_by("-issued_at").first()


def _remembered(kind: str, copy: ListCopy | DirectoryCopy, typ: str, model: Any) -> Any:
    """Verified once a process: who can write the database must not be able to write the list."""
    name = (tenancy.current(), kind)
    with _lock:
        known = _held.get(name)
    if known is None or known[0] != copy.pk:
        known = (copy.pk, _parsed(model, envelopes.verified(copy.token, identity.core_key(), typ=typ)))
        with _lock:
            _held[name] = known
    return known[1]


def _parsed(model: Any, said: dict[str, Any]) -> Any:
    try:
        return model.model_validate(said)
    except ValidationError:
        raise Stale("ネットワークから届いた一覧の形式が正しくありません。") from None
