"""All programmes of one person over some years: the same spans as :func:`sesshu.schedule.timeline`, cut to a
horizon. The history between two doses is organised once for all programmes, which is what makes a city's
refresh affordable.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sesshu.schedule.assessing import _terms, edges
from sesshu.schedule.logic.conflict import mark_conflicts
from sesshu.schedule.logic.groups import Prospect, prospect
from sesshu.schedule.logic.history import organise
from sesshu.schedule.logic.patient import Patient
from sesshu.schedule.logic.relevance import Terms
from sesshu.schedule.model import DoseGiven, DoseVerdict, Person, ProgrammeStatus, Status
from sesshu.schedule.statuses import status_on
from sesshu.schedule.supporting import Pack, Programme
from sesshu.schedule.verdicts import verdict

_DAY = timedelta(days=1)
_LIFE_YEARS = 120


class HorizonSpan(NamedTuple):
    """Days ``start`` to ``end``, both inclusive; ``recommended_*`` and ``last_day`` are of the dose due."""

    start: date
    end: date
    status: Status
    dose_number: int | None = None
    dose_label: str | None = None
    recommended_from: date | None = None
    recommended_to: date | None = None
    last_day: date | None = None


class Life:
    """One person's history, organised once for every verdict and for the spans of every programme."""

    def __init__(self, person: Person, doses: Iterable[DoseGiven], pack: Pack) -> None:
        self.person, self.pack = person, pack
        self.terms = _terms(person, pack)
        self._records = organise(person, doses, date.max, pack, self.terms)
        self._usable = [record for record in self._records if record.refusal is None]
        if self.terms is not None and len(self._usable) > 1:
            mark_conflicts(self._usable, pack)
        self._patients: dict[date, Patient] = {}

    def verdicts(self) -> tuple[DoseVerdict, ...]:
        """Every dose judged by the law of its day, in the order of the dates."""
        if self.terms is None or not self._records:
            return tuple(verdict(record, None) for record in self._records)
        patient = self._patient(self.terms, self._records[-1].day)
        return tuple(verdict(record, patient) for record in self._records)

    def spans(
        self, programme: str, changes: Iterable[date], horizon_from: date, horizon_to: date
    ) -> list[HorizonSpan]:
        """The programme's status on every day of the horizon from birth on, with the doses given by that day.

        ``changes`` are the days of the doses that can change it. Empty when the date of birth is unknown or
        after the horizon.
        """
        spans: list[HorizonSpan] = []
        terms = self.terms
        if terms is None or terms.birth > horizon_to:
            return spans
        first = max(terms.birth, horizon_from)
        starts = sorted({first, *(day for day in changes if first < day <= horizon_to)})
        ends = [*(start - _DAY for start in starts[1:]), horizon_to]
        for start, end in zip(starts, ends, strict=True):
            found = _prospect(self.pack.programmes[programme], self._patient(terms, start), start, end)
            _append_stage(spans, found, terms, self.pack, start, end)
        return spans

    def _patient(self, terms: Terms, day: date) -> Patient:
        found = self._patients.get(day)
        if found is None:
            records = [record for record in self._usable if record.day <= day]
            found = self._patients[day] = Patient(terms, records, day, marked=True)
        return found


def spans_over(
    person: Person,
    doses: Iterable[DoseGiven],
    pack: Pack,
    programmes: Sequence[str],
    horizon_from: date,
    horizon_to: date,
) -> dict[str, list[HorizonSpan]]:
    """The spans of several programmes, each looked at anew on the day of every dose."""
    given = tuple(doses)
    life, days = Life(person, given, pack), [dose.date for dose in given]
    return {code: life.spans(code, days, horizon_from, horizon_to) for code in programmes}


def touching(programme: Programme, pack: Pack) -> frozenset[str]:
    """Vaccines whose doses can change what is said of ``programme`` from October 2020 on.

    Its own diseases' vaccines; and for a live vaccine every other live one, for 27 days must lie between
    (定期接種実施要領, 令和2年10月1日から). What earlier intervals said changes 定期, never what is due.
    """
    own = {v.code for v in pack.vaccines.values() if set(v.against) & set(programme.diseases)}
    if not any(pack.vaccines[code].kind.startswith("live") for code in own):
        return frozenset(own)
    return frozenset(own | {v.code for v in pack.vaccines.values() if v.kind.startswith("live")})


def _prospect(programme: Programme, patient: Patient, start: date, end: date) -> Prospect:
    """What comes back every year is looked at past the end: "not yet" needs a next time."""
    whole_life = date(min(end.year + _LIFE_YEARS, 9998), 3, 31)
    return prospect(programme, patient, start, whole_life, most=end.year - start.year + 3)


def _append_stage(
    spans: list[HorizonSpan], found: Prospect, terms: Terms, pack: Pack, start: date, end: date
) -> None:
    days = _marks(found, terms, start, end)
    for n, day in enumerate(days):
        until = days[n + 1] - _DAY if n + 1 < len(days) else end
        _append(spans, _span(status_on(found, terms, day, pack), day, until))


def _marks(found: Prospect, terms: Terms, start: date, end: date) -> list[date]:
    """The days within the stretch on which the status may change."""
    return sorted({start, *(day for day in edges(found, terms) if start < day <= end)})


def _span(status: ProgrammeStatus, start: date, end: date) -> HorizonSpan:
    if status.status != "eligible":
        return HorizonSpan(start, end, status.status)
    return HorizonSpan(
        start, end, "eligible", status.next_dose, status.next_label,
        status.recommended_from, status.recommended_to, status.last_day,
    )  # fmt: skip


def _append(spans: list[HorizonSpan], span: HorizonSpan) -> None:
    """Lengthen the last span where nothing but the day changed."""
    last = spans[-1] if spans else None
    if last is not None and _said(last) == _said(span):
        spans[-1] = HorizonSpan(last.start, span.end, *_said(span))
    else:
        spans.append(span)


def _said(
    span: HorizonSpan,
) -> tuple[Status, int | None, str | None, date | None, date | None, date | None]:
    return (
        span.status, span.dose_number, span.dose_label,
        span.recommended_from, span.recommended_to, span.last_day,
    )  # fmt: skip
