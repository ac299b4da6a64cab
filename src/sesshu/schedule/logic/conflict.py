"""Intervals between different vaccines (CDSi 6.7 and CALCDTCONFLICT), by the law of the later dose's day."""

from datetime import date, timedelta

from sesshu.schedule.logic.history import Record
from sesshu.schedule.model import Reason
from sesshu.schedule.supporting import Pack, Spacing, Vaccine

_LONGEST = 28


def mark_conflicts(records: list[Record], pack: Pack) -> None:
    """Note on each record the spacing it breaks; doses of the same day never conflict."""
    for n, record in enumerate(records):
        if record.refusal is not None or record.vaccine is None:
            continue
        for earlier in reversed(records[:n]):
            if earlier.vaccine is None or earlier.refusal is not None or earlier.day == record.day:
                continue
            if (record.day - earlier.day).days > _LONGEST:
                break
            for spacing in pack.spacings:
                if record.day in spacing.in_force and _breaks(spacing, earlier, record):
                    _mark(record, earlier, spacing)


def blocked_days(
    records: list[Record], vaccine: Vaccine, pack: Pack
) -> list[tuple[date, date, Record, Spacing]]:
    """Days on which ``vaccine`` may not be given as routine because of earlier doses of other kinds."""
    found = []
    for record in records:
        if record.vaccine is None or record.refusal is not None:
            continue
        for spacing in pack.spacings:
            if spacing.effect == "note" or not _concerns(spacing, record.vaccine, vaccine):
                continue
            first = max(record.day + timedelta(days=1), spacing.in_force.start)
            last = min(record.day + timedelta(days=spacing.gap_days), spacing.in_force.end)
            if first <= last:
                found.append((first, last, record, spacing))
    return found


def _breaks(spacing: Spacing, earlier: Record, record: Record) -> bool:
    if earlier.vaccine is None or record.vaccine is None:
        return False
    near = (record.day - earlier.day).days <= spacing.gap_days
    return near and _concerns(spacing, earlier.vaccine, record.vaccine)


def _concerns(spacing: Spacing, previous: Vaccine, following: Vaccine) -> bool:
    if previous.kind not in spacing.previous or following.kind not in spacing.next:
        return False
    if spacing.different and previous.code == following.code:
        return False
    if spacing.one_of_them and not ({previous.code, following.code} & spacing.one_of_them):
        return False
    return not ({previous.code, following.code} & spacing.without)


def _mark(record: Record, earlier: Record, spacing: Spacing) -> None:
    first = earlier.day + timedelta(days=spacing.gap_days + 1)
    reason = Reason(
        "vaccine_conflict",
        "他のワクチンとの間隔が足りません: {}（{}）から{}日以上空けると{}から、{}日早い接種です。",
        (earlier.name, earlier.day, spacing.gap_days, first, (first - record.day).days),
        spacing.article,
    )
    if spacing.effect == "not_valid":
        record.blocked = record.blocked or reason
    elif spacing.effect == "not_routine":
        record.unspaced = record.unspaced or reason
    else:
        record.remark += (reason,)
