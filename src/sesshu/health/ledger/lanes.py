"""The life of a person in lanes: for each programme the spans and the doses, before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from sesshu.health.catalogue.national import Programme
from sesshu.kernel.wareki import to_wareki_short
from sesshu.schedule import DoseGiven, DoseVerdict, Pack, Person, ProgrammeStatus, Span, assess, timeline
from sesshu.schedule.supporting import Dates

_DAY = timedelta(days=1)
_SEEN_DAYS = 14
# Too short to be divided in the drawing.
_SHORT_DAYS = 7


class Kind(StrEnum):
    """What a stretch of a lane is; each has its own shape and pattern, not colour alone."""

    DONE = "done"
    OPEN = "open"
    STANDARD = "standard"
    LATE = "late"
    FUTURE = "future"
    FUTURE_STANDARD = "future-standard"
    WAITING = "waiting"
    CLOSED = "closed"


WORDS = {
    Kind.DONE: "完了",
    Kind.OPEN: "接種可能",
    Kind.STANDARD: "標準的な接種期間",
    Kind.LATE: "標準期間を過ぎた接種可能期間",
    Kind.FUTURE: "これから接種可能",
    Kind.FUTURE_STANDARD: "これからの標準的な接種期間",
    Kind.WAITING: "時期前（間隔待ち・年齢前）",
    Kind.CLOSED: "接種できない期間",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days ``start`` to ``end``, inclusive, of one kind."""

    start: date
    end: date
    kind: Kind
    label: str

    @property
    def words(self) -> str:
        """What a reader hears or sees on pointing at it."""
        dose = f"{self.label} " if self.label else ""
        return f"{dose}{WORDS[self.kind]}: {to_wareki_short(self.start)}〜{to_wareki_short(self.end)}"


@dataclass(frozen=True, slots=True)
class Mark:
    """A dose in its lane. ``number`` is what stands in the mark."""

    day: date
    number: str
    evaluation: str
    routine: bool
    words: str


@dataclass(frozen=True, slots=True)
class Lane:
    programme: Programme
    stretches: tuple[Stretch, ...]
    marks: tuple[Mark, ...]


def lanes(
    person: Person,
    doses: tuple[DoseGiven, ...],
    verdicts: Iterable[DoseVerdict],
    programmes: Iterable[Programme],
    *,
    names: Mapping[str, str],
    today: date,
    until: date,
    pack: Pack,
) -> tuple[Lane, ...]:
    """The lanes of those programmes which have something to show by ``until``; without a birth date, none."""
    judged = list(verdicts)
    found = []
    for programme in programmes:
        marks = tuple(_mark(verdict, names) for verdict in judged if verdict.programme == programme.code)
        bearing = tuple(dose for dose in doses if _bears_on(dose, programme.code, pack))
        spans = [span for span in timeline(person, bearing, programme.code, pack) if span.start <= until]
        if not marks and all(span.status in ("not_target", "aged_out") for span in spans):
            continue
        stretches = _stretches(person, bearing, programme.code, spans, today, pack)
        found.append(Lane(programme, tuple(stretches), marks))
    return tuple(found)


def _bears_on(dose: DoseGiven, programme: str, pack: Pack) -> bool:
    """Whether a dose can change what is drawn of ``programme``.

    It counts against one of its diseases, or keeps its vaccines waiting for weeks. A wait of days (six,
    between inactivated vaccines before 2020-10) is too short to be seen; each dose's own verdict holds to it.
    """
    return _counts_in(dose.vaccine, programme, pack) or any(
        dose.date in in_force for in_force in _long_waits(dose.vaccine, programme, pack)
    )


@cache
def _counts_in(vaccine: str, programme: str, pack: Pack) -> bool:
    return not set(pack.programmes[programme].diseases).isdisjoint(pack.vaccines[vaccine].against)


@cache
def _long_waits(vaccine: str, programme: str, pack: Pack) -> tuple[Dates, ...]:
    """When the interval after ``vaccine`` before the programme's vaccines was one of weeks."""
    given = pack.vaccines[vaccine].kind
    own = {known.kind for known in pack.vaccines.values() if programme in known.programmes}
    return tuple(
        spacing.in_force
        for spacing in pack.spacings
        if spacing.gap_days >= _SEEN_DAYS and given in spacing.previous and not own.isdisjoint(spacing.next)
    )


def _stretches(
    person: Person, doses: tuple[DoseGiven, ...], code: str, spans: list[Span], today: date, pack: Pack
) -> Iterator[Stretch]:
    for span in spans:
        label = span.dose_label or ""
        if span.status == "complete":
            yield Stretch(span.start, span.end, Kind.DONE, "")
        elif span.status == "not_yet":
            yield Stretch(span.start, span.end, Kind.WAITING, label)
        elif span.status == "aged_out":
            yield Stretch(span.start, span.end, Kind.CLOSED, "")
        elif span.status == "eligible" and (span.end - span.start).days < _SHORT_DAYS:
            yield Stretch(span.start, span.end, Kind.FUTURE if span.start > today else Kind.OPEN, label)
        elif span.status == "eligible":
            known = tuple(dose for dose in doses if dose.date < span.start)
            at_start = assess(person, known, on=span.start, pack=pack, programmes=[code]).programmes[0]
            yield from _eligible(span, at_start, label, today)


def _eligible(span: Span, status: ProgrammeStatus, label: str, today: date) -> Iterator[Stretch]:
    """An open span cut at the standard period and at today."""
    start, end = status.recommended_from, status.recommended_to
    edges = {span.start, today + _DAY}
    edges.update(day for day in (start, end + _DAY if end else None) if day)
    cuts = sorted(day for day in edges if span.start <= day <= span.end)
    for place, day in enumerate(cuts):
        last = cuts[place + 1] - _DAY if place + 1 < len(cuts) else span.end
        standard = start is not None and start <= day and (end is None or day <= end)
        late = end is not None and day > end
        yield Stretch(day, last, _kind(day > today, standard, late), label)


def _kind(future: bool, standard: bool, late: bool) -> Kind:
    if future:
        return Kind.FUTURE_STANDARD if standard else Kind.FUTURE
    if late:
        return Kind.LATE
    return Kind.STANDARD if standard else Kind.OPEN


def _number(verdict: DoseVerdict) -> str:
    """The number in the mark: of the period (期) where a programme has one dose in each, else of the dose."""
    label = verdict.dose_label or ""
    if label.endswith("期") and label[:-1].isdigit():
        return label[:-1]
    return str(verdict.dose_number) if verdict.dose_number else ""


def _mark(verdict: DoseVerdict, names: Mapping[str, str]) -> Mark:
    words = {
        "valid": "有効",
        "not_valid": "無効",
        "extraneous": "余分",
        "sub_standard": "基準外",
    }[verdict.evaluation]
    legal = "定期" if verdict.routine else "任意"
    label = verdict.dose_label or ""
    name = names.get(verdict.vaccine, verdict.vaccine)
    return Mark(
        verdict.date,
        _number(verdict),
        verdict.evaluation,
        verdict.routine,
        f"{to_wareki_short(verdict.date)} {name} {label}（{words}・{legal}）",
    )
