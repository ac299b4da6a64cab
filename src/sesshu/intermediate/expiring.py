"""What is over: inquiries and provisions past their time, and what is kept past its period (M10, M05)."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from sesshu.intermediate import bulk, callers, inquiry_results, outcomes, recording
from sesshu.intermediate.callers import DISPATCHER, Caller
from sesshu.intermediate.choices import AcquisitionState, Event, InquiryState, OutboxKind, ProvisionState
from sesshu.intermediate.models import (
    Acquisition,
    ExpiryRun,
    InformationFlag,
    Inquiry,
    Outbox,
    Person,
    Provision,
    Replica,
)
from sesshu.kernel import clock
from sesshu.protection import audit, tenancy
from sesshu.protection.models import Account
from sesshu.protocol.refusals import Refusal

BATCH = 500
RECORD_YEARS = 7  # 番号法施行令29条
MESSAGES_KEPT = timedelta(days=365)
ACQUISITIONS_KEPT = timedelta(days=30)
# An answer that was sent and not acknowledged is sent on: whether it came in time the inquirer knows.
GRACE = timedelta(days=7)
_WAITING = (ProvisionState.RECEIVED, ProvisionState.WAITING)
_OLD_RECORDS = """
    DELETE FROM intermediate_record AS old WHERE municipality_code = %s AND at < now() - interval '7 years'
    AND NOT EXISTS (SELECT 1 FROM intermediate_record AS other
        WHERE other.municipality_code = old.municipality_code AND other.at >= now() - interval '7 years'
        AND ((old.processing_number <> '' AND other.processing_number = old.processing_number)
            OR other.corrects_id = old.id))
"""


def end_overdue() -> int:
    """End inquiries and provisions whose answer has not come in time; how many."""
    return _end_inquiries() + _end_provisions()


def _end_inquiries() -> int:
    held = list(
        Inquiry.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(
            municipality_code=tenancy.current(),
            state__in=(InquiryState.ACCEPTED, InquiryState.PERMITTED),
            answer_by__lte=clock.now(),
        )
        .select_related("person")
        .order_by("id")[:BATCH]
    )
    if held:
        inquiry_results.end(held, InquiryState.EXPIRED, Refusal.NO_ANSWER, Event.EXPIRED)
        callers.record("expired", Caller(DISPATCHER), count=len(held), side="inquirer")
    return len(held)


def _end_provisions() -> int:
    at = clock.now()
    answer = Outbox.objects.filter(
        municipality_code=tenancy.current(), kind=OutboxKind.ANSWER, key=OuterRef("permit")
    )
    late = Q(state__in=_WAITING) | Q(state=ProvisionState.ANSWERED) & (
        ~Exists(answer.filter(attempts__gt=0)) | Q(answer_by__lte=at - GRACE)
    )
    held = list(
        Provision.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(late, municipality_code=tenancy.current(), answer_by__lte=at)
        .select_related("person")
        .order_by("permit")[:BATCH]
    )
    for each in held:
        each.state, each.ended_at, each.refusal = ProvisionState.EXPIRED, at, each.refusal or Refusal.EXPIRED
    bulk.update(held, ["state", "ended_at", "refusal"])
    if held:
        keys = [each.permit for each in held]
        Outbox.objects.filter(
            municipality_code=tenancy.current(), kind=OutboxKind.ANSWER, key__in=keys
        ).delete()
        recording.write(recording.of_provision(each, Event.EXPIRED) for each in held)
        outcomes.of_provisions(held)
        callers.record("expired", Caller(DISPATCHER), count=len(held), side="provider")
    return len(held)


def delete_expired(by: Account | None = None) -> ExpiryRun:
    """Delete what is past its period; the run itself is kept with its counts (control 65)."""
    at = clock.now()
    own = {"municipality_code": tenancy.current()}
    inquiries = Inquiry.objects.filter(**own, ended_at__lt=at - MESSAGES_KEPT)
    provisions = Provision.objects.filter(**own, ended_at__lt=at - MESSAGES_KEPT)
    acquisitions = Acquisition.objects.filter(**own, ended_at__lt=at - ACQUISITIONS_KEPT).exclude(
        state=AcquisitionState.ASKED
    )
    counts = {
        "records": _delete_records(),
        "inquiries": inquiries.delete()[0],
        "provisions": provisions.delete()[0],
        "acquisitions": acquisitions.delete()[0],
        "replicas": _delete_tombstones(),
        "persons": _delete_persons(),
    }
    run = ExpiryRun.objects.create(at=at, **counts)
    audit.record("intermediate.expiry", by=by, count=sum(counts.values()), detail=counts)
    return run


def _delete_records() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_OLD_RECORDS, [tenancy.current()])
        return int(cursor.rowcount)


def _delete_persons() -> int:
    """Persons of whom nothing is left: no 符号, 副本 or flag, nothing asked by or about them for a year."""
    left = {
        f"has_{model.__name__.lower()}": Exists(model.objects.filter(person=OuterRef("pk")))
        for model in (Acquisition, InformationFlag, Inquiry, Provision, Replica)
    }
    held = Person.objects.filter(
        municipality_code=tenancy.current(), code_digest=None, no_auto_reply=False, nondisclosure=False
    )
    old = held.filter(registered_at__lt=clock.now() - MESSAGES_KEPT).annotate(**left)
    return int(old.filter(**dict.fromkeys(left, False)).delete()[0])


def _delete_tombstones() -> int:
    """Withdrawn records of a year ago: no message that old comes any more."""
    held = Replica.objects.filter(municipality_code=tenancy.current(), withdrawn=True)
    old = held.filter(manifest__ended_at__lt=clock.now() - MESSAGES_KEPT)
    return int(old.delete()[0])
