"""Assess a person: every dose judged, every programme's status on a day."""

from collections.abc import Iterable
from datetime import date, timedelta

from sesshu.schedule.logic.groups import Prospect, prospect
from sesshu.schedule.logic.history import organise
from sesshu.schedule.logic.patient import Patient
from sesshu.schedule.logic.relevance import Terms, relevant
from sesshu.schedule.model import (
    Assessment,
    DoseGiven,
    Person,
    ProgrammeStatus,
    Reason,
    Span,
    Window,
    Windows,
)
from sesshu.schedule.statuses import after_all, next_step, not_target, status_on
from sesshu.schedule.supporting import Pack, Programme
from sesshu.schedule.verdicts import verdict

ONE_DAY = timedelta(days=1)
_LIFE_YEARS = 120
_FIRST_BIRTH_YEAR, _LAST_BIRTH_YEAR = 1850, 2200


def assess(
    person: Person,
    doses: Iterable[DoseGiven],
    on: date,
    pack: Pack,
    programmes: Iterable[str] | None = None,
) -> Assessment:
    """Judge ``doses`` and tell the status of ``programmes`` (all of the pack's if None) on ``on``.

    A dose after ``on`` is not counted. Unknown vaccine codes and an unknown date of birth come back as
    verdicts with a reason, never as an exception; an unknown programme raises ``KeyError``.
    """
    wanted = _wanted(pack, programmes)
    terms = _terms(person, pack)
    records = organise(person, doses, on, pack, terms)
    if terms is None:
        verdicts = tuple(verdict(record, None) for record in records)
        return Assessment(verdicts, tuple(not_target(p.code, _no_birth(person)) for p in wanted))
    patient, end = Patient(terms, records, on), _life_end(on)
    statuses = {p.code: status_on(prospect(p, patient, on, end, 1), terms, on, pack) for p in wanted}

    def step(code: str) -> Reason:
        if code not in statuses:
            found = prospect(pack.programmes[code], patient, on, end, 1)
            statuses[code] = status_on(found, terms, on, pack)
        return next_step(statuses[code])

    verdicts = tuple(verdict(record, patient, step) for record in records)
    return Assessment(verdicts, tuple(statuses[p.code] for p in wanted))


def timeline(person: Person, doses: Iterable[DoseGiven], programme: str, pack: Pack) -> tuple[Span, ...]:
    """The programme's status through the whole life as it looked with the doses given by each day.

    Spans follow one another from birth without gap; empty when the date of birth is unknown or impossible.
    """
    given = sorted(doses, key=lambda dose: dose.date)
    terms = _terms(person, pack)
    if terms is None:
        return ()
    end = _life_end(terms.birth)
    changes = {*(dose.date for dose in given), *terms.closed.changes()}
    starts = sorted({terms.birth, *(day for day in changes if terms.birth < day <= end)})
    spans: list[Span] = []
    for n, start in enumerate(starts):
        last = starts[n + 1] - ONE_DAY if n + 1 < len(starts) else end
        for span in _stage(person, given, programme, pack, terms, start, last):
            _append(spans, span)
    return tuple(spans)


def eligible_windows(
    person: Person,
    doses: Iterable[DoseGiven],
    programme: str,
    pack: Pack,
    horizon_from: date,
    horizon_to: date,
) -> Windows:
    """The days within the horizon on which a dose would be routine, given the doses by ``horizon_from``.

    Made to be stored: extraction on any day of the horizon is then a comparison of dates.
    """
    terms = _terms(person, pack)
    if terms is None:
        status = not_target(programme, _no_birth(person))
        return Windows(programme, (), "not_target", horizon_from, status.reasons)
    records = organise(person, doses, horizon_from, pack, terms)
    patient = Patient(terms, records, horizon_from)
    turns = horizon_to.year - horizon_from.year + 3
    found = prospect(pack.programmes[programme], patient, horizon_from, _life_end(horizon_to), turns)
    windows = tuple(
        Window(o.start, None if o.end == date.max else o.end, o.number, o.label, o.period)
        for o in found.openings
        if o.end >= horizon_from and o.start <= horizon_to
    )
    last = max((o.end for o in found.openings), default=date.min)
    if last >= horizon_to:
        return Windows(programme, windows, status_on(found, terms, horizon_to, pack).status, None)
    since = max(last + ONE_DAY, horizon_from)
    after = after_all(found, terms, since, pack)
    return Windows(programme, windows, after.status, since, after.reasons)


def _life_end(day: date) -> date:
    return date(min(day.year + _LIFE_YEARS, 9998), 3, 31)


def _terms(person: Person, pack: Pack) -> Terms | None:
    """The person's terms; None when the date of birth is unknown or none that a living person has."""
    if person.birth is None or not _FIRST_BIRTH_YEAR <= person.birth.year <= _LAST_BIRTH_YEAR:
        return None
    return relevant(
        pack,
        person.birth,
        person.sex,
        person.conditions,
        person.due_dates,
        person.long_term_illness,
        person.exclusions,
    )


def _no_birth(person: Person) -> str:
    return "birth_unknown" if person.birth is None else "birth_unknown.impossible"


def _wanted(pack: Pack, programmes: Iterable[str] | None) -> list[Programme]:
    if programmes is None:
        return list(pack.programmes.values())
    return [pack.programmes[code] for code in programmes]


def _stage(
    person: Person,
    doses: list[DoseGiven],
    programme: str,
    pack: Pack,
    terms: Terms,
    start: date,
    last: date,
) -> list[Span]:
    """Spans between two doses: evaluated at breakpoints only."""
    patient = Patient(terms, organise(person, doses, start, pack, terms), start)
    # Of what comes back every year, the turns up to the first after the stage say all that holds in it.
    turns = last.year - start.year + 3
    found = prospect(pack.programmes[programme], patient, start, _life_end(last), turns)
    days = sorted({start, *(day for day in edges(found, terms) if start < day <= last)})
    spans = []
    for n, day in enumerate(days):
        until = days[n + 1] - ONE_DAY if n + 1 < len(days) else last
        spans.append(_span(status_on(found, terms, day, pack), day, until))
    return spans


def edges(found: Prospect, terms: Terms) -> set[date]:
    """Days on which what is said may change: openings begin or end, rules' windows do, clipped or not."""
    marks: set[date] = set()
    ends: set[date] = set()
    for opening in found.openings:
        marks.update((opening.start, opening.statutory.start))
        ends.update((opening.end, opening.statutory.end))
    for first, last, _ in terms.closed.programme(found.programme) if terms.closed else ():
        marks.add(first)
        ends.add(last)
    for rule in terms.plan.by_programme[found.programme.code]:
        if not terms.bars[rule.number]:
            for stretch in terms.stretches(rule):
                marks.add(stretch.start)
                ends.update((stretch.closes, stretch.end))
    return marks | {day + ONE_DAY for day in ends if day < date.max}


def _span(status: ProgrammeStatus, start: date, end: date) -> Span:
    codes = tuple(reason.code for reason in status.reasons)
    return Span(start, end, status.status, status.next_dose, status.next_label, codes)


def _append(spans: list[Span], span: Span) -> None:
    """Add a span, or lengthen the last one when nothing changed."""
    last = spans[-1] if spans else None
    if last is not None and (last.status, last.dose_number, last.dose_label, last.reasons) == (
        span.status,
        span.dose_number,
        span.dose_label,
        span.reasons,
    ):
        spans[-1] = Span(
            last.start, span.end, *(span.status, span.dose_number, span.dose_label, span.reasons)
        )
    else:
        spans.append(span)
