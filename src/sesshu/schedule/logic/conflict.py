"""Intervals between different vaccines (CDSi 6.7 and CALCDTCONFLICT), by the law of the later dose's day."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sesshu.schedule.logic.history import Record
from sesshu.schedule.model import Reason
from sesshu.schedule.supporting import Pack, Spacing, Vaccine

_LONGEST = 28


@dataclass(frozen=True, slots=True)
class Block:
    """Days, inclusive, that an earlier dose closes to other vaccines."""

    first: date
    last: date
    record: Record
    spacing: Spacing
    products: frozenset[str]
    programmes: frozenset[str]


def mark_conflicts(records: list[Record], pack: Pack) -> None:
    """Note on each record the spacing it breaks; doses of the same day never conflict."""
    for n, record in enumerate(records):
        vaccine, day = record.vaccine, record.day
        if vaccine is None:
            continue
        spacings = [s for s in _before(pack, vaccine.kind) if s.in_force.start <= day <= s.in_force.end]
        if not spacings:
            continue
        for earlier in reversed(records[:n]):
            gap = (day - earlier.day).days
            if gap > _LONGEST:
                break
            for spacing in spacings:
                if earlier.vaccine is None or not 0 < gap <= spacing.gap_days:
                    continue
                if _concerns(spacing, earlier.vaccine, vaccine):
                    _mark(record, earlier, spacing)


def blocks(records: list[Record], pack: Pack, after: date) -> list[Block]:
    """The days that the doses of ``records`` close to other vaccines, in order of their first day.

    Between live injections all are told, of other spacings those that last beyond ``after``: they
    ended in 2020, and a dose whose turn came long ago is not dated by them.
    """
    found = []
    for record in records:
        if record.vaccine is None:
            continue
        for spacing in _after(pack, record.vaccine.kind):
            if record.day >= spacing.in_force.end:
                continue
            first = max(record.day + timedelta(days=1), spacing.in_force.start)
            last = min(record.day + timedelta(days=spacing.gap_days), spacing.in_force.end)
            if first <= last and (last >= after or spacing.effect == "not_valid"):
                products, programmes = _closed(pack, spacing, record.vaccine)
                found.append(Block(first, last, record, spacing, products, programmes))
    return found


@lru_cache(maxsize=64)
def _before(pack: Pack, kind: str) -> list[Spacing]:
    """The spacings that ask something of a dose of this kind."""
    return [spacing for spacing in pack.spacings if kind in spacing.next]


@lru_cache(maxsize=64)
def _after(pack: Pack, kind: str) -> list[Spacing]:
    """The spacings that a dose of this kind sets to those after it."""
    return [s for s in pack.spacings if kind in s.previous and s.effect != "note"]


@lru_cache(maxsize=1024)
def _closed(pack: Pack, spacing: Spacing, previous: Vaccine) -> tuple[frozenset[str], frozenset[str]]:
    """The products, and their programmes, that a dose of ``previous`` closes days to."""
    closed = [v for v in pack.vaccines.values() if _concerns(spacing, previous, v)]
    return frozenset(v.code for v in closed), frozenset(p for v in closed for p in v.programmes)


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
    reason = Reason.of(
        "vaccine_conflict",
        (earlier.name, earlier.day, spacing.gap_days, first, (first - record.day).days),
        spacing.article,
    )
    if spacing.effect == "not_valid":
        record.blocked = record.blocked or reason
    elif spacing.effect == "not_routine":
        record.unspaced = record.unspaced or reason
    else:
        record.remark += (reason,)
