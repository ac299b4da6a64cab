"""Commands on witnesses and on who is who among staff."""

from __future__ import annotations

import contextlib

from django.db import transaction
from django.db.models import QuerySet

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current
from sesshu.protection.trail import checkpoints
from sesshu.protection.trail.models import Checkpoint, Cosignature, StaffPerson, Witness
from sesshu.protection.trail.notes import COSIGNATURE, BadNote, VerifierKey
from sesshu.protection.trail.verification import Verdict

RECENT = 3_000  # checkpoints among which an answer is looked for


@transaction.atomic
def register_witness(*, key: str, body: str, url: str, by: Account | None) -> Witness:
    """Trust a witness's signatures from now on.

    :raises BadNote: when ``key`` is not a witness's public key, or known already.
    """
    parsed = VerifierKey.parse(key)
    if parsed.algorithm != COSIGNATURE:
        raise BadNote("証人の公開鍵ではありません。証人の画面で示された鍵を、そのまま貼り付けてください。")
    if url and not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise BadNote("依頼先は https:// で始まるアドレスにしてください。")
    if Witness.objects.filter(municipality_code=current(), key=str(parsed)).exists():
        raise BadNote("この証人は登録済みです。")
    witness = Witness.objects.create(
        key=str(parsed), body=body or parsed.name, url=url, registered_at=clock.now()
    )
    audit.record("audit.witness", by=by, count=0, detail={"witness": witness.pk, "active": True})
    return witness


@transaction.atomic
def retire_witness(witness: Witness, *, by: Account | None) -> Witness:
    """Ask a witness no more; its signatures stay and are verified."""
    witness.is_active = False
    witness.save()
    audit.record("audit.witness", by=by, count=0, detail={"witness": witness.pk, "active": False})
    return witness


@transaction.atomic
def make_checkpoint(*, by: Account | None) -> Checkpoint:
    """Sign the log as it stands, this event included."""
    audit.record("audit.checkpoint", by=by, count=0)
    return checkpoints.make()


@transaction.atomic
def add_cosignature(*, answer: str, by: Account | None) -> Cosignature:
    """Take in a witness's answer that came as a file; the checkpoint that it signed is found by it.

    :raises BadNote: when no registered witness signed one of the checkpoints with it.
    """
    by_name = {VerifierKey.parse(each.key).name: each for each in witnesses()}
    witness = next((each for name, each in by_name.items() if answer.startswith(f"— {name} ")), None)
    if witness is None:
        raise BadNote("登録された証人の回答ではありません。")
    recent = Checkpoint.objects.filter(municipality_code=current()).order_by("-size")
    for checkpoint in recent[:RECENT]:
        with contextlib.suppress(BadNote):
            kept = checkpoints.keep_answer(checkpoint, witness, answer)
            audit.record(
                "audit.cosigned", by=by, count=0, detail={"witness": witness.pk, "size": checkpoint.size}
            )
            return kept
    raise BadNote("この回答に合うチェックポイントがありません。依頼のファイルを作り直してください。")


def witnesses() -> QuerySet[Witness]:
    """The municipality's witnesses, retired ones too."""
    return Witness.objects.filter(municipality_code=current()).order_by("id")


@transaction.atomic
def set_staff_person(*, account: Account, addressee_id: int | None, by: Account | None) -> None:
    """Say which addressee a member of staff is, so that the own household is noticed; ``None`` forgets it."""
    StaffPerson.objects.filter(account=account).delete()
    if addressee_id is not None:
        StaffPerson.objects.create(account=account, addressee_id=addressee_id, registered_at=clock.now())
    audit.record(
        "audit.staff-person",
        by=by,
        count=0,
        detail={"account": account.pk, "known": addressee_id is not None},
    )


def tell_verdict(verdict: Verdict, *, by: Account | None) -> None:
    """Log what a verification found."""
    detail = {"size": verdict.size, "findings": len(verdict.findings), "checkpoints": verdict.checkpoints}
    audit.record("audit.verify", by=by, count=0, detail=detail, result="ok" if verdict.holds else "broken")
