"""Target doses that come back: each fiscal year (influenza, COVID-19) or each pregnancy (RSウイルス).

CDSi calls them recurring doses and seasonal recommendations. A *turn* is one year or one pregnancy; it is
used up by one valid dose. Source: 実施規則22条 (妊娠ごと), 23条 (毎年度), 25条 (10月1日から翌年3月31日まで).
"""

from collections.abc import Iterator
from datetime import date

from sesshu.kernel.dates import fiscal_year, fiscal_year_end, fiscal_year_start
from sesshu.schedule.logic.age import age, too_early, too_late
from sesshu.schedule.logic.condition import condition
from sesshu.schedule.logic.evaluation import Evaluated, Outcome
from sesshu.schedule.logic.history import Record
from sesshu.schedule.logic.plan import Requirement, Series, Target
from sesshu.schedule.logic.relevance import Terms
from sesshu.schedule.logic.skip import Progress
from sesshu.schedule.logic.stretch import Stretch
from sesshu.schedule.logic.vaccine import as_given, in_force, nearest, not_in_force
from sesshu.schedule.model import Reason
from sesshu.schedule.supporting import Dates
from sesshu.schedule.wording import EACH_PREGNANCY, THAT_YEAR

Turn = tuple[date, date]


def evaluate_recurring(series: Series, records: list[Record], terms: Terms) -> Evaluated:
    """Judge each record in its own turn; ``progress.satisfied`` then holds the day of each used turn."""
    progress, outcomes, valid = Progress(), [], 0
    used: dict[Turn, date] = {}
    for record in records:
        outcome, turn = _judge(series, record, used, terms)
        outcome.period = series.period
        outcomes.append(outcome)
        if outcome.evaluation == "valid":
            valid += 1
            if turn is not None:
                used[turn] = record.day
                progress.satisfy(turn[0].toordinal(), record.day)
    return Evaluated(series, outcomes, progress, valid, False, records)


def _judge(
    series: Series, record: Record, used: dict[Turn, date], terms: Terms
) -> tuple[Outcome, Turn | None]:
    if record.temporary is not None:
        reason = Reason.of("temporary", (), record.temporary.article)
        return Outcome("valid", None, False, (reason,)), None
    expired = condition(record)
    if expired is not None:
        return Outcome("sub_standard", None, False, (expired,)), None
    target = series.targets[0]
    candidates = terms.applying(target.by_product.get(record.dose.vaccine, []))
    if not candidates:
        return Outcome("not_valid", target, False, ()), None
    dated = in_force(candidates, record.day)
    if not dated and record.day > candidates[0].rule.in_force.start:
        reason = _out_of_season(candidates[0])
        return Outcome("valid", target, False, (reason,)), None
    requirement = (dated or nearest(candidates, record.day))[0]
    outcome, turn = _in_turn(series, requirement, bool(dated), record, used, terms)
    outcome.confidence = requirement.rule.confidence
    return outcome, turn


def _in_turn(
    series: Series,
    requirement: Requirement,
    dated: bool,
    record: Record,
    used: dict[Turn, date],
    terms: Terms,
) -> tuple[Outcome, Turn | None]:
    target = series.targets[0]
    place, stretch = age(requirement, record.day, terms)
    if place != "ok":
        late = too_late if place == "late" else too_early
        reason = late(requirement, stretch, record.day, terms)
        return Outcome("extraneous" if place == "late" else "not_valid", target, False, (reason,)), None
    if dated and not _in_season(requirement, record.day):
        return Outcome("valid", target, False, (_out_of_season(requirement),)), None
    turn = _turn_of(series, requirement, stretch, record.day)
    if turn in used:
        reason = Reason.of("already_given", (used[turn],), requirement.rule.article)
        return Outcome("extraneous", target, False, (reason,)), None
    return _given(requirement, record, dated, terms, target), turn


def _given(requirement: Requirement, record: Record, dated: bool, terms: Terms, target: Target) -> Outcome:
    given = as_given(requirement, record, terms.birth, terms.pack.reckoning)
    remarks = [*((record.unspaced,) if record.unspaced else ()), *given]
    routine = dated and record.unspaced is None and record.blocked is None
    if not dated:
        remarks.append(not_in_force(requirement, record))
    if record.blocked is not None:
        return Outcome("not_valid", target, False, (record.blocked, *remarks))
    kept = Reason.of("routine.turn", (_turn_name(requirement), target.number), requirement.rule.article)
    return Outcome("valid", target, routine, tuple(remarks) or (kept,))


def _out_of_season(requirement: Requirement) -> Reason:
    """Given outside the season: voluntary, and the year's routine dose is still to come."""
    return Reason.of("out_of_season", (), requirement.rule.article)


def _turn_name(requirement: Requirement) -> str:
    return EACH_PREGNANCY if requirement.rule.each == "pregnancy" else THAT_YEAR


def _turn_of(series: Series, requirement: Requirement, stretch: Stretch | None, day: date) -> Turn:
    if series.each == "pregnancy" and stretch is not None:
        return stretch.start, stretch.end
    year = fiscal_year(day)
    return fiscal_year_start(year), fiscal_year_end(year)


def _in_season(requirement: Requirement, day: date) -> bool:
    season = requirement.rule.season
    if season is None:
        return True
    first, last = season
    mark = (day.month, day.day)
    return mark >= first or mark <= last if first > last else first <= mark <= last


def turns(
    series: Series, programme: str, after: date, until: date, terms: Terms
) -> Iterator[tuple[Dates, Requirement]]:
    """The days open to ``programme`` in each turn that begins by ``until``.

    Years are told from ``after`` on; pregnancies all, for one that is past may be the last.
    """
    requirements = terms.applying(
        [q for q in series.targets[0].requirements if q.rule.programme == programme]
    )
    if series.each == "pregnancy":
        for requirement in requirements:
            for stretch in terms.stretches(requirement.rule):
                if stretch.opens <= stretch.closes and stretch.opens <= until:
                    yield Dates(stretch.opens, stretch.closes), requirement
        return
    first = min((s.opens for q in requirements for s in terms.stretches(q.rule)), default=until)
    year = fiscal_year(max(first, after))
    while fiscal_year_start(year) <= until:
        found = _year(requirements, year, terms)
        if found is not None and found[0].end >= after:
            yield found
        year += 1


def _year(requirements: list[Requirement], year: int, terms: Terms) -> tuple[Dates, Requirement] | None:
    spans: list[tuple[date, date, Requirement]] = []
    for requirement in requirements:
        start, end = _season_of(requirement, year)
        for stretch in terms.stretches(requirement.rule):
            opens, closes = max(start, stretch.opens), min(end, stretch.closes)
            if opens <= closes:
                spans.append((opens, closes, requirement))
    if not spans:
        return None
    first = min(spans, key=lambda span: span[0])
    return Dates(first[0], max(span[1] for span in spans)), first[2]


def _season_of(requirement: Requirement, year: int) -> Turn:
    season = requirement.rule.season
    if season is None:
        return fiscal_year_start(year), fiscal_year_end(year)
    (month, day), (last_month, last_day) = season
    return date(year, month, day), date(year + (last_month < 4), last_month, last_day)


def used_turn(series: Series, open_days: Dates, progress: Progress, terms: Terms) -> date | None:
    """The day on which the turn that holds ``open_days`` was used, or None."""
    if series.each == "pregnancy":
        for stretch in terms.stretches(series.rules()[0]):
            if stretch.start <= open_days.start <= stretch.end:
                return progress.satisfied.get(stretch.start.toordinal())
        return None
    year = fiscal_year_start(fiscal_year(open_days.start))
    return progress.satisfied.get(year.toordinal())
