"""Commands: extract who is to be notified, correct the list by hand, keep standings up to date."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from sesshu.health.eligibility import fates, generations, refreshing
from sesshu.health.eligibility.choices import NEVER_ADDED, Fate, Purpose
from sesshu.health.eligibility.conditions import Conditions
from sesshu.health.eligibility.models import Extraction, ExtractionRow, Refresh
from sesshu.protection import audit
from sesshu.protection.models import Account

_ONLY_REMINDERS = {Fate.NOT_OVERDUE, Fate.REFUSED, Fate.RETURNED}


class UnknownProgramme(ValueError):
    """No programme of the schedule or of the city has this code."""


class NotAllowed(ValueError):
    """The list cannot be changed so; the message says why."""


def known_programmes() -> tuple[str, ...]:
    """Codes of the national schedule and of the city's own programmes."""
    return generations.national_codes() + tuple(rule.code for rule in generations.own_rules())


def check_programme(code: str) -> None:
    """:raises UnknownProgramme: with the list of codes."""
    known = known_programmes()
    if code not in known:
        raise UnknownProgramme(
            f"接種種類「{code}」はありません。次のいずれかを指定してください: {'、'.join(known)}"
        )


def refresh_changed(*, by: Account | None, at: datetime, on: date) -> Refresh:
    """Bring every standing that a change has made out of date up to ``on``'s horizon, in this transaction.

    For a whole city from nothing call :func:`refreshing.refresh_city` before, outside any transaction.
    """
    generation = generations.generation_for(on, at=at)
    refreshing.refresh_waiting(generation, by=by, at=at)
    return generation


def refresh_after_entry(addressee_id: int) -> None:
    """The ledger's hook: one person, in the transaction of the entry itself."""
    refresh_after_entries([addressee_id])


def refresh_after_entries(addressee_ids: Collection[int]) -> None:
    """The ledger's hook for a file. A large one waits for the next extraction: it is noted as stale."""
    generation = generations.latest()
    if generation is not None and generation.completed_at and len(addressee_ids) <= refreshing.PART:
        refreshing.refresh_persons(list(addressee_ids), generation=generation)


@transaction.atomic
def extract(
    *,
    programme: str,
    on: date,
    by: Account | None,
    at: datetime,
    purpose: str = Purpose.QUESTIONNAIRE,
    conditions: Conditions | None = None,
) -> Extraction:
    """List who is to be notified of ``programme`` on ``on`` (施行令1条の3), everybody else with a reason.

    ``counts`` holds ``targets`` and ``excluded`` by reason; together they are all addressees of the city.

    :raises UnknownProgramme: with the codes there are.
    """
    check_programme(programme)
    generation = refresh_changed(by=by, at=at, on=on)
    extraction = Extraction.objects.create(
        programme=programme,
        on=on,
        purpose=purpose,
        conditions=(conditions or Conditions()).as_data(),
        made_at=at,
        made_by=by,
    )
    counted = fates.store(extraction, generation, today=at.date())
    extraction.counts = _counts(counted.counts, purpose)
    extraction.save(update_fields=["counts"])
    audit.record(
        "targets.extract",
        by=by,
        subjects=counted.targets,
        count=len(counted.targets),
        purpose=purpose,
        detail={"extraction": extraction.pk, "programme": programme, "on": on.isoformat()},
    )
    return extraction


def _counts(found: dict[str, int], purpose: str) -> dict[str, object]:
    excluded = {
        str(fate): found.get(fate, 0)
        for fate in Fate
        if fate not in {Fate.TARGET, Fate.ADDED}
        and (purpose == Purpose.REMINDER or fate not in _ONLY_REMINDERS)
    }
    return {"targets": found.get(Fate.TARGET, 0), "excluded": excluded}


@transaction.atomic
def add_person(
    *, extraction: Extraction, addressee_id: int, reason: str, by: Account | None, at: datetime
) -> ExtractionRow:
    """Put a person on the list against or beyond the extraction's own finding.

    :raises NotAllowed: for the dead, those who moved away, those under a protective measure; without reason.
    """
    _check_open(extraction)
    _check_reason(reason)
    generation = refresh_changed(by=by, at=at, on=extraction.on)
    found = fates.of_persons(extraction, generation, [addressee_id], today=at.date()).get(addressee_id)
    if found is None:
        raise NotAllowed("この宛名番号の方は登録されていません。")
    if found.fate in NEVER_ADDED:
        raise NotAllowed(f"{Fate(found.fate).label}のため、通知の対象に加えられません。")
    row, created = ExtractionRow.objects.get_or_create(
        extraction=extraction,
        addressee_id=addressee_id,
        defaults={
            "included": True,
            "reason": Fate.ADDED,
            "dose_number": found.dose_number,
            "dose_label": found.dose_label,
            "due_from": found.due_from,
            "due_to": found.due_to,
        },
    )
    if not created and row.included:
        raise NotAllowed("この方はすでに対象者です。")
    return _change(row, included=True, why=reason, action="targets.add", by=by, at=at)


@transaction.atomic
def remove_person(*, row: ExtractionRow, reason: str, by: Account | None, at: datetime) -> ExtractionRow:
    """Take a person off the list; the row stays, with who, when and why.

    :raises NotAllowed: when the list is closed, the person is not on it, or no reason is given.
    """
    _check_open(row.extraction)
    _check_reason(reason)
    if not row.included:
        raise NotAllowed("この方は対象者ではありません。")
    return _change(row, included=False, why=reason, action="targets.remove", by=by, at=at)


@transaction.atomic
def undo_change(*, row: ExtractionRow, by: Account | None, at: datetime) -> None:
    """Back to what the extraction itself found."""
    _check_open(row.extraction)
    if row.reason == Fate.ADDED:
        audit.record(
            "targets.undo", by=by, subjects=[row.addressee_id], detail={"extraction": row.extraction_id}
        )
        row.delete()
        return
    _change(row, included=row.reason == Fate.TARGET, why="", action="targets.undo", by=by, at=at)


def close(extraction: Extraction, *, at: datetime) -> None:
    """What was printed from a list stays as it was."""
    extraction.closed_at = at
    extraction.save(update_fields=["closed_at"])


def _change(
    row: ExtractionRow, *, included: bool, why: str, action: str, by: Account | None, at: datetime
) -> ExtractionRow:
    row.included, row.change_reason = included, why
    row.changed_by, row.changed_at = (by, at) if why else (None, None)
    row.save(update_fields=["included", "change_reason", "changed_by", "changed_at"])
    audit.record(
        action, by=by, subjects=[row.addressee_id], detail={"extraction": row.extraction_id, "row": row.pk}
    )
    return row


def _check_open(extraction: Extraction) -> None:
    if extraction.closed_at:
        raise NotAllowed("この抽出は印刷済みのため、変更できません。もう一度抽出してください。")


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise NotAllowed("理由を入力してください。")
