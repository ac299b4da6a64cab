"""Need and forecast dates of one series (CDSi chapter 7), as the days open to its next dose.

CDSi forecasts for one assessment date. Here the answer is every stretch of days on which the next dose would
be routine, given the doses so far; the status on any day is then read off, and nothing is computed twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sesshu.schedule.logic.conflict import blocked_days
from sesshu.schedule.logic.evaluation import Evaluated
from sesshu.schedule.logic.history import Record
from sesshu.schedule.logic.interval import bounds
from sesshu.schedule.logic.relevance import Requirement, Series, Stretch, Target
from sesshu.schedule.logic.skip import Progress
from sesshu.schedule.model import Reason
from sesshu.schedule.supporting import Dates, HistoryNeeded, Pack, Spacing

ONE_DAY = timedelta(days=1)
Blocks = list[tuple[date, date, Record, Spacing]]


@dataclass(frozen=True, slots=True)
class Opening:
    """Days on which one named dose would be routine. ``why``: what sets the first of them."""

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


@dataclass(slots=True, eq=False)
class Outlook:
    """What forecasting needs besides a series: the history, and the days it blocks for a product."""

    pack: Pack
    records: list[Record]
    blocks: dict[str, Blocks]

    def blocked(self, product: str) -> Blocks:
        """Days closed to ``product`` by doses of other vaccines."""
        if not self.records:
            return []
        if product not in self.blocks:
            self.blocks[product] = blocked_days(self.records, self.pack.vaccines[product], self.pack)
        return self.blocks[product]

    def has(self, needed: HistoryNeeded | None) -> bool:
        """Whether the history holds the doses that a rule asks for."""
        if needed is None:
            return True
        count = sum(r.dose.vaccine in needed.products and r.day in needed.between for r in self.records)
        return count >= needed.least and (needed.most is None or count <= needed.most)

    def begun(self, products: tuple[str, ...]) -> bool:
        """Whether any dose of ``products`` was given."""
        return any(record.dose.vaccine in products for record in self.records)


def forecast(evaluated: Evaluated, programme: str, outlook: Outlook) -> list[Opening]:
    """The openings that ``programme``'s products have in a series, in order of their first day."""
    series, found = evaluated.series, []
    progress = replace(evaluated.progress)
    floor = date.min
    for n in range(progress.index, len(series.targets)):
        target = series.targets[n]
        begun = progress.last_satisfied
        if begun is not None and target.skip_after is not None and begun > target.skip_after:
            continue
        for requirement in target.requirements:
            if requirement.rule.programme == programme and _open(requirement, outlook):
                found += _openings(series, target, requirement, progress, floor, outlook, n)
        if target.until is None or begun is None:
            break
        floor, progress.unfinished = target.until + ONE_DAY, True
    return found


def _open(requirement: Requirement, outlook: Outlook) -> bool:
    rule = requirement.rule
    if rule.only_if_begun and not outlook.begun(rule.products):
        return False
    return outlook.has(rule.needs_history)


def _openings(
    series: Series,
    target: Target,
    requirement: Requirement,
    progress: Progress,
    floor: date,
    outlook: Outlook,
    n: int,
) -> list[Opening]:
    first, why = _first_day(requirement, progress, floor, outlook.pack)
    found = []
    for stretch in requirement.stretches:
        start, end = max(first, stretch.opens), stretch.closes
        if requirement.until is not None:
            end = min(end, requirement.until)
        if not progress.satisfied:
            start, end = max(start, series.starting.start), min(end, series.starting.end)
        if start > end:
            continue
        reason = why(start) if start == first else _opens(requirement, stretch, start)
        opening = Opening(
            start=start,
            end=end,
            number=target.number,
            label=target.label,
            period=requirement.rule.period_name,
            statutory=_statutory(series, requirement.rule.programme, start),
            recommended=_recommended(requirement, progress, start, outlook.pack),
            remaining=len(series.targets) - n,
            article=requirement.rule.article,
            why=reason,
        )
        found += _around(opening, outlook.blocked(requirement.rule.products[0]))
    return found


def _first_day(
    requirement: Requirement, progress: Progress, floor: date, pack: Pack
) -> tuple[date, Callable[[date], Reason]]:
    """The first day that doses so far allow, and how to say so."""
    first, article = floor, requirement.rule.article
    why = _saying("after_limit", "初回の期限を過ぎたため、{}からこの回に進みます。", article)
    if requirement.not_before is not None and requirement.not_before > first:
        first = requirement.not_before
        why = _saying("not_before", "この回を受けられる年齢に達する{}から受けられます。", article)
    for day, reference, gap in bounds(requirement, progress, pack.reckoning):
        if day > first:
            first, why = day, _interval(reference, pack.reckoning.describe_gap(gap), article)
    return first, why


def _saying(code: str, text: str, article: str) -> Callable[[date], Reason]:
    return lambda start: Reason(code, text, (start,), article)


def _interval(reference: date, gap: str, article: str) -> Callable[[date], Reason]:
    def why(start: date) -> Reason:
        text = "前の接種{}から{}以上空けるため、{}から受けられます。"
        return Reason("interval", text, (reference, gap, start), article)

    return why


def _opens(requirement: Requirement, stretch: Stretch, start: date) -> Reason:
    if start == stretch.start:
        values: tuple[str | date, ...] = (stretch.start_text, start)
        return Reason("window", "{}（{}）から受けられます。", values, requirement.rule.article)
    return Reason("window", "{}から受けられます。", (start,), requirement.rule.article)


def _statutory(series: Series, programme: str, day: date) -> Dates:
    for span in series.statutory[programme]:
        if span.start <= day <= span.end:
            return span
    return Dates(day, day)


def _recommended(
    requirement: Requirement, progress: Progress, start: date, pack: Pack
) -> tuple[date | None, date | None]:
    """標準的な接種期間: the rule's ages if it gives any, else its standard interval."""
    row, reckoning = requirement.row, pack.reckoning
    begin, end = requirement.standard or (None, None)
    if progress.last is None:
        return begin, end
    if begin is None and row.standard_gap and row.standard_gap[0]:
        begin = reckoning.next_day(progress.last, row.standard_gap[0])
    if end is None and row.standard_gap and row.standard_gap[1]:
        end = reckoning.last_day(progress.last, row.standard_gap[1])
    if begin is None and row.standard_from_first and progress.satisfied:
        begin = reckoning.next_day(min(progress.satisfied.values()), row.standard_from_first)
    if end is not None and end < start:
        return begin, end
    return (max(begin, start) if begin else (start if end else None)), end


def _around(opening: Opening, blocks: Blocks) -> list[Opening]:
    """Cut the blocked days out of an opening."""
    found, rest = [], opening
    for first, last, record, spacing in sorted(blocks, key=lambda block: block[0]):
        if last < rest.start or first > rest.end:
            continue
        if first > rest.start:
            found.append(replace(rest, end=first - ONE_DAY))
        if last >= rest.end:
            return found
        start = last + ONE_DAY
        values = (record.name, record.day, spacing.gap_days, start)
        text = "{}（{}）から{}日以上空けるため、{}から受けられます。"
        rest = replace(rest, start=start, why=Reason("vaccine_interval", text, values, spacing.article))
    found.append(rest)
    return found
