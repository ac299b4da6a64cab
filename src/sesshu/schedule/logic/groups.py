"""Vaccine groups (CDSi chapter 9): the series of several diseases merged into the law's programmes."""

from dataclasses import dataclass, field, replace
from datetime import date

from sesshu.schedule.logic.forecast import Opening, Outlook, forecast
from sesshu.schedule.logic.patient import Patient
from sesshu.schedule.logic.recurring import turns, used_turn
from sesshu.schedule.logic.selection import Selected
from sesshu.schedule.model import Reason
from sesshu.schedule.supporting import Dates, Programme


@dataclass(slots=True, eq=False)
class Prospect:
    """Everything a programme holds for a person, given the doses so far."""

    programme: Programme
    openings: list[Opening] = field(default_factory=list)
    complete: bool = False
    completed_on: date | None = None
    other_product: bool = False
    recurring: bool = False


def prospect(programme: Programme, patient: Patient, after: date, until: date) -> Prospect:
    """The openings of a programme; ``after`` and ``until`` bound only what comes back every year."""
    found = Prospect(programme)
    periods = _periods(programme, patient)
    if not periods:
        return found
    for n, period in enumerate(periods):
        _add_period(found, period, patient, after, until, last=n == len(periods) - 1)
    found.openings.sort(key=lambda opening: opening.start)
    return found


def _periods(programme: Programme, patient: Patient) -> list[str]:
    """The periods in which the programme has a rule for this person, in the pack's order."""
    found: list[str] = []
    for disease in programme.diseases:
        for period, series in patient.terms.diseases.get(disease, {}).items():
            if period not in found and any(programme.code in one.statutory for one in series):
                found.append(period)
    return found


def _add_period(
    found: Prospect, period: str, patient: Patient, after: date, until: date, *, last: bool
) -> None:
    chosen = [
        selected
        for disease in found.programme.diseases
        if (selected := patient.selected(disease).get(period)) is not None
    ]
    if chosen[0].best.series.each:
        found.recurring = True
        found.openings += _recurring(chosen[0], found, patient.outlook, after, until)
        return
    pending = [selected for selected in chosen if not selected.complete]
    done = [selected for selected in chosen if selected.complete]
    if not pending:
        found.complete = found.complete or last
        found.completed_on = max(s.best.progress.last_satisfied or date.min for s in done)
        return
    if found.programme.whole and done:
        found.other_product = True
        return
    lists = [_merge(selected, found.programme.code, patient.outlook) for selected in pending]
    found.openings += lists[0] if len(lists) == 1 else _together(lists)


def _merge(selected: Selected, programme: str, outlook: Outlook) -> list[Opening]:
    """The openings of a period's candidates, those that overlap for the same dose made one."""
    ranked = [
        (opening, rank)
        for rank, evaluated in enumerate(selected.candidates)
        for opening in forecast(evaluated, programme, outlook)
    ]
    ranked.sort(key=lambda pair: (pair[0].start, pair[0].number))
    merged: list[tuple[Opening, int]] = []
    for opening, rank in ranked:
        if merged and _joins(merged[-1][0], opening):
            merged[-1] = _join(merged[-1], (opening, rank))
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


def _join(one: tuple[Opening, int], other: tuple[Opening, int]) -> tuple[Opening, int]:
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
    )
    return joined, min(rank, second_rank)


def _together(lists: list[list[Opening]]) -> list[Opening]:
    """One product against several diseases: the days open to all of them, numbered by the least advanced."""
    if all(other == lists[0] for other in lists[1:]):
        return lists[0]
    if not all(lists):
        return []
    lists.sort(key=lambda openings: openings[0].number)
    found = []
    for opening in lists[0]:
        latest = max((o for others in lists for o in others[:1]), key=lambda o: o.start)
        end = min(max(o.end for o in others) for others in lists)
        start = max(opening.start, latest.start)
        if start <= min(opening.end, end):
            why = opening.why if start == opening.start else latest.why
            found.append(replace(opening, start=start, end=min(opening.end, end), why=why))
    return found


def _recurring(
    selected: Selected, found: Prospect, outlook: Outlook, after: date, until: date
) -> list[Opening]:
    series, openings = selected.best.series, []
    row = series.targets[0].requirements[0].row
    for days, requirement in turns(series, found.programme.code, after, until):
        used = used_turn(series, days, selected.best.progress)
        if used is not None:
            found.completed_on = used
            continue
        why = Reason("window", "{}から受けられます。", (days.start,), requirement.rule.article)
        openings.append(
            Opening(
                start=days.start,
                end=days.end,
                number=row.number,
                label=row.label,
                period=requirement.rule.period_name,
                statutory=days,
                recommended=(None, None),
                remaining=1,
                article=requirement.rule.article,
                why=why,
            )
        )
    return openings
