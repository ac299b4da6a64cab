"""Erasure of a person's numbers: the rows go, the key is destroyed, a receipt proves it (S08)."""

from __future__ import annotations

from uuid import UUID

from sesshu.kernel import clock
from sesshu.numbers import callers, refusals
from sesshu.numbers.callers import Caller
from sesshu.numbers.models import Holder, IndividualNumber, Token
from sesshu.numbers.registering import living
from sesshu.protection import tenancy
from sesshu.protection.keys import destruction
from sesshu.protection.keys.models import Destruction, SubjectKey


def request(*, addressee: str, reason: str, by: Caller) -> Destruction:
    """Ask for it. :raises Refusal: without a number or a reason."""
    holder = living(addressee)
    subject = SubjectKey.objects.get(municipality_code=tenancy.current(), pk=holder.key_id).subject
    try:
        row = destruction.request(subject=subject, reason=reason, requested_by=str(by))
    except destruction.NotAllowed as refused:
        raise refusals.Refusal(422, "not_allowed", str(refused)) from None
    callers.record(by, "erase-request", addressee=addressee)
    return row


def approve(pk: UUID, *, by: Caller) -> Destruction:
    """Let another person approve it: from here on the number cannot be read in the vault.

    :raises Refusal: when the approver is who asked, or nothing waits.
    """
    try:
        row = destruction.approve(pk, approved_by=str(by))
    except destruction.NotAllowed as refused:
        raise refusals.not_allowed(str(refused)) from None
    for holder in Holder.objects.filter(municipality_code=tenancy.current(), key_id__in=row.key_ids):
        Token.objects.filter(holder=holder).delete()
        IndividualNumber.objects.filter(holder=holder).delete()
        holder.erased_at = clock.now()
        holder.save(update_fields=["erased_at"])
        callers.record(by, "erase", addressee=holder.addressee_number)
    return row


def found(pk: UUID) -> Destruction:
    """:raises Refusal: when there is none."""
    row = Destruction.objects.filter(municipality_code=tenancy.current(), pk=pk).first()
    if row is None:
        raise refusals.Refusal(404, "not_found", "消去の申請が見つかりません。")
    return row
