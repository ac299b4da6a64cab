"""What two rows say together: the same person on the same day under different terms, or nothing at all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from sesshu.schedule.supporting import Dates, DoseRow, HistoryNeeded, Pack, Rule

_DAY = timedelta(days=1)
_BIRTHS = tuple(date(year, month, 2) for year in range(1900, 2041) for month in (1, 4, 10))


def overlap(pack: Pack, one: Rule, other: Rule) -> str | None:
    """How two rules contradict each other: both hold for a person on a day, a dose's terms differ."""
    if (one.programme, one.period) != (other.programme, other.period) or one.each or other.each:
        return None
    if not set(one.products) & set(other.products) or not set(one.serves) & set(other.serves):
        return None
    if _apart(one.in_force, other.in_force) or (one.sex and other.sex and one.sex != other.sex):
        return None
    if _exclusive(one.needs_history, other.needs_history):
        return None
    dose = _different_dose(one, other)
    birth = _shared_birth(pack, one, other) if dose else None
    return f"{dose}の条件が違い、{birth}生まれの人などの対象期間が重なります" if birth else None


def gaps(chain: list[Rule]) -> Iterator[tuple[Rule, Rule, date, date]]:
    """Stretches with no rule in force between two rules of a chain, those out of season not counted."""
    chain = sorted(chain, key=lambda rule: rule.in_force.start)
    last = chain[0]
    for rule in chain[1:]:
        if last.in_force.end < date.max and rule.in_force.start > last.in_force.end + _DAY:
            first, until = last.in_force.end + _DAY, rule.in_force.start - _DAY
            if not _out_of_season(last, first, until):
                yield last, rule, first, until
        if rule.in_force.end > last.in_force.end:
            last = rule


def _out_of_season(rule: Rule, first: date, last: date) -> bool:
    if rule.season is None or (last - first).days > 366:
        return False
    (month, day), (last_month, last_day) = rule.season
    begins, ends = (month, day), (last_month, last_day)
    for n in range((last - first).days + 1):
        mark = ((first + n * _DAY).month, (first + n * _DAY).day)
        within = mark >= begins or mark <= ends if begins > ends else begins <= mark <= ends
        if within:
            return False
    return True


def _apart(one: Dates, other: Dates) -> bool:
    return one.end < other.start or other.end < one.start


def _exclusive(one: tuple[HistoryNeeded, ...], other: tuple[HistoryNeeded, ...]) -> bool:
    """True if no history satisfies both: one asks for more of the same doses than the other allows."""
    return any(
        (a.products, a.between) == (b.products, b.between) and (_more_than(a, b) or _more_than(b, a))
        for a in one
        for b in other
    )


def _more_than(one: HistoryNeeded, other: HistoryNeeded) -> bool:
    return other.most is not None and one.least > other.most


def _different_dose(one: Rule, other: Rule) -> str | None:
    """The label of a dose that stands in the same course of both with different terms."""
    terms = {(c.key, dose.number): dose for c in one.courses for dose in c.doses}
    for course in other.courses:
        for dose in course.doses:
            mine = terms.get((course.key, dose.number))
            if mine is not None and _terms(mine) != _terms(dose):
                return f"「{course.key}」{dose.number}回目"
    return None


def _terms(dose: DoseRow) -> DoseRow:
    """The dose without what binds nobody: its label and its standard period."""
    return replace(dose, label="", standard=None, standard_gap=None, standard_from_first=None)


def _shared_birth(pack: Pack, one: Rule, other: Rule) -> date | None:
    """A birth for which a window of each is open on the same day."""
    edges = (one.born.start, one.born.end, other.born.start, other.born.end)
    for birth in (*_BIRTHS, *(edge for edge in edges if date.min < edge < date.max)):
        if not (_born(one, birth) and _born(other, birth)):
            continue
        for a in _windows(pack, one, birth):
            for b in _windows(pack, other, birth):
                if not _apart(a, b):
                    return birth
    return None


def _born(rule: Rule, birth: date) -> bool:
    return birth in rule.born and not (rule.not_born is not None and birth in rule.not_born)


def _windows(pack: Pack, rule: Rule, birth: date) -> tuple[Dates, ...]:
    found = []
    for ages in rule.eligible:
        start = pack.reckoning.point(ages.start, birth) if ages.start else birth
        end = pack.reckoning.point(ages.end, birth) if ages.end else date.max
        start, end = max(start, rule.in_force.start), min(end, rule.in_force.end)
        if start <= end:
            found.append(Dates(start, end))
    return tuple(found)
