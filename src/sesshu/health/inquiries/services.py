"""Commands on inquiries: ask, cancel, ask again, close. Jobs alone reach the network (asking, collecting)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from sesshu.addressees.choices import Kind
from sesshu.addressees.models import Addressee
from sesshu.addressees.selectors import is_protected
from sesshu.health.inquiries import institutions
from sesshu.health.inquiries.choices import PENDING, Closing, State
from sesshu.health.inquiries.kinds import InquiryKind, kind_of
from sesshu.health.inquiries.models import Inquiry
from sesshu.kernel.check_digits import is_municipality_code
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current
from sesshu.protocol import codes

_OPEN = frozenset({State.REFUSED, State.FAILED, State.ANSWERED})


class NotAsked(ValueError):
    """The inquiry was not made, or cannot be changed so; the message says why and what to do."""


@transaction.atomic
def ask(
    *,
    addressee: Addressee,
    kind: str,
    provider: str,
    by: Account,
    at: datetime,
    starts_on: date | None = None,
    ends_on: date | None = None,
    nondisclosure: bool = False,
    follows: Inquiry | None = None,
) -> Inquiry:
    """Make an inquiry; a job sends it. One about a person under a 支援措置 is 不開示 in any case.

    :param provider: the 機関コード. :param follows: the one that this is made in the place of.
    :raises NotAsked: for what the law does not let one ask, an institution that cannot be asked, or when the
        same is being asked already.
    """
    person = _locked(addressee)
    row = allowed_kind(kind, at.date())
    name = checked_provider(provider, row)
    if starts_on and ends_on and ends_on < starts_on:
        raise NotAsked("対象期間の終わりが始まりより前です。どちらかを直してください。")
    same = Inquiry.objects.filter(
        municipality_code=current(), addressee=person, kind=kind, provider=provider, state__in=PENDING
    )
    if same.exists():
        raise NotAsked("この照会先への照会は済んでいます。回答をお待ちください。")
    if follows is not None:
        _end(follows, Closing.RETRIED, by=by, at=at)
    made = Inquiry.objects.create(
        addressee=person, number=person.number, kind=kind, provider=provider, provider_name=name,
        starts_on=starts_on, ends_on=ends_on, department=department_of(by), asked_by=by, asked_at=at,
        nondisclosure=nondisclosure or bool(is_protected([person.pk], at.date())),
        terminal=audit.terminal.get(),
    )  # fmt: skip
    detail = told(made, nondisclosure=made.nondisclosure)
    audit.record("inquiry.ask", by=by, subjects=[person.pk], detail=detail)
    return made


@transaction.atomic
def ask_again(inquiry: Inquiry, *, by: Account, at: datetime, provider: str = "") -> Inquiry:
    """The same once more, to the same or another institution; the former one is closed.

    :raises NotAsked: as :func:`ask`, or when that one has not come to a refusal.
    """
    old = locked(inquiry.pk)
    if old.state not in {State.REFUSED, State.FAILED, State.CANCELLED}:
        raise NotAsked("この照会は断られていません。画面を開き直して、いまの状態を確かめてください。")
    return ask(
        addressee=old.addressee, kind=old.kind, provider=provider or old.provider, by=by, at=at,
        starts_on=old.starts_on, ends_on=old.ends_on, nondisclosure=old.nondisclosure, follows=old,
    )  # fmt: skip


@transaction.atomic
def cancel(inquiry: Inquiry, *, by: Account) -> Inquiry:
    """Take an inquiry back; one that has gone, or may have, is cancelled by the job.

    :raises NotAsked: when its answer has come already.
    """
    found = locked(inquiry.pk)
    if found.state not in PENDING:
        raise NotAsked("この照会はすでに終わっているため、取りやめられません。")
    if found.state == State.QUEUED and found.attempts == 0:
        found.state = State.CANCELLED
    else:
        found.cancel_requested, found.next_at = True, None
    found.save(update_fields=["cancel_requested", "state", "next_at"])
    audit.record("inquiry.cancel", by=by, subjects=[found.addressee_id], detail=told(found))
    return found


@transaction.atomic
def close(inquiry: Inquiry, *, closing: str, by: Account, at: datetime) -> Inquiry:
    """Put an inquiry that came to its end away, with how.

    :raises NotAsked: while it is under way, or while something provided is undecided.
    """
    found = locked(inquiry.pk)
    if found.state not in _OPEN:
        raise NotAsked("この照会は処理を終えられる状態ではありません。画面を開き直してください。")
    if closing not in Closing.values or closing == Closing.RETRIED:
        raise NotAsked("終わり方を選んでください。")
    row = kind_of(found.kind)
    if row and row.ledger and found.state == State.ANSWERED and found.received.filter(decision="").exists():
        raise NotAsked("まだ決めていない記録があります。すべて決めてから終えてください。")
    _end(found, closing, by=by, at=at)
    return found


def allowed_kind(code: str, on: date) -> InquiryKind:
    """:raises NotAsked: for a kind that the order does not list on that day."""
    found = kind_of(code)
    if found is None or not found.in_force(on):
        raise NotAsked(
            "この情報の照会は、命令2条の表で認められていません。照会する情報を選び直してください。"
        )
    return found


def checked_provider(provider: str, kind: InquiryKind) -> str:
    """The institution's name.

    :raises NotAsked: when it cannot be asked for that. No message names it: whoever asks where a person under
        a 支援措置 lived before may not be one who may see it.
    """
    if provider == codes.institution_of(current()):
        raise NotAsked("自分の市区町村へは照会できません。照会先を選び直してください。")
    row = institutions.listed().filter(code=provider).first()
    if row is not None and row.kind == kind.provider:
        return row.name
    if row is not None:
        raise NotAsked(f"この照会先には「{kind.title}」を照会できません。照会先は{kind.whom}です。")
    try:
        municipality = codes.municipality_of(provider)
    except ValueError:
        raise NotAsked("照会先が一覧にありません。照会先を選び直してください。") from None
    if kind.provider != "municipality" or not is_municipality_code(municipality):
        raise NotAsked("照会先が一覧にありません。照会先を選び直してください。")
    return f"団体コード {municipality}"


def department_of(by: Account) -> str:
    """The section that asks, as the other side may see it; 照会者部署コード has 20 characters."""
    return str(by.municipality.section or by.municipality.name)[:20]


def locked(pk: int) -> Inquiry:
    """The inquiry, locked until the transaction ends."""
    rows = Inquiry.objects.select_for_update(of=("self",)).select_related("addressee")
    return rows.get(municipality_code=current(), pk=pk)


def told(inquiry: Inquiry, **more: Any) -> dict[str, Any]:
    """What the log says of an inquiry: no name, no content."""
    return {"inquiry": inquiry.pk, "kind": inquiry.kind, "provider": inquiry.provider} | more


def _end(inquiry: Inquiry, closing: str, *, by: Account, at: datetime) -> None:
    inquiry.state, inquiry.closing, inquiry.closed_at, inquiry.closed_by = State.CLOSED, closing, at, by
    inquiry.save(update_fields=["state", "closing", "closed_at", "closed_by"])
    detail = told(inquiry, closing=str(closing))
    audit.record("inquiry.close", by=by, subjects=[inquiry.addressee_id], detail=detail)


def _locked(addressee: Addressee) -> Addressee:
    # Two clerks at once must not ask the same twice.
    found = Addressee.objects.select_for_update().get(municipality_code=current(), pk=addressee.pk)
    if found.merged_into_id is not None:
        raise NotAsked("名寄せ済みの宛名です。名寄せ先の方について照会してください。")
    if found.kind not in {Kind.RESIDENT, Kind.UNREGISTERED}:
        raise NotAsked("個人ではない宛名については照会できません。")
    return found
