"""Vaccine groups (CDSi chapter 9): the series of several diseases merged into the law's programmes."""

from dataclasses import dataclass, field, replace
from datetime import date

from sesshu.schedule.logic.contraindication import Span as ClosedDays
from sesshu.schedule.logic.forecast import ONE_DAY, Opening, Outlook, forecast
from sesshu.schedule.logic.patient import Patient
from sesshu.schedule.logic.plan import Requirement
from sesshu.schedule.logic.recurring import turns, used_turn
from sesshu.schedule.logic.relevance import Terms
from sesshu.schedule.logic.selection import Selected
from sesshu.schedule.model import ProgrammeStatus, Reason
from sesshu.schedule.supporting import Dates, Programme


@dataclass(slots=True, eq=False)
class Prospect:
    """Everything a programme holds for a person, given the doses so far.

    ``chosen`` are the series of its last period, one a disease; None where no dose was given.
    """

    programme: Programme
    openings: list[Opening] = field(default_factory=list)
    complete: bool = False
    completed_on: date | None = None
    other_product: bool = False
    recurring: bool = False
    statuses: dict[date, ProgrammeStatus] | None = None
    chosen: list[Selected] | None = None


def prospect(
    programme: Programme, patient: Patient, after: date, until: date, most: int = 1 << 30
) -> Prospect:
    """The openings of a programme that end on or after ``after``.

    What comes back every year is looked for until ``until``, ``most`` times at the most.
    """
    if not _untouched(programme, patient):
        return _prospect(programme, patient, after, until, most)
    kept = patient.terms.prospects
    key = (programme.code, after, until, most)
    if key not in kept:
        if len(kept) > 4 * len(patient.terms.pack.programmes):
            kept.clear()
        kept[key] = _prospect(programme, patient, after, until, most, whole_life=True)
        kept[key].statuses = {}
    found: Prospect = kept[key]
    return found


def _untouched(programme: Programme, patient: Patient) -> bool:
    """True if the history cannot change anything, so that everyone of the same terms shares the result."""
    if any(disease in patient.touched for disease in programme.diseases):
        return False
    return not any(programme.code in block.programmes for block in patient.outlook.blocks)


def _prospect(
    programme: Programme, patient: Patient, after: date, until: date, most: int, *, whole_life: bool = False
) -> Prospect:
    found = Prospect(programme)
    since = date.min if whole_life else after
    periods = patient.terms.periods(programme.diseases, programme.code)
    diseases = _concerned(programme, patient.terms, after)
    for n, period in enumerate(periods):
        chosen = [
            selected
            for disease in diseases
            if (selected := patient.selected(disease).get(period)) is not None
        ]
        if not chosen:
            continue
        if not whole_life:
            found.chosen = chosen
        if chosen[0].best.series.each:
            found.recurring = True
            _add_turns(found, chosen[0], patient.terms, after, until, most)
        else:
            _add_period(found, chosen, patient, since, last=n == len(periods) - 1)
    if patient.terms.closed:
        spans = patient.terms.closed.programme(programme)
        found.openings = [part for opening in found.openings for part in _outside(opening, spans)]
    found.openings.sort(key=lambda opening: opening.start)
    return found


def _concerned(programme: Programme, terms: Terms, day: date) -> tuple[str, ...]:
    """The diseases whose doses are to be given: not those from which the person is excluded on ``day``."""
    if not terms.closed:
        return programme.diseases
    open_to = tuple(
        disease
        for disease in programme.diseases
        if not any(first <= day <= last for first, last, _ in terms.closed.disease(disease))
    )
    return open_to or programme.diseases


def _add_period(
    found: Prospect, chosen: list[Selected], patient: Patient, since: date, *, last: bool
) -> None:
    pending = [selected for selected in chosen if not selected.complete]
    done = [selected for selected in chosen if selected.complete]
    if not pending:
        found.complete = found.complete or last
        found.completed_on = max(s.best.progress.last_satisfied or date.min for s in done)
    elif found.programme.whole and done:
        found.other_product = True
    elif patient.terms.last_day(found.programme.code) >= patient.after:
        if all(one.best.progress is pending[0].best.progress for one in pending):
            pending = pending[:1]
        lists = [_merge(selected, found.programme.code, patient.outlook, since) for selected in pending]
        if any(lists) and not all(lists):
            found.other_product = found.programme.whole
            lists = [] if found.programme.whole else [openings for openings in lists if openings]
        found.openings += lists[0] if len(lists) == 1 else _together(lists)


def _merge(selected: Selected, programme: str, outlook: Outlook, after: date) -> list[Opening]:
    """The openings of a period's candidates, those that overlap for the same dose made one."""
    ranked = [
        (opening, rank)
        for rank, evaluated in enumerate(selected.candidates)
        for opening in forecast(evaluated, programme, outlook, after)
    ]
    if len(ranked) < 2:
        return [opening for opening, _ in ranked]
    ranked.sort(key=lambda pair: (pair[0].start, pair[0].number))
    merged: list[tuple[Opening, int]] = []
    for opening, rank in ranked:
        if merged and _joins(merged[-1][0], opening):
            merged[-1:] = _join(merged[-1], (opening, rank))
        else:
            merged.append((opening, rank))
    return [opening for opening, _ in merged]


def _joins(one: Opening, other: Opening) -> bool:
    if (one.number, one.label, one.period) != (other.number, other.label, other.period):
        return False
    if other.start <= one.end:
        return True
    touching = other.start.toordinal() == one.end.toordinal() + 1
    return touching and one.remaining == other.remaining and one.why.code != "vaccine_interval"


def _join(one: tuple[Opening, int], other: tuple[Opening, int]) -> list[tuple[Opening, int]]:
    """Both made one; where the one with fewer doses left ends first, the rest of the other follows."""
    (first, rank), (second, second_rank) = one, other
    preferred = first if rank <= second_rank else second
    joined = replace(
        first,
        end=max(first.end, second.end),
        statutory=Dates(
            min(first.statutory.start, second.statutory.start), max(first.statutory.end, second.statutory.end)
        ),
        recommended=preferred.recommended,
        remaining=min(first.remaining, second.remaining),
        since=min(first.since, second.since),
    )
    longer, shorter = (first, second) if first.end > second.end else (second, first)
    if longer.remaining <= shorter.remaining or longer.end == shorter.end:
        return [(joined, min(rank, second_rank))]
    rest = replace(longer, start=shorter.end + ONE_DAY, statutory=joined.statutory, since=joined.since)
    rest_rank = rank if longer is first else second_rank
    return [(replace(joined, end=shorter.end), min(rank, second_rank)), (rest, rest_rank)]


def _together(lists: list[list[Opening]]) -> list[Opening]:
    """One product against several diseases: the days open to all of them, numbered by the least advanced."""
    if not lists or not lists[0]:
        return []
    if all(other == lists[0] for other in lists[1:]):
        return lists[0]
    lists.sort(key=lambda openings: openings[0].number)
    found = []
    for opening in lists[0]:
        latest = max((o for others in lists for o in others[:1]), key=lambda o: o.start)
        end = min(max(o.end for o in others) for others in lists)
        start = max(opening.start, latest.start)
        if start <= min(opening.end, end):
            why = opening.why if start == opening.start else latest.why
            since = opening.since if start == opening.start else start
            found.append(replace(opening, start=start, end=min(opening.end, end), why=why, since=since))
    return found


def _add_turns(
    found: Prospect, selected: Selected, terms: Terms, after: date, until: date, most: int
) -> None:
    series = selected.best.series
    spans = terms.closed.programme(found.programme) if terms.closed else []
    for days, requirement in turns(series, found.programme.code, after, until, terms):
        used = used_turn(series, days, selected.best.progress, terms)
        if used is not None:
            found.completed_on = used
            continue
        if days.end < after:
            continue
        found.openings += _outside(_turn(days, requirement), spans)
        if len(found.openings) >= most:
            return


def _turn(days: Dates, requirement: Requirement) -> Opening:
    row, rule = requirement.row, requirement.rule
    return Opening(
        start=days.start,
        end=days.end,
        number=row.number,
        label=row.label,
        period=rule.period_name,
        statutory=days,
        recommended=(None, None),
        remaining=1,
        article=rule.article,
        why=Reason.of("window", (days.start,), rule.article),
        since=days.start,
        confidence=rule.confidence,
    )


def _outside(opening: Opening, spans: list[ClosedDays]) -> list[Opening]:
    """Cut the days of exclusions out of an opening."""
    found, rest = [], opening
    for first, last, ground in spans:
        if last < rest.start or first > rest.end:
            continue
        if first > rest.start:
            found.append(replace(rest, end=first - ONE_DAY))
        if last >= rest.end:
            return found
        start = last + ONE_DAY
        why = Reason.of("after_exclusion", (ground.name, start), ground.article)
        rest = replace(rest, start=start, since=start, why=why)
    found.append(rest)
    return found
