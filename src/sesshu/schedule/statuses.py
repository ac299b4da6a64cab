"""A programme's status on a day, read off its openings."""

from datetime import date

from sesshu.schedule.logic.forecast import Opening
from sesshu.schedule.logic.groups import Prospect
from sesshu.schedule.logic.relevance import Terms, merged
from sesshu.schedule.logic.stretch import Stretch, cited, confidence
from sesshu.schedule.model import ProgrammeStatus, Reason
from sesshu.schedule.supporting import Pack, Rule
from sesshu.schedule.wording import Phrase, said


def not_target(programme: str, code: str, article: str = "") -> ProgrammeStatus:
    """The status of someone to whom the programme does not apply at all."""
    return ProgrammeStatus(programme, "not_target", reasons=(Reason.of(code, (), article),))


def status_on(prospect: Prospect, terms: Terms, day: date, pack: Pack) -> ProgrammeStatus:
    """The status on ``day``: in an opening, before one, or past them all."""
    shared = prospect.statuses
    if shared is None:
        return _status_on(prospect, terms, day, pack)
    if day not in shared:
        shared[day] = _status_on(prospect, terms, day, pack)
    return shared[day]


def _status_on(prospect: Prospect, terms: Terms, day: date, pack: Pack) -> ProgrammeStatus:
    for n, opening in enumerate(prospect.openings):
        if opening.end >= day:
            return _open(prospect, n, day)
    return after_all(prospect, terms, day, pack)


def _open(prospect: Prospect, n: int, day: date) -> ProgrammeStatus:
    opening = prospect.openings[n]
    eligible = opening.start <= day
    earliest, last = _unbroken(prospect.openings, n)
    return ProgrammeStatus(
        programme=prospect.programme.code,
        status="eligible" if eligible else "not_yet",
        next_dose=opening.number,
        next_label=opening.label,
        period=opening.period,
        eligible_from=opening.statutory.start,
        eligible_to=_finite(opening.statutory.end),
        earliest=earliest if eligible else opening.start,
        recommended_from=opening.recommended[0],
        recommended_to=opening.recommended[1],
        last_day=_finite(last),
        remaining=opening.remaining,
        reasons=(_within(opening, earliest, last) if eligible else opening.why, *_doubts(opening)),
        confidence=opening.confidence,
    )


def _doubts(opening: Opening) -> tuple[Reason, ...]:
    return () if opening.doubt is None else (opening.doubt,)


def _unbroken(openings: list[Opening], n: int) -> tuple[date, date]:
    """First and last of the unbroken days open to the same dose: they may belong to several rules."""
    first = last = openings[n]
    for opening in reversed(openings[:n]):
        if not _follows(first, opening):
            break
        first = opening
    for opening in openings[n + 1 :]:
        if not _follows(opening, last):
            break
        last = opening
    return first.since, last.end


def _follows(later: Opening, earlier: Opening) -> bool:
    if (earlier.number, earlier.statutory) != (later.number, later.statutory):
        return False
    return earlier.end.toordinal() + 1 >= later.since.toordinal()


def _within(opening: Opening, since: date, last: date) -> Reason:
    if last == date.max:
        return Reason.of("in_window.open", (since,), opening.article)
    return Reason.of("in_window", (since, last), opening.article)


def after_all(prospect: Prospect, terms: Terms, day: date, pack: Pack) -> ProgrammeStatus:
    """The status once nothing is open any more."""
    code = prospect.programme.code
    bar = terms.applicable.barred(code)
    if bar:
        return not_target(code, bar, pack.article(code))
    if prospect.complete or (prospect.recurring and prospect.completed_on):
        reason = Reason.of("completed", (prospect.completed_on or day,), pack.article(code))
        return ProgrammeStatus(code, "complete", remaining=0, reasons=(reason,))
    excluded = _excluded(prospect, terms, day)
    if excluded is not None:
        return ProgrammeStatus(code, "not_target", reasons=(excluded,))
    if prospect.other_product and day <= terms.last_day(code):
        reason = Reason.of("other_product", (), pack.article(code))
        return ProgrammeStatus(code, "not_target", reasons=(reason,))
    return _past(prospect, terms, day)


def _excluded(prospect: Prospect, terms: Terms, day: date) -> Reason | None:
    """Why the person is no target: on a day of the window, or for good."""
    if not terms.closed:
        return None
    in_time = day <= terms.last_day(prospect.programme.code)
    for first, last, ground in terms.closed.programme(prospect.programme):
        if first <= day <= last and (in_time or last == date.max):
            return Reason.of("excluded.programme", (said(first, last), ground.name), ground.article)
    return None


def _past(prospect: Prospect, terms: Terms, day: date) -> ProgrammeStatus:
    """Past the last window: of the person, or of the product."""
    code = prospect.programme.code
    stretches = _stretches(code, terms)
    opened = [(rule, stretch) for rule, stretch in stretches if stretch.opens <= stretch.closes]
    if not opened:
        return _never_open(code, stretches)
    closed = [(r, s) for r, s in opened if s.closes < s.end and s.closes < day <= s.end]
    if closed:
        rule, stretch = max(closed, key=lambda pair: pair[1].closes)
        reason = _product_ended(rule)
    else:
        rule, stretch = max(opened[::-1], key=lambda pair: pair[1].closes)
        reason = Reason.of("window_passed", (stretch.closes,), cited(rule, stretch))
        if stretch.closes >= day:
            reason = Reason.of("no_more_doses", (), rule.article)
    return ProgrammeStatus(
        programme=code,
        status="aged_out",
        period=rule.period_name,
        eligible_from=_opened_since(opened, stretch.closes),
        eligible_to=_finite(stretch.closes),
        reasons=(reason, *_doses_done(prospect, terms, rule)),
        confidence=confidence(rule, stretch),
    )


def _doses_done(prospect: Prospect, terms: Terms, rule: Rule) -> tuple[Reason, ...]:
    """How many of how many doses of the period were given: of the disease least far, by the course begun."""
    if rule.each:
        return ()
    if prospect.chosen:
        least = min((selected.best for selected in prospect.chosen), key=lambda best: best.valid)
        if least.valid:
            values = (len(least.series.targets), least.valid)
            return (Reason.of("doses_done", values, rule.article),)
    series = terms.applicable.series(rule.serves[0])[rule.period][0]
    return (Reason.of("doses_done.none", (len(series.targets),), rule.article),)


def next_step(status: ProgrammeStatus) -> Reason:
    """What may be done after a dose against the rule, by where the programme stands."""
    article = status.reasons[0].article if status.reasons else ""
    if status.next_label is None or status.earliest is None:
        why = Phrase("".join(r.text for r in status.reasons), " ".join(r.text_en for r in status.reasons))
        return Reason.of("next_none", (why,), article)
    label = Phrase(status.next_label, f"dose {status.next_dose}")
    if status.last_day is None:
        return Reason.of("next_dose", (label, status.earliest), article)
    return Reason.of("next_dose.until", (label, status.earliest, status.last_day), article)


def _never_open(code: str, stretches: list[tuple[Rule, Stretch]]) -> ProgrammeStatus:
    """Too young for a product that is gone, or too old for one that had not come."""
    rule, stretch = max(stretches, key=lambda pair: pair[1].end)
    if stretch.start > rule.in_force.end:
        return ProgrammeStatus(code, "not_target", reasons=(_product_ended(rule),))
    reason = Reason.of("window_passed", (stretch.end,), rule.article)
    return ProgrammeStatus(code, "aged_out", period=rule.period_name, reasons=(reason,))


def _product_ended(rule: Rule) -> Reason:
    return Reason.of("product_ended", (rule.in_force.end,), rule.article)


def _opened_since(opened: list[tuple[Rule, Stretch]], last: date) -> date:
    """First of the unbroken days, of rules that follow one another, that end on ``last``."""
    spans = merged(sorted((stretch.opens, stretch.closes) for _, stretch in opened))
    return next(span.start for span in spans if span.start <= last <= span.end)


def _stretches(code: str, terms: Terms) -> list[tuple[Rule, Stretch]]:
    """Every window that the programme's rules hold for the person."""
    return [(rule, stretch) for rule in terms.applicable.rules(code) for stretch in terms.stretches(rule)]


def _finite(day: date) -> date | None:
    return None if day == date.max else day
