"""What a clerk decides about a provided record; the ledger changes through its own commands alone (M02).

A record that gave a dose cannot give another one: the dose hangs on it (one to one), and a record of which a
dose of the same vaccine and day stands already is refused by the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from sesshu.addressees.selectors import is_protected
from sesshu.health.catalogue import selectors as catalogue
from sesshu.health.inquiries import comparing, provided, sealing, services
from sesshu.health.inquiries.choices import Closing, Decision, Fate, State
from sesshu.health.inquiries.comparing import Compared
from sesshu.health.inquiries.kinds import kind_of
from sesshu.health.inquiries.models import Inquiry, Received
from sesshu.health.inquiries.services import NotAsked, told
from sesshu.health.ledger import selectors as ledger
from sesshu.health.ledger import services as ledger_services
from sesshu.health.ledger.models import Dose, Source
from sesshu.kernel import clock
from sesshu.kernel.wareki import to_wareki_short
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

NotDecided = NotAsked
UNDATED = "接種日を読めません。照会先に接種日を確かめ、接種台帳に手で入力してください。"
# What a correction may have changed, and its undoing puts back.
_KEPT = (
    "date", "vaccine", "programme", "maker", "lot_number", "volume_ml", "route", "site", "doctor",
    "provider_name", "reported_dose_number", "source", "source_key", "source_digest", "note",
)  # fmt: skip


def compared(inquiry: Inquiry, rows: Sequence[Received], ours: Sequence[Dose]) -> list[Compared]:
    """Undecided records of the answer beside the ledger as it stands now."""
    read = [provided.read(row, content) for row, content in sealing.opened(inquiry, rows)]
    return comparing.compare(read, ours, _bound(inquiry, ours))


@transaction.atomic
def take(
    received: Received, *, by: Account, at: datetime, vaccine: str = "", programme: str = "", reason: str = ""
) -> Dose:
    """Into the ledger as a dose of another city.

    :param vaccine: where the record's own could not be read.
    :param reason: why one that contradicts a dose of ours is another dose all the same.
    :raises NotDecided: decided already, not readable, or the ledger has it or what contradicts it.
    :raises EntryRefused: by the ledger.
    """
    inquiry, row = _open(received)
    found = _one(inquiry, row, vaccine, programme)
    if problem := _why_not(found, reason):
        raise NotDecided(problem)
    dose = _record(inquiry, found, by=by, at=at, confirmed=found.fate is Fate.CONTRADICTORY)
    _decide(inquiry, row, Decision.TAKEN, by=by, at=at, dose=dose, reason=reason, fate=found.fate)
    return dose


def _why_not(found: Compared, reason: str) -> str:
    """Why the record cannot be taken as it stands, with what to do; "" when it can."""
    if found.provided.on is None:
        return UNDATED
    if found.fate is Fate.SAME:
        return "台帳に同じ記録があるため、新しい記録としては登録できません。同じ記録としてください。"
    if found.wants_vaccine:
        return "ワクチンを選んでください。"
    if found.fate is Fate.CONTRADICTORY and not reason.strip():
        return "台帳の記録と食い違っています。別の接種として登録するときは、その理由を入力してください。"
    return ""


@transaction.atomic
def take_all_new(inquiry: Inquiry, *, by: Account, at: datetime) -> int:
    """All new records at once, in the order of their dates; how many.

    :raises NotDecided: when there is none. :raises EntryRefused: by the ledger; then none is taken.
    """
    held = services.locked(inquiry.pk)
    _check_open(held)
    rows = list(held.received.select_for_update().filter(decision="").order_by("place"))
    ours = list(ledger.doses(held.addressee_id))
    new = [each for each in compared(held, rows, ours) if each.fate is Fate.NEW]
    if not new:
        raise NotDecided("新しい記録はありません。")
    for each in new:
        dose = _record(held, each, by=by, at=at)
        _decide(held, each.provided.row, Decision.TAKEN, by=by, at=at, dose=dose)
    return len(new)


@transaction.atomic
def correct_ours(received: Received, *, reason: str, by: Account, at: datetime) -> Dose:
    """Correct the dose of ours that the record contradicts or resembles; what stood before stays, voided.

    :raises NotDecided: when there is none. :raises EntryRefused: by the ledger, as without a reason.
    """
    inquiry, row = _open(received)
    found = _one(inquiry, row)
    if found.ours is None or found.fate not in (Fate.CONTRADICTORY, Fate.SIMILAR):
        raise NotDecided("訂正する台帳の記録がありません。画面を開き直してください。")
    theirs = found.provided
    values = {name: value for name, value in provided.items_of(theirs).items() if value not in ("", None)}
    values |= {"date": theirs.on, "source": Source.EXCHANGE, "note": _provenance(inquiry)}
    if theirs.vaccine:
        values["vaccine"] = theirs.vaccine
        values["programme"] = theirs.programme or found.ours.programme
    values |= {"source_key": "", "source_digest": ""}
    dose = ledger_services.replace(found.ours, reason=reason, by=by, at=at, **values)
    _decide(inquiry, row, Decision.REPLACED, by=by, at=at, dose=dose, reason=reason)
    return dose


@transaction.atomic
def confirm_same(received: Received, *, by: Account, at: datetime) -> None:
    """It is a dose that the ledger has. :raises NotDecided: when it has none like it."""
    inquiry, row = _open(received)
    same = _one(inquiry, row).ours
    if same is None:
        raise NotDecided("台帳に同じ記録がありません。画面を開き直してください。")
    row.same_as = same
    _decide(inquiry, row, Decision.SAME, by=by, at=at)


@transaction.atomic
def leave(received: Received, *, reason: str, by: Account, at: datetime) -> None:
    """Not into the ledger. :raises NotDecided: without a reason."""
    if not reason.strip():
        raise NotDecided("登録しない理由を入力してください。")
    inquiry, row = _open(received)
    _decide(inquiry, row, Decision.LEFT, by=by, at=at, reason=reason)


@transaction.atomic
def undo(received: Received, *, reason: str, by: Account, at: datetime) -> None:
    """Take a decision back; a dose that came of it is voided, a corrected one stands again as it was.

    :raises NotDecided: when nothing was decided. :raises EntryRefused: without a reason.
    """
    inquiry = services.locked(received.inquiry_id)
    row = Received.objects.select_for_update(of=("self",)).select_related("dose").get(pk=received.pk)
    if not row.decision:
        raise NotDecided("この記録はまだ処理していません。")
    if inquiry.state not in (State.ANSWERED, State.CLOSED):
        raise NotDecided("この照会の処理は取り消せません。")
    if row.dose is not None and not row.dose.is_void:
        _take_back(row, reason, by=by, at=at)
    detail = {"place": row.place} | ({"dose": row.dose_id} if row.dose_id else {})
    row.decision, row.dose, row.same_as, row.reason = "", None, None, ""
    row.decided_at, row.decided_by = None, None
    row.save()
    inquiry.state, inquiry.closing, inquiry.closed_at, inquiry.closed_by = State.ANSWERED, "", None, None
    inquiry.save()
    said = told(inquiry, **detail)
    audit.record("inquiry.undo", by=by, subjects=[inquiry.addressee_id], detail=said)


def _take_back(row: Received, reason: str, *, by: Account, at: datetime) -> None:
    dose = row.dose
    assert dose is not None
    if row.decision != Decision.REPLACED:
        ledger_services.void(dose, reason=reason, by=by, at=at)
        return
    before = Dose.objects.get(municipality_code=current(), replaced_by=dose)
    values: dict[str, Any] = {name: getattr(before, name) for name in _KEPT}
    ledger_services.replace(dose, reason=reason, by=by, at=at, **values)


def _open(received: Received) -> tuple[Inquiry, Received]:
    """The inquiry and its record, both locked. :raises NotDecided: unless it waits to be decided."""
    inquiry = services.locked(received.inquiry_id)
    _check_open(inquiry)
    row = Received.objects.select_for_update().get(municipality_code=current(), pk=received.pk)
    if row.decision:
        raise NotDecided("この記録はすでに処理されています。画面を開き直してください。")
    return inquiry, row


def _check_open(inquiry: Inquiry) -> None:
    kind = kind_of(inquiry.kind)
    if kind is None or not kind.ledger:
        raise NotDecided("この情報は台帳に登録できません。")
    if inquiry.state != State.ANSWERED:
        raise NotDecided("この照会の回答は処理できる状態ではありません。画面を開き直してください。")


def _one(inquiry: Inquiry, row: Received, vaccine: str = "", programme: str = "") -> Compared:
    """The record among all undecided ones, with the clerk's reading of what could not be read."""
    rows = list(inquiry.received.filter(decision="").order_by("place"))
    read = [provided.read(each, content) for each, content in sealing.opened(inquiry, rows)]
    for place, each in enumerate(read):
        if each.row.pk == row.pk and vaccine and each.problem and each.on:
            if vaccine not in catalogue.vaccine_names():
                raise NotDecided("ワクチンを選んでください。")
            chosen = dict(each.content) | {"vaccine": vaccine}
            if programme:
                chosen["programme"] = programme
            read[place] = provided.read(each.row, chosen)
    ours = list(ledger.doses(inquiry.addressee_id))
    found = comparing.compare(read, ours, _bound(inquiry, ours))
    return next(each for each in found if each.provided.row.pk == row.pk)


def _bound(inquiry: Inquiry, ours: Sequence[Dose]) -> set[int]:
    """The doses that decided records of the answer became or are, and what these were corrected to since."""
    pairs = inquiry.received.exclude(decision="").values_list("dose_id", "same_as_id")
    found = {pk for pair in pairs for pk in pair if pk is not None}
    for dose in sorted(ours, key=lambda dose: dose.pk):  # a correction comes after what it corrects
        if dose.pk in found and dose.replaced_by_id is not None:
            found.add(dose.replaced_by_id)
    return found


def _record(inquiry: Inquiry, found: Compared, *, by: Account, at: datetime, confirmed: bool = False) -> Dose:
    theirs = found.provided
    assert theirs.on is not None
    items = provided.items_of(theirs)
    items["provider_name"] = items["provider_name"] or _asked_of(inquiry)
    fits = theirs.programme in catalogue.vaccine_programmes(theirs.vaccine)
    return ledger_services.record_dose(
        addressee=inquiry.addressee, vaccine=theirs.vaccine, date=theirs.on,
        programme=theirs.programme if fits else "", by=by, at=at, outside_municipality=True,
        publicly_funded=True, claimable=False, counted=False, source=Source.EXCHANGE,
        confirmed=confirmed, note=_provenance(inquiry), **items,
    )  # fmt: skip


def _provenance(inquiry: Inquiry) -> str:
    answered = inquiry.answered_at or inquiry.received_at
    day = f"{to_wareki_short(clock.in_japan(answered).date())}回答" if answered else ""
    origin = [_asked_of(inquiry), day, f"処理通番 {inquiry.processing_number}"]
    return f"情報照会による登録（{'、'.join(filter(None, origin))}）"


def _asked_of(inquiry: Inquiry) -> str:
    """Who provided it; "" for a person under a 支援措置, whose ledger more people read than may see that."""
    return "" if is_protected([inquiry.addressee_id]) else inquiry.provider_name


def _decide(
    inquiry: Inquiry,
    row: Received,
    decision: Decision,
    *,
    by: Account,
    at: datetime,
    dose: Dose | None = None,
    reason: str = "",
    fate: Fate | None = None,
) -> None:
    row.decision, row.dose, row.reason = decision, dose, reason.strip()[:200]
    row.decided_by, row.decided_at = by, at
    row.save()
    made = ({"dose": dose.pk} if dose else {}) | ({"fate": str(fate)} if fate else {})
    said = told(inquiry, place=row.place, decision=str(decision), **made)
    audit.record("inquiry.decide", by=by, subjects=[inquiry.addressee_id], detail=said)
    if not inquiry.received.filter(decision="").exists():
        services.close(inquiry, closing=Closing.DECIDED, by=by, at=at)
