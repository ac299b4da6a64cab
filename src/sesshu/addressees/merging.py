"""名寄せ: two addressees that are one person become one, and can become two again.

Nothing is deleted. What points at the one that goes (the loser) is moved to the one that stays (the
winner) and each row moved is remembered, so that `undo` moves back these and no others.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q

from sesshu.addressees.choices import ChangeReason
from sesshu.addressees.models import Addressee, AddresseeVersion, Merge, ProtectiveMeasure
from sesshu.addressees.services import NotAllowed, record_version
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

_movers: dict[str, tuple[type[models.Model], str]] = {}
_keepers: set[str] = set()


def register_mover(model: type[models.Model], field: str) -> None:
    """At start-up: rows of `model` follow the person when `field` points at the one that goes.

    A row that would break a unique constraint stays where it is.
    """
    _movers[_key(model, field)] = (model, field)


def register_keeper(model: type[models.Model], field: str) -> None:
    """At start-up: rows of `model` stay with the one that goes (history, and what is reckoned anew)."""
    _keepers.add(_key(model, field))


def rules() -> frozenset[str]:
    """The `app.Model.field` that have a merge rule, for the test that every foreign key has one."""
    return frozenset(_movers) | frozenset(_keepers)


def _key(model: type[models.Model], field: str) -> str:
    return f"{model._meta.label}.{field}"


@transaction.atomic
def merge(*, winner: int, loser: int, by: Account | None, at: datetime, reason: str) -> Merge:
    """Make `loser` part of `winner` (both ids of addressees).

    :raises NotAllowed: the same person twice, one merged already, or twins.
    """
    kept, gone = _both(winner, loser)
    _check(kept, gone)
    moved = {key: _move(model, field, gone.pk, kept.pk) for key, (model, field) in _movers.items()}
    gone.merged_into, gone.updated_at = kept, at
    gone.save()
    done = Merge.objects.create(
        winner=kept, loser=gone, moved=moved, reason=reason, merged_at=at, merged_by=by
    )
    for each in (kept, gone):
        record_version(each, by=by, at=at, reason=ChangeReason.MERGE)
    audit.record("addressee.merge", by=by, subjects=[winner, loser], detail={"merge": done.pk})
    return done


@transaction.atomic
def undo(*, merge: int, by: Account | None, at: datetime) -> Merge:
    """Make two of one again; what came to the winner after the merge stays with the winner.

    :raises NotAllowed: undone already, or the winner has since been merged into another.
    """
    done = Merge.objects.select_for_update().get(municipality_code=current(), pk=merge)
    if done.undone_at is not None:
        raise NotAllowed("この名寄せは取り消し済みです。")
    kept, gone = _both(done.winner_id, done.loser_id)
    if kept.merged_into_id is not None:
        raise NotAllowed("残した宛名がその後さらに名寄せされています。後の名寄せを先に取り消してください。")
    for key, ids in done.moved.items():
        if key in _movers:
            model, field = _movers[key]
            _move(model, field, kept.pk, gone.pk, ids)
    gone.merged_into, gone.updated_at = None, at
    gone.save()
    done.undone_at, done.undone_by = at, by
    done.save()
    for each in (kept, gone):
        record_version(each, by=by, at=at, reason=ChangeReason.MERGE)
    audit.record("addressee.unmerge", by=by, subjects=[kept.pk, gone.pk], detail={"merge": done.pk})
    return done


def merges_of(pk: int) -> list[Merge]:
    """The merges that stand and in which this person is either side, newest first."""
    found = Merge.objects.filter(
        Q(winner_id=pk) | Q(loser_id=pk), municipality_code=current(), undone_at__isnull=True
    )
    return list(found.select_related("winner", "loser", "merged_by").order_by("-merged_at"))


def are_twins(one: Addressee, other: Addressee) -> bool:
    """Born on the same day, in the same household, and not of one name: two people."""
    return bool(
        one.birth_date
        and one.birth_date == other.birth_date
        and one.household_number
        and one.household_number == other.household_number
        and one.name != other.name
    )


def _both(one: int, other: int) -> tuple[Addressee, Addressee]:
    # Always in the order of their ids, so that two merges at once cannot wait for each other.
    rows = Addressee.objects.select_for_update().filter(municipality_code=current(), pk__in=[one, other])
    found = {each.pk: each for each in rows.order_by("pk")}
    if one == other:
        raise NotAllowed("同じ宛名どうしは名寄せできません。相手を選び直してください。")
    if len(found) != 2:
        raise Addressee.DoesNotExist
    return found[one], found[other]


def _check(kept: Addressee, gone: Addressee) -> None:
    for each in (kept, gone):
        if each.merged_into_id is not None:
            raise NotAllowed(f"宛名番号「{each.number}」は名寄せ済みです。名寄せ先を選んでください。")
    if are_twins(kept, gone):
        raise NotAllowed("同じ世帯・同じ生年月日で氏名が違います。双子とみられるため名寄せできません。")


def _move(
    model: type[models.Model], field: str, source: int, target: int, ids: list[Any] | None = None
) -> list[Any]:
    """Point rows at another person; the ids of those that could."""
    rows = model._default_manager.filter(**{field: source})
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    chosen = list(rows.order_by("pk").values_list("pk", flat=True))
    if not chosen or _moves(model, field, chosen, target):
        return chosen
    return [pk for pk in chosen if _moves(model, field, [pk], target)]


def _moves(model: type[models.Model], field: str, ids: list[Any], target: int) -> bool:
    try:
        with transaction.atomic():
            model._default_manager.filter(pk__in=ids).update(**{field: target})
    except IntegrityError:
        return False
    return True


register_mover(ProtectiveMeasure, "addressee")
register_keeper(AddresseeVersion, "addressee")
register_keeper(Addressee, "merged_into")
register_keeper(Merge, "winner")
register_keeper(Merge, "loser")
