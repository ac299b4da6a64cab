"""Reads of imports: the job behind a token and what its file changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery

from sesshu.addressees.choices import ChangeReason
from sesshu.addressees.models import AddresseeVersion
from sesshu.addressees.states import FIELDS, label
from sesshu.jobs.models import Job
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current


@dataclass(frozen=True, slots=True)
class AppliedChange:
    """One change of a file. `items`: names of what changed, no values: these may be hidden ones."""

    addressee: int
    number: str
    name: str
    reason: str
    effective_on: date
    items: tuple[str, ...]
    is_new: bool
    applied: bool


def job_of(kind: str, token: str) -> Job:
    """:raises Job.DoesNotExist: no import of this municipality has the token."""
    return Job.objects.get(municipality_code=current(), kind=kind, payload__token=token)


def recent(kind: str, most: int = 20) -> list[Job]:
    """The last imports, newest first."""
    jobs = Job.objects.filter(municipality_code=current(), kind=kind).select_related("planned_by")
    return list(jobs.order_by("-planned_at")[:most])


def changes_of(result: dict[str, Any], *, by: Account | None, most: int) -> list[AppliedChange]:
    """What the changes of a file did, in the order of the file."""
    before = AddresseeVersion.objects.filter(
        addressee=OuterRef("addressee"), pk__lt=OuterRef("pk"), applied=True
    ).order_by("-pk")
    versions = (
        AddresseeVersion.objects.filter(
            municipality_code=current(), pk__range=(result["first_version"], result["last_version"])
        )
        .exclude(change_number="")
        .select_related("addressee")
        .annotate(before=Subquery(before.values("state")[:1]))
        .order_by("pk")[:most]
    )
    found = [_change(version) for version in versions]
    audit.record(
        "addressee.changes", by=by, subjects=[each.addressee for each in found], purpose="取込結果の確認"
    )
    return found


def _change(version: Any) -> AppliedChange:
    state, before = version.state, version.before
    changed = [label(field) for field in FIELDS if before is not None and state[field] != before.get(field)]
    return AppliedChange(
        addressee=version.addressee_id,
        number=version.addressee.number,
        name=version.addressee.name,
        reason=ChangeReason(version.reason).label,
        effective_on=version.effective_on,
        items=tuple(changed),
        is_new=before is None,
        applied=version.applied,
    )
