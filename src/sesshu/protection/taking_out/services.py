"""Commands: ask, decide, deliver, fetch, prove the erasure (S06; controls 33 to 37, 39)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from django.db import transaction
from django.utils.timezone import localdate

from sesshu.kernel import clock
from sesshu.protection import audit, sighting
from sesshu.protection.models import Account
from sesshu.protection.taking_out import files, sealing
from sesshu.protection.taking_out.choices import ErasureMethod, LegalBasis, MediumEvent, State
from sesshu.protection.taking_out.media import note_event
from sesshu.protection.taking_out.models import Medium, TakingOut
from sesshu.protection.taking_out.producers import producer
from sesshu.protection.tenancy import current

FETCH_WITHIN = timedelta(days=7)


class NotAllowed(ValueError):
    """The command is refused; the text says why and what to do."""


@transaction.atomic
def request(
    *,
    by: Account,
    producer_name: str,
    conditions: str,
    form: str,
    basis: LegalBasis,
    reason: str,
    recipient: str,
    erase_by: date,
    medium: Medium | None = None,
) -> TakingOut:
    """Ask for data to be taken out.

    :raises NotAllowed: nobody would be in it, a medium that is not in store, an erasure day in the past.
    :raises ValueError: from the producer, when the conditions cannot be read.
    """
    offer = producer(producer_name).offer(conditions)
    _check_request(offer.count, erase_by, medium)
    made = TakingOut.objects.create(
        producer=producer_name,
        title=offer.title,
        conditions=conditions,
        columns=list(offer.columns),
        expected=offer.count,
        form=form,
        basis=basis,
        reason=reason,
        recipient=recipient,
        medium=medium,
        erase_by=erase_by,
        asked_by=by,
        asked_at=clock.now(),
    )
    _record("request", made, by)
    return made


def _check_request(count: int, erase_by: date, medium: Medium | None) -> None:
    if count == 0:
        raise NotAllowed("この条件に当てはまる人がいないため、持ち出すデータがありません。")
    if erase_by < clock.today():
        raise NotAllowed("消去の期限が過ぎています。今日以降の日付にしてください。")
    if medium and medium.state not in _IN_STORE:
        raise NotAllowed(
            f"媒体「{medium.label}」は{medium.get_state_display()}の状態です。保管中の媒体を選んでください。"
        )


_IN_STORE = {MediumEvent.REGISTERED, MediumEvent.RETURNED, MediumEvent.ERASED}


def withdraw(*, pk: int, by: Account) -> TakingOut:
    """Take a request back before it is decided."""
    with transaction.atomic():
        found = _locked(pk, State.REQUESTED)
        if found.asked_by_id != by.pk:
            raise NotAllowed("取り下げられるのは申請した本人だけです。")
        return _moved(found, State.WITHDRAWN, "withdraw", by)


@transaction.atomic
def decide(*, pk: int, by: Account, approve: bool, remark: str = "") -> TakingOut:
    """Approve or refuse; never one's own request. An approved one is made by its room's job.

    :raises NotAllowed: one's own request, a decision made before, a refusal without a reason.
    """
    found = _locked(pk, State.REQUESTED)
    if found.asked_by_id == by.pk:
        raise NotAllowed("自分の申請は承認できません。別の承認者が判断してください。")
    if not approve and not remark.strip():
        raise NotAllowed("却下する理由を入力してください。")
    found.decided_by, found.decided_at, found.remark = by, clock.now(), remark.strip()
    if not approve:
        return _moved(found, State.REFUSED, "refuse", by)
    found.nonce, found.file_name = sealing.new_nonce(), files.new_name()
    _moved(found, State.APPROVED, "approve", by)
    producer(found.producer).plan(found.pk, found.asked_by)
    return found


@transaction.atomic
def deliver(*, pk: int, plain: Path, count: int, by: Account | None) -> TakingOut:
    """Take the file that a room made: look it over, encrypt it, remove the plain one.

    Made again by a job that runs a second time, the same file takes the same place.

    :raises sighting.NumberFound: it holds 個人番号-shaped values and the ground of the request allows none.
    """
    try:
        found = _locked(pk, State.APPROVED, State.READY)
        name = f"{found.title}.{found.form}"
        if not LegalBasis(found.basis).allows_numbers:
            sighting.refuse_numbers(plain, name)
        phrase = sealing.passphrase(current(), found.pk, found.nonce)
        found.digest = sealing.seal(plain, files.path_of(found.file_name), name, phrase)
        found.count, found.made_at = count, clock.now()
        return _moved(found, State.READY, "ready", by)
    finally:
        plain.unlink(missing_ok=True)


@transaction.atomic
def fail(*, pk: int, reason: str, by: Account | None) -> None:
    """Note that the file could not be made; the request is over and says why."""
    found = _locked(pk, State.APPROVED)
    found.failure = reason[:200]
    _end(found)
    _moved(found, State.FAILED, "fail", by)


@transaction.atomic
def fetch(*, pk: int, by: Account) -> Path:
    """The encrypted file, for the person who asked; the medium counts as lent from the first time on.

    :raises NotAllowed: for anybody else, before it is made, after its time.
    """
    found = _locked(pk, State.READY, State.FETCHED)
    if found.asked_by_id != by.pk:
        raise NotAllowed("ファイルを受け取れるのは申請した本人だけです。")
    if is_late(found):
        raise NotAllowed("受取りの期限が過ぎました。必要なときは、もう一度申請してください。")
    if found.state == State.READY:
        found.fetched_at = clock.now()
        if found.medium:
            note_event(medium=found.medium, event=MediumEvent.LENT, by=by, taking_out=found)
    _moved(found, State.FETCHED, "fetch", by)
    return files.path_of(found.file_name)


def is_late(found: TakingOut) -> bool:
    """Whether the time to fetch the file is over."""
    made = found.made_at
    return made is None or clock.now() > made + FETCH_WITHIN or clock.today() > found.erase_by


@transaction.atomic
def tell_passphrase(*, pk: int, by: Account) -> str:
    """The passphrase, for the approver alone: who has the file does not have it, who has it not the file.

    :raises NotAllowed: for anybody else and outside the time in which the file exists.
    """
    found = _locked(pk, State.READY, State.FETCHED)
    if found.decided_by_id != by.pk:
        raise NotAllowed("合言葉を見られるのは承認した本人だけです。")
    _record("passphrase", found, by)
    return sealing.passphrase(current(), found.pk, found.nonce)


@transaction.atomic
def prove_erasure(*, pk: int, by: Account, method: ErasureMethod, seen_by: str, erased_on: date) -> TakingOut:
    """Record that what was taken out is erased: how, when and who saw it.

    :raises NotAllowed: a day before the file was fetched or after today.
    """
    found = _locked(pk, State.FETCHED)
    if not _fetched_on(found) <= erased_on <= clock.today():
        raise NotAllowed("消去日は、受け取った日から今日までの日付にしてください。")
    found.erasure_method, found.erasure_seen_by, found.erased_on = method, seen_by, erased_on
    if found.medium:
        note_event(medium=found.medium, event=MediumEvent.ERASED, by=by, taking_out=found, method=method)
    _end(found)
    return _moved(found, State.CLOSED, "erase", by)


def _fetched_on(found: TakingOut) -> date:
    return localdate(found.fetched_at) if found.fetched_at else clock.today()


@transaction.atomic
def expire() -> int:
    """End what was approved and never fetched in time; its file and passphrase are gone. How many."""
    waiting = TakingOut.objects.select_for_update().filter(municipality_code=current(), state=State.READY)
    late = [found for found in waiting if is_late(found)]
    for found in late:
        _end(found)
        _moved(found, State.EXPIRED, "expire", None)
    return len(late)


def _end(found: TakingOut) -> None:
    """Destroy the passphrase and, once that is committed, the file."""
    found.nonce = ""
    if found.file_name:
        path = files.path_of(found.file_name)
        transaction.on_commit(lambda: path.unlink(missing_ok=True))


def _locked(pk: int, *states: State) -> TakingOut:
    found = TakingOut.objects.select_for_update(of=("self",)).get(municipality_code=current(), pk=pk)
    if found.state not in states:
        raise NotAllowed(f"この申請は「{found.get_state_display()}」のため、その操作はできません。")
    return found


def _moved(found: TakingOut, state: State, act: str, by: Account | None) -> TakingOut:
    found.state = state
    found.save()
    _record(act, found, by)
    return found


def _record(act: str, found: TakingOut, by: Account | None) -> None:
    count = found.expected if found.count is None else found.count
    detail = {"taking_out": found.pk, "producer": found.producer, "basis": found.basis}
    audit.record(f"taking-out.{act}", by=by, count=count, detail=detail)
