"""Need and forecast dates of one series (CDSi chapter 7), as the days open to its next dose.

CDSi forecasts for one assessment date. Here the answer is every stretch of days on which the next dose would
be routine, given the doses so far; the status on any day is then read off, and nothing is computed twice.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sesshu.schedule.logic.conflict import Block
from sesshu.schedule.logic.doubt import doubt, weaker
from sesshu.schedule.logic.evaluation import Evaluated
from sesshu.schedule.logic.history import Record
from sesshu.schedule.logic.interval import bounds
from sesshu.schedule.logic.plan import Requirement, Series, Target
from sesshu.schedule.logic.relevance import ALWAYS, Terms
from sesshu.schedule.logic.skip import Progress
from sesshu.schedule.logic.stretch import Stretch, cited, confidence
from sesshu.schedule.logic.turning import parted, remaining, turns_of
from sesshu.schedule.model import Confidence, Reason
from sesshu.schedule.supporting import Dates, HistoryNeeded, Rule

ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class Opening:
    """Days on which one named dose would be routine under one rule. ``why``: what sets the first of them.

    ``since`` is the first of the unbroken days of all the rules that follow one another.
    """

    start: date
    end: date
    number: int
    label: str
    period: str
    statutory: Dates
    recommended: tuple[date | None, date | None]
    remaining: int
    article: str
    why: Reason
    since: date
    confidence: Confidence = "high"
    doubt: Reason | None = None


@dataclass(slots=True, eq=False)
class Outlook:
    """What forecasting needs besides a series: the history, and the days it closes to other vaccines."""

    terms: Terms
    records: list[Record]
    blocks: list[Block]
    given: list[tuple[str, date]] | None = None

    def blocked(self, product: str) -> list[Block]:
        """Days closed to ``product`` by doses of other vaccines."""
        if not self.blocks:
            return self.blocks
        return [block for block in self.blocks if product in block.products]

    def has(self, needed: tuple[HistoryNeeded, ...]) -> bool:
        """Whether the history holds the doses that a rule asks for."""
        if self.given is None:
            self.given = [(record.dose.vaccine, record.day) for record in self.records]
        return all(one.holds(self.given) for one in needed)

    def begun(self, products: tuple[str, ...]) -> bool:
        """Whether any dose of ``products`` was given."""
        return any(record.dose.vaccine in products for record in self.records)


def forecast(evaluated: Evaluated, programme: str, outlook: Outlook, after: date) -> list[Opening]:
    """The openings that ``programme``'s products have in a series and that end on or after ``after``."""
    series, terms, found = evaluated.series, outlook.terms, []
    progress = evaluated.progress.copy()
    floor = date.min
    for n in range(progress.index, len(series.targets)):
        target = series.targets[n]
        begun = progress.last_satisfied
        skip_after = terms.skip_after(target)
        if begun is not None and skip_after is not None and begun > skip_after:
            continue
        progress.index = n
        found += _target(series, target, programme, progress, floor, outlook, after)
        until = terms.until(target)
        if until is None or begun is None:
            break
        floor, progress.unfinished = until + ONE_DAY, True
    return found


def _target(
    series: Series,
    target: Target,
    programme: str,
    progress: Progress,
    floor: date,
    outlook: Outlook,
    after: date,
) -> list[Opening]:
    """The openings of one target dose; rules that follow one another keep the first day of their run."""
    spans = [
        span
        for requirement in target.requirements
        if requirement.rule.programme == programme and _open(requirement, outlook)
        for span in _spans(series, requirement, progress, floor, outlook.terms)
    ]
    spans.sort(key=lambda span: span[0])
    found: list[Opening] = []
    for run in _runs(spans):
        for start, end, first, requirement, stretch in run:
            if end >= after:
                opening = _opening(
                    series, target, requirement, stretch, progress, start, end, first, outlook.terms
                )
                opening.doubt = doubt(series, requirement, stretch, progress, outlook.terms)
                if opening.doubt is not None:
                    opening.confidence = weaker(opening.confidence, requirement)
                since = opening.since = run[0][0]
                if since != start and stretch.later is None:
                    opening.recommended = _recommended(requirement, progress, since, outlook.terms)
                found += _around(opening, outlook.blocked(requirement.rule.products[0]))
    return found


def _runs(spans: "list[Span]") -> "list[list[Span]]":
    """The spans, in order, parted wherever a day lies between them or another window begins."""
    runs: list[list[Span]] = []
    until = date.min
    for span in spans:
        touching = span[0].toordinal() <= until.toordinal() + 1
        if runs and touching and span[3].rule.period_name == runs[-1][0][3].rule.period_name:
            runs[-1].append(span)
        else:
            runs.append([span])
        until = max(until, span[1])
    return runs


def _open(requirement: Requirement, outlook: Outlook) -> bool:
    rule = requirement.rule
    if outlook.terms.bars[rule.number]:
        return False
    if rule.only_if_begun and not outlook.begun(rule.products):
        return False
    return not rule.needs_history or outlook.has(rule.needs_history)


Span = tuple[date, date, date, Requirement, Stretch]
"""First and last day, the first day that doses so far allow, and the rule's terms and window."""


def _spans(
    series: Series, requirement: Requirement, progress: Progress, floor: date, terms: Terms
) -> list[Span]:
    row = requirement.row
    beginnings = terms.beginnings(series) if not progress.satisfied else (ALWAYS,)
    first = floor
    for bound in bounds(requirement, progress, terms.pack.reckoning):
        first = max(first, bound[0])
    if row.not_before is not None:
        first = max(first, terms.point(row.not_before))
    turns = turns_of(series, progress, terms)
    found = []
    for stretch in terms.open_stretches(requirement.rule):
        start, end = max(first, stretch.opens), stretch.closes
        if start > end:
            continue
        if row.until is not None:
            end = min(end, terms.point(row.until))
        for days in beginnings:
            since, until = max(start, days.start), min(end, days.end)
            for begin, finish in parted(since, until, turns) if turns else [(since, until)]:
                if begin <= finish:
                    found.append((begin, finish, first, requirement, stretch))
    return found


def _opening(
    series: Series,
    target: Target,
    requirement: Requirement,
    stretch: Stretch,
    progress: Progress,
    start: date,
    end: date,
    first: date,
    terms: Terms,
) -> Opening:
    rule = requirement.rule
    held = start == first and start > stretch.opens
    return Opening(
        start=start,
        end=end,
        number=target.number,
        label=target.label,
        period=rule.period_name,
        statutory=_statutory(series, rule, start, terms),
        recommended=_recommended(requirement, progress, start, terms)
        if stretch.later is None
        else (None, None),
        remaining=remaining(series, progress, start, terms),
        article=cited(rule, stretch),
        why=_held(requirement, progress, start, terms) if held else _opens(requirement, stretch, start),
        since=start,
        confidence=confidence(rule, stretch),
    )


def _held(requirement: Requirement, progress: Progress, start: date, terms: Terms) -> Reason:
    """What keeps the dose back until ``start``."""
    article, reckoning = requirement.rule.article, terms.pack.reckoning
    for first, reference, gap in bounds(requirement, progress, reckoning):
        if first == start:
            return Reason.of("interval", (reference, reckoning.describe_gap(gap), start), article)
    if requirement.row.not_before and terms.point(requirement.row.not_before) == start:
        return Reason.of("not_before", (start,), article)
    return Reason.of("after_limit", (start,), article)


def _opens(requirement: Requirement, stretch: Stretch, start: date) -> Reason:
    article = cited(requirement.rule, stretch)
    if start == stretch.start:
        return Reason.of("window.named", (stretch.start_text, start), article)
    return Reason.of("window", (start,), article)


def _statutory(series: Series, rule: Rule, day: date, terms: Terms) -> Dates:
    for span in terms.statutory(series, rule.programme, rule.period_name):
        if span.start <= day <= span.end:
            return span
    return Dates(day, day)


def _recommended(
    requirement: Requirement, progress: Progress, start: date, terms: Terms
) -> tuple[date | None, date | None]:
    """標準的な接種期間: the rule's ages if it gives any, else its standard interval."""
    row, reckoning = requirement.row, terms.pack.reckoning
    standard = row.standard or (requirement.rule.standard if row.number == 1 else None)
    begin = terms.point(standard.start) if standard and standard.start else None
    end = terms.point(standard.end) if standard and standard.end else None
    if progress.last is None:
        return begin, end
    if begin is None and row.standard_gap and row.standard_gap[0]:
        begin = reckoning.next_day(progress.last, row.standard_gap[0])
    if end is None and row.standard_gap and row.standard_gap[1]:
        end = reckoning.last_day(progress.last, row.standard_gap[1])
    if begin is None and row.standard_from_first and progress.first_satisfied:
        begin = reckoning.next_day(progress.first_satisfied, row.standard_from_first)
    if end is not None and end < start:
        return begin, end
    return (max(begin, start) if begin else (start if end else None)), end


def _around(opening: Opening, blocks: list[Block]) -> list[Opening]:
    """Cut the blocked days out of an opening."""
    found, rest = [], opening
    for block in blocks:
        if block.last < rest.start or block.first > rest.end:
            continue
        if block.first > rest.start:
            found.append(replace(rest, end=block.first - ONE_DAY))
        if block.last >= rest.end:
            return found
        start = block.last + ONE_DAY
        values = (block.record.name, block.record.day, block.spacing.gap_days, start)
        rest = replace(
            rest,
            start=start,
            since=start,
            why=Reason.of("vaccine_interval", values, block.spacing.article),
        )
    found.append(rest)
    return found
