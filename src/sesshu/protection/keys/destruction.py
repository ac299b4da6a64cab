"""Erasure by destroying keys (NIST SP 800-88 Rev. 2, cryptographic erase): S08, control 64.

Three steps, so that no copy survives:

1. The subject's wrapped key is deleted. The live database can no longer read what it sealed.
2. The municipality's keys are rotated: the wrapped keys of all others move under a new version.
3. The root is rotated and the old root key destroyed in its store. The wrapped key that stands in backups,
   in the write-ahead log and in dead rows hangs under a key that exists nowhere any more.

Two persons: who asked cannot approve. The receipt is a JWS that anyone can check with the public key.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from sesshu.kernel import clock
from sesshu.protection import acts, audit, tenancy
from sesshu.protection.keys import rotation, signing
from sesshu.protection.keys.models import Destruction, SubjectKey, TenantKey
from sesshu.protection.keys.roots import root
from sesshu.protection.tenancy import acting_for

RECEIPT = "sesshu-key-destruction+jws"
ALGORITHM = (
    "AES-256-GCM; subject key wrapped by tenant key (AES-256-GCM), tenant key wrapped by root key (RFC 3394)"
)


class NotAllowed(ValueError):
    """The destruction may not go on; the message says why, in Japanese."""


def request(*, subject: str, reason: str, requested_by: str) -> Destruction:
    """Ask that a subject's key be destroyed; with ``subject=""`` all keys of the municipality.

    :raises NotAllowed: without a reason, or for a subject that has no key.
    """
    if not reason.strip() or not requested_by.strip():
        raise NotAllowed("廃棄の理由と申請者を入力してください。")
    if subject and not _keys(subject):
        raise NotAllowed("この対象の鍵はありません(登録がないか、廃棄済みです)。")
    row = Destruction.objects.create(
        subject=subject, reason=reason, requested_by=requested_by, requested_at=clock.now()
    )
    audit.record("keys.destroy-request", by=None, detail=_told(row, requested_by))
    return row


def approve(pk: UUID, *, approved_by: str) -> Destruction:
    """Delete the wrapped keys. They are gone for good once :func:`complete` has run.

    :raises NotAllowed: when the approver is who asked, or nothing waits under this id.
    """
    row = _waiting(pk, approved_by)
    keys = _keys(row.subject)
    row.key_ids = [str(key) for key in keys]
    rotation.forget(keys)
    SubjectKey.objects.filter(municipality_code=tenancy.current(), pk__in=keys).delete()
    row.state, row.approved_by, row.approved_at = Destruction.State.DELETED, approved_by, clock.now()
    event = audit.record("keys.destroy", by=None, count=len(keys), detail=_told(row, approved_by))
    row.proof = f"audit:{event.pk}"
    row.save()
    return row


def refuse(pk: UUID, *, approved_by: str) -> Destruction:
    """Keep the keys. :raises NotAllowed: as :func:`approve`."""
    row = _waiting(pk, approved_by)
    row.state, row.approved_by, row.approved_at = Destruction.State.REFUSED, approved_by, clock.now()
    row.save()
    audit.record("keys.destroy-refuse", by=None, detail=_told(row, approved_by))
    return row


def complete(municipality: str) -> list[Destruction]:
    """Rotate the municipality's keys and the root once for all that was approved; sign the receipts.

    Idempotent, outside any transaction; after a kill it is simply run again.
    """
    with acting_for(municipality):
        waiting = list(_deleted())
        everything = any(not row.subject for row in waiting)
        if not waiting:
            return []
        if everything:
            TenantKey.objects.filter(municipality_code=municipality).delete()
    if not everything:
        rotation.rotate_tenant(municipality, by="destruction")
    before = set(root().versions())
    rotation.rotate_root(by="destruction")
    destroyed = sorted(before - set(root().versions()))
    with acting_for(municipality):
        return [_receipted(row, destroyed) for row in _deleted().filter(pk__in=[w.pk for w in waiting])]


def destroy(*, subject: str, reason: str, requested_by: str, approved_by: str, municipality: str) -> str:
    """All at once, for two persons at one terminal; the receipt."""
    with acting_for(municipality):
        row = request(subject=subject, reason=reason, requested_by=requested_by)
        approve(row.pk, approved_by=approved_by)
    done = {each.pk: each for each in complete(municipality)}
    return done[row.pk].receipt


def _told(row: Destruction, by: str) -> dict[str, object]:
    """Who it was stands in the row; a name at the command line is a digest here."""
    return acts.coded({"destruction": str(row.pk), "by": by})


def _keys(subject: str) -> list[UUID]:
    held = SubjectKey.objects.filter(municipality_code=tenancy.current())
    return list((held.filter(subject=subject) if subject else held).values_list("pk", flat=True))


def _waiting(pk: UUID, approved_by: str) -> Destruction:
    rows = Destruction.objects.select_for_update().filter(municipality_code=tenancy.current())
    row = rows.filter(pk=pk, state=Destruction.State.REQUESTED).first()
    if row is None:
        raise NotAllowed("承認待ちの廃棄申請が見つかりません。")
    if not approved_by.strip() or approved_by == row.requested_by:
        raise NotAllowed("申請した人は承認できません。別の承認者が承認してください。")
    return row


def _deleted() -> QuerySet[Destruction]:
    return Destruction.objects.select_for_update().filter(
        municipality_code=tenancy.current(), state=Destruction.State.DELETED
    )


def _receipted(row: Destruction, destroyed: list[int]) -> Destruction:
    row.state = Destruction.State.DONE
    row.receipt = signing.signed(_statement(row, destroyed), typ=RECEIPT)
    row.save(update_fields=["state", "receipt"])
    audit.record(
        "keys.destroyed",
        by=None,
        count=len(row.key_ids),
        detail={"destruction": str(row.pk), "roots": destroyed},
    )
    return row


def _statement(row: Destruction, destroyed: list[int]) -> dict[str, object]:
    assert row.approved_at is not None
    return {
        "id": str(row.pk),
        "municipality": row.municipality_code,
        "subject": row.subject or "all",
        "reason": row.reason,
        "keys": len(row.key_ids),
        "key_ids": row.key_ids,
        "algorithm": ALGORITHM,
        "method": "NIST SP 800-88 Rev. 2 cryptographic erase",
        "root_store": root().kind,
        "root_versions_destroyed": destroyed,
        "requested_by": row.requested_by,
        "requested_at": row.requested_at.isoformat(),
        "approved_by": row.approved_by,
        "approved_at": row.approved_at.isoformat(),
        "completed_at": clock.now().isoformat(),
        "proof": row.proof,
    }
