"""All that one municipality has in this system, erased: its rows, its files, then its keys (S08, H21).

Every step commits with its event in the log, so that a kill loses nothing and a rerun goes on; how much went
is counted from these events. What stays is named in :data:`KEPT`: a table that is not named is emptied, so
that a new one is never forgotten.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Sum

from sesshu.protection import audit
from sesshu.protection.keys import destruction
from sesshu.protection.keys.models import Destruction
from sesshu.protection.models import AuditEvent
from sesshu.protection.tenancy import TenantModel, acting_for

STEP = 5_000
ACT = "keys.empty"
Tell = Callable[[str, int], None]

# By application or by table: why it stays. None of them holds a resident but by an internal id.
KEPT = {
    "protection": "the log: appended only, ids only",
    "trail": "the log's tree, its reviews and alerts: ids only",
    "keys": "what was destroyed; the keys themselves go by their destruction",
    "retention": "that and what was erased: ids only",
    "accounts": "staff: who could see what, and by whose leave",
    "sign_in": "staff, with the log",
    "terminals": "machines",
    "taking_out": "who took what out and when it was erased: conditions and counts; the files go",
    "jobs": "conditions and counts by contract",
    "intermediate.Record": "情報提供等記録: seven years by law; without the keys its digests lead to nobody",
    "intermediate.Manifest": "which process registered how many: counts, never removed",
    "intermediate.ExpiryRun": "how many were deleted when, never removed",
    "reporting.ReportSnapshot": "figures only, appended only",
    "numbers.Access": "the log of the vault: internal ids only, appended only",
    "numbers.DuplicateAlarm": "with the log of the vault: internal ids only",
}
_EMPTIED_ALL_THE_SAME = frozenset({"trail.StaffPerson"})


class StillWrittenTo(RuntimeError):
    """Rows came in while the municipality was being emptied; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Emptied:
    """Rows gone, by table; and the signed receipt of the keys' destruction."""

    rows: dict[str, int]
    keys_receipt: str


def emptied_tables() -> tuple[type[models.Model], ...]:
    """What is emptied, each table before those that it points at."""
    found = [model for model in apps.get_models() if issubclass(model, TenantModel) and not _is_kept(model)]
    order = TopologicalSorter({model: set[type[models.Model]]() for model in found})
    for model in found:
        for _, target in _pointing(model):
            if target in found and target is not model:
                order.add(target, model)
    return tuple(order.static_order())


def _is_kept(model: type[models.Model]) -> bool:
    label = model._meta.label
    return label not in _EMPTIED_ALL_THE_SAME and (label in KEPT or model._meta.app_label in KEPT)


def _pointing(model: type[models.Model]) -> Iterator[tuple[models.Field[Any, Any], Any]]:
    return ((field, field.related_model) for field in model._meta.concrete_fields if field.is_relation)


def empty(
    municipality: str,
    *,
    order: str,
    requested_by: str,
    approved_by: str,
    tell: Tell = lambda table, done: None,
) -> Emptied:
    """Erase it; not to be called inside a transaction. Called again after a kill it goes on where it was.

    :param order: the approved request that this carries out, a code such as ``"run:12"``.
    :raises StillWrittenTo: when rows are left at the end; nothing is called done then.
    :raises destruction.NotAllowed: for one and the same person twice, before anything is erased.
    """
    if not approved_by.strip() or requested_by == approved_by:
        raise destruction.NotAllowed("申請した人は承認できません。別の承認者が承認してください。")
    for model in emptied_tables():
        _empty_table(municipality, model, order, tell)
    shutil.rmtree(Path(settings.MEDIA_ROOT) / municipality, ignore_errors=True)
    _refuse_leftovers(municipality)
    receipt = _destroy_keys(municipality, order, requested_by, approved_by)
    return Emptied(_counted(municipality, order), receipt)


def _empty_table(municipality: str, model: type[models.Model], order: str, tell: Tell) -> None:
    done = 0
    with acting_for(municipality):
        _loosen(model, municipality)
    while gone := _empty_step(municipality, model, order):
        done += gone
        tell(model._meta.label, done)


def _loosen(model: type[models.Model], municipality: str) -> None:
    """Rows that point at rows of their own table would not let these go first."""
    for field, target in _pointing(model):
        if target is model:
            rows = _rows(model, municipality).filter(**{f"{field.name}__isnull": False})
            rows.update(**{field.name: None})


def _empty_step(municipality: str, model: type[models.Model], order: str) -> int:
    with acting_for(municipality):
        step = _rows(model, municipality).order_by("pk").values_list("pk", flat=True)[:STEP]
        rows = _rows(model, municipality).filter(pk__in=list(step))
        gone = rows._raw_delete(rows.db)
        if gone:
            audit.record(ACT, by=None, count=gone, detail={"order": order, "table": model._meta.label})
        return gone


def _rows(model: type[models.Model], municipality: str) -> models.QuerySet[Any]:
    return model._base_manager.filter(municipality_code=municipality)


def _refuse_leftovers(municipality: str) -> None:
    with acting_for(municipality):
        left = [m._meta.label for m in emptied_tables() if _rows(m, municipality).exists()]
    if left:
        raise StillWrittenTo(
            f"消去のあいだに登録されたデータがあります({'、'.join(left)})。"
            "この市区町村の利用と処理を止めてから、同じコマンドをもう一度実行してください。"
        )


def _destroy_keys(municipality: str, order: str, requested_by: str, approved_by: str) -> str:
    with acting_for(municipality):
        begun = Destruction.objects.filter(subject="", reason=f"市区町村の消去 {order}").first()
        if begun is None:
            begun = destruction.request(
                subject="", reason=f"市区町村の消去 {order}", requested_by=requested_by
            )
            begun = destruction.approve(begun.pk, approved_by=approved_by)
    destruction.complete(municipality)
    with acting_for(municipality):
        begun.refresh_from_db()
    return begun.receipt


def _counted(municipality: str, order: str) -> dict[str, int]:
    with acting_for(municipality):
        events = AuditEvent.objects.filter(municipality_code=municipality, action=ACT, detail__order=order)
        by_table = events.values_list("detail__table").annotate(rows=Sum("count")).order_by("detail__table")
        return dict(by_table)
