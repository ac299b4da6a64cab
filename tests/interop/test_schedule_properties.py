"""H03, H04: what must hold for anybody's history, however odd, and on any day.

``SESSHU_HISTORIES`` sets how many histories each property is tried on (the default keeps ``bin/test`` quick);
they are the same ones every time.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import pytest

from sesshu.schedule import (
    Assessment,
    DoseGiven,
    DoseVerdict,
    Person,
    ProgrammeStatus,
    assess,
    eligible_windows,
    load_pack,
    timeline,
)

_PACK = load_pack("jp")
_HISTORIES = int(os.environ.get("SESSHU_HISTORIES", "150"))
_STATUSES = {"eligible", "not_yet", "complete", "aged_out", "not_target"}
_EVALUATIONS = {"valid", "not_valid", "extraneous", "sub_standard"}

# The products the law names for each programme, whatever the day (実施規則9〜26条・附則5条).
PRODUCTS = {
    "dpt-ipv-hib": ("DPT-IPV-Hib",),
    "dpt-ipv": ("DPT-IPV",),
    "dpt": ("DPT",),
    "ipv": ("IPV",),
    "dt": ("DT",),
    "hib": ("Hib",),
    "pcv": ("PCV7", "PCV13", "PCV15", "PCV20"),
    "hepb": ("HepB",),
    "rota": ("RV1", "RV5"),
    "bcg": ("BCG",),
    "mr": ("MR", "M", "R"),
    "varicella": ("VZV-live",),
    "je": ("JE",),
    "hpv": ("HPV2", "HPV4", "HPV9"),
    "rsv-maternal": ("RSV-preF-maternal",),
    "rubella-5": ("MR", "R"),
    "flu": ("Flu-HA", "Flu-HA-HD"),
    "pneumococcal-senior": ("PPSV23", "PCV20"),
    "covid": ("COVID",),
    "zoster": ("VZV-live", "RZV"),
}
# A doctor may shorten these gaps (実施規則9条4項, 26条2号), so such a dose may be routine before its day.
_DISCRETION = {"hib", "zoster"}
_FIRST_PERIOD = {"dpt-ipv-hib", "dpt-ipv", "dpt", "ipv", "dt"}

_GAPS = (
    0, 1, 6, 7, 20, 21, 27, 28, 29, 30, 31, 56, 59, 60, 61, 76, 89, 92, 120, 139, 140, 153, 181, 184, 214,
    365,
)  # fmt: skip
_CHILD_STARTS = (
    0, 41, 42, 58, 59, 60, 61, 62, 91, 150, 212, 213, 214, 215, 364, 365, 366, 395, 730, 731, 1095,
)  # fmt: skip
_TURNING_DAYS = (
    date(2013, 4, 1), date(2014, 10, 1), date(2016, 10, 1), date(2020, 10, 1), date(2022, 4, 1),
    date(2023, 4, 1), date(2024, 4, 1), date(2024, 10, 1), date(2025, 4, 1), date(2026, 4, 1),
    date(2026, 10, 1), date(2026, 11, 22),
)  # fmt: skip
_BIRTHS_OF_NOTE = (
    date(2024, 2, 29), date(2020, 2, 29), date(1960, 2, 29), date(2025, 8, 31), date(2020, 4, 1),
    date(2020, 4, 2), date(2025, 12, 31), date(2007, 4, 1), date(2007, 4, 2), date(1995, 4, 2),
    date(2009, 10, 1), date(1961, 11, 22), date(1962, 4, 2), date(1979, 4, 1), date(1960, 4, 1),
    date(2018, 4, 2), date(2022, 4, 2), date(2023, 4, 1), date(2008, 4, 1), date(1997, 4, 2),
)  # fmt: skip


# Doses before this day are judged by their law, but nobody asks where they stood when other vaccines
# still held one up (until then 6 or 27 days between any two).
_FIRST_DAY = date(2020, 10, 1)


@dataclass(frozen=True)
class History:
    """One random person with doses, and the day of the question."""

    seed: int
    person: Person
    doses: tuple[DoseGiven, ...]
    on: date

    @property
    def given(self) -> tuple[DoseGiven, ...]:
        return tuple(dose for dose in self.doses if dose.date <= self.on)

    def status(self, *more: DoseGiven) -> Assessment:
        return assess(self.person, (*self.given, *more), on=self.on, pack=_PACK)


def _birth(rng: random.Random) -> date:
    kind = rng.random()
    if kind < 0.2:
        return rng.choice(_BIRTHS_OF_NOTE)
    child = (date(2010, 1, 1), date(2026, 11, 1))
    start, end = child if kind < 0.75 else (date(1925, 1, 1), child[0])
    return start + timedelta(days=rng.randrange((end - start).days))


def _start(rng: random.Random, birth: date) -> date:
    kind = rng.random()
    if kind < 0.6:
        return birth + timedelta(days=rng.choice(_CHILD_STARTS) + rng.randrange(-1, 3))
    if kind < 0.8:
        return rng.choice(_TURNING_DAYS) + timedelta(days=rng.randrange(-40, 3))
    years = rng.choice((3, 4, 5, 6, 9, 10, 11, 12, 13, 15, 16, 60, 64, 65, 66, 70))
    return birth + timedelta(days=round(years * 365.25) + rng.randrange(-3, 200))


def _course(rng: random.Random, birth: date) -> Iterator[DoseGiven]:
    products = PRODUCTS[rng.choice(tuple(PRODUCTS))]
    vaccine, day = rng.choice(products), max(_start(rng, birth), date(1995, 1, 1))
    for _ in range(rng.choice((1, 1, 2, 3, 3, 4, 5))):
        yield DoseGiven(day, vaccine)
        day += timedelta(days=rng.choice(_GAPS) + rng.choice((0, 0, 0, 0, 1, 400)))
        vaccine = rng.choice(products) if rng.random() < 0.15 else vaccine


def _history(seed: int) -> History:
    rng = random.Random(seed)
    birth = _birth(rng)
    doses = [dose for _ in range(rng.choice((0, 1, 1, 2, 3, 4))) for dose in _course(rng, birth)]
    if rng.random() < 0.05:
        doses.append(DoseGiven(birth - timedelta(days=3), "HepB"))
    keyed = [DoseGiven(d.date, d.vaccine, key=n) for n, d in enumerate(sorted(doses, key=lambda d: d.date))]
    last = max((d.date for d in keyed), default=birth)
    on = max(birth, last) + timedelta(days=rng.choice(_GAPS) + rng.choice((0, 0, 1, 1, 200, 1500)))
    turning = rng.choice(_TURNING_DAYS) + timedelta(days=rng.randrange(-2, 400))
    on = max(birth, _FIRST_DAY, on if rng.random() < 0.7 else turning)
    due = tuple(on + timedelta(days=rng.randrange(-20, 120)) for _ in range(rng.random() < 0.2))
    conditions = frozenset(c for c in ("disorder", "hiv", "shortage") if rng.random() < 0.15)
    return History(seed, Person(birth, rng.choice(("M", "F", "F")), due, conditions), tuple(keyed), on)


@cache
def _told(seed: int) -> tuple[History, Assessment]:
    history = _history(seed)
    return history, history.status()


def _each(check: Callable[[History, Assessment], list[str]]) -> None:
    """Run a property over every history and tell all that break it, a line each."""
    broken: list[str] = []
    for seed in range(_HISTORIES):
        history, result = _told(seed)
        broken += [f"{line}  <- {_story(history)}" for line in check(history, result)]
    assert not broken, f"{len(broken)} broken:\n" + "\n".join(broken[:2000])


def _story(history: History) -> str:
    person = history.person
    doses = " ".join(f"{d.date}={d.vaccine}" for d in history.given)
    extra = f"{sorted(person.conditions)} due {[d.isoformat() for d in person.due_dates]}"
    return f"seed {history.seed}: {person.birth} {person.sex} {extra} on {history.on}: {doses}"


def _one_more(history: History, vaccine: str) -> DoseVerdict:
    more = DoseGiven(history.on, vaccine, key="more")
    verdicts = assess(
        history.person, (*history.given, more), on=history.on, pack=_PACK, programmes=("bcg",)
    ).doses
    return next(verdict for verdict in verdicts if verdict.key == "more")


def _now_more(history: History, programme: str) -> list[DoseVerdict]:
    """What one more dose of each of the programme's products would be worth on the day."""
    return [v for p in PRODUCTS[programme] if (v := _one_more(history, p)).programme == programme]


def test_every_history_is_answered_in_the_issue_s_words() -> None:
    def check(history: History, result: Assessment) -> list[str]:
        wrong = [] if [s.programme for s in result.programmes] == list(PRODUCTS) else ["programmes"]
        wrong += [s.status for s in result.programmes if s.status not in _STATUSES]
        wrong += [v.evaluation for v in result.doses if v.evaluation not in _EVALUATIONS]
        keys = sorted(v.key for v in result.doses if isinstance(v.key, int))
        wrong += [] if keys == [d.key for d in history.given] else ["a dose without its verdict"]
        wrong += [f"silent {s.programme}" for s in result.programmes if not s.reasons]
        return wrong + [f"silent {v}" for v in result.doses if v.evaluation != "valid" and not v.reasons]

    _each(check)


def test_the_bounds_told_are_in_order() -> None:
    def check(history: History, result: Assessment) -> list[str]:
        return [line for s in result.programmes for line in _disorder(s, history.on)]

    _each(check)


def _disorder(s: ProgrammeStatus, on: date) -> Iterator[str]:
    far = date.max
    if s.eligible_from and s.eligible_from > (s.eligible_to or far):
        yield f"{s.programme}: window ends before it begins"
    if s.earliest and s.eligible_from and s.earliest < s.eligible_from:
        yield f"{s.programme}: earliest {s.earliest} before {s.eligible_from}"
    if s.status == "eligible":
        if not (s.earliest and s.eligible_from and s.eligible_from <= s.earliest <= on):
            yield f"{s.programme}: eligible though {s.earliest} is the earliest"
        if on > min(s.eligible_to or far, s.last_day or far) or s.next_dose is None:
            yield f"{s.programme}: eligible past {s.eligible_to}, {s.last_day}"
    if s.status == "not_yet" and s.earliest and not on < s.earliest:
        yield f"{s.programme}: not yet though the earliest is {s.earliest}"


def _mixed(history: History, programme: str) -> bool:
    """A first period begun with vaccines of fewer diseases: the law counts by disease, not by product."""
    narrower = {"DPT", "IPV", "DT"} | ({"DPT-IPV"} if programme == "dpt-ipv-hib" else set())
    return programme in _FIRST_PERIOD and any(dose.vaccine in narrower for dose in history.given)


def _refused_though_eligible(history: History, s: ProgrammeStatus) -> Iterator[str]:
    """What is wrong when a person told to be eligible gets the dose that was told."""
    more = _now_more(history, s.programme)
    if not any(v.routine and v.evaluation == "valid" for v in more):
        yield f"{s.programme} {s.next_dose}: {[_worth(v) for v in more]}"
    elif s.next_dose not in {v.dose_number for v in more if v.routine}:
        yield f"{s.programme} {s.next_dose} was told: {[_worth(v) for v in more]}"


def _routine_though_refused(history: History, s: ProgrammeStatus) -> Iterator[str]:
    """Doses that are routine though the person was told not to be eligible."""
    window_open = s.eligible_from is None or s.eligible_from <= history.on
    if s.programme in _DISCRETION and window_open:
        return
    if s.programme == "dt" and s.status == "not_yet":
        return  # the first period with DT is open by law but nobody is told to come for it
    for v in _now_more(history, s.programme):
        if v.routine:
            yield f"{s.programme} {s.status} {s.earliest}: {_worth(v)}"


def _worth(v: DoseVerdict) -> str:
    reasons = " ".join(reason.text for reason in v.reasons)
    return f"{v.vaccine} {v.evaluation} {v.routine} {v.programme}#{v.dose_number} {reasons}"


def _told_and_judged_alike(history: History, result: Assessment, *, mixed: bool) -> list[str]:
    wrong: list[str] = []
    for s in result.programmes:
        if _mixed(history, s.programme) is mixed:
            differ = _refused_though_eligible if s.status == "eligible" else _routine_though_refused
            wrong += differ(history, s)
    return wrong


def test_a_dose_is_routine_when_told_eligible_and_else_not() -> None:
    """The strongest of all: telling someone to come today never makes a wrong vaccination."""
    _each(lambda history, result: _told_and_judged_alike(history, result, mixed=False))


def test_a_dose_of_a_mixed_first_period_is_routine_when_told_eligible_and_else_not() -> None:
    _each(lambda history, result: _told_and_judged_alike(history, result, mixed=True))


def test_the_timeline_says_what_is_said_on_each_day() -> None:
    def check(history: History, result: Assessment) -> list[str]:
        rng = random.Random(history.seed)
        programme = rng.choice(tuple(PRODUCTS))
        spans = timeline(history.person, history.doses, programme=programme, pack=_PACK)
        wrong = [f"gap at {b.start}" for a, b in pairwise(spans) if b.start - a.end != timedelta(1)]
        span = rng.choice(spans)
        for day in (history.on, span.start, span.end, _between(rng, span.start, span.end)):
            held = [(s.status, s.dose_number) for s in spans if s.start <= day <= s.end]
            s = assess(history.person, history.doses, on=day, pack=_PACK, programmes=(programme,)).programmes[
                0
            ]
            if held and held != [(s.status, s.next_dose)]:
                wrong.append(f"{programme} {day}: {s.status} {s.next_dose}, timeline {held}")
        return wrong

    _each(check)


def _between(rng: random.Random, start: date, end: date) -> date:
    return start + timedelta(days=rng.randrange(max(1, (end - start).days)))


def test_the_stored_windows_say_what_is_said_on_each_day() -> None:
    """Extraction compares dates with stored windows: they must hold for every day of the horizon."""

    def check(history: History, result: Assessment) -> list[str]:
        rng = random.Random(history.seed)
        programme, end = rng.choice(tuple(PRODUCTS)), history.on + timedelta(days=800)
        span = {"horizon_from": history.on, "horizon_to": end}
        stored = eligible_windows(history.person, history.given, programme=programme, pack=_PACK, **span)
        wrong = []
        edges = [d for w in stored.windows for d in (w.start, w.end) if d is not None]
        near = [d + timedelta(n) for d in edges for n in (-1, 0, 1)]
        near += [_between(rng, history.on, end) for _ in range(2)]
        for day in sorted({d for d in near if history.on <= d <= end}):
            told = assess(history.person, history.given, on=day, pack=_PACK, programmes=(programme,))
            inside = any(w.start <= day <= (w.end or date.max) for w in stored.windows)
            if inside != (told.programme(programme).status == "eligible"):
                wrong.append(f"{programme} {day}: {told.programme(programme).status}, stored {inside}")
        return wrong

    _each(check)


def test_what_comes_later_does_not_change_what_is_said_today() -> None:
    def check(history: History, result: Assessment) -> list[str]:
        whole = assess(history.person, history.doses, on=history.on, pack=_PACK)
        pairs = zip(whole.programmes, result.programmes, strict=True)
        return [f"{a.programme}: {a.status}, {b.status}" for a, b in pairs if a.status != b.status]

    _each(check)


def test_the_order_in_which_doses_are_told_does_not_matter() -> None:
    def check(history: History, result: Assessment) -> list[str]:
        days = [dose.date for dose in history.given]
        if len(days) != len(set(days)):
            return []
        mixed = list(history.given)
        random.Random(history.seed).shuffle(mixed)
        again = assess(history.person, mixed, on=history.on, pack=_PACK)
        same = (again.doses, again.programmes) == (result.doses, result.programmes)
        return [] if same else ["another answer"]

    _each(check)


def test_never_two_routine_doses_of_one_product_on_a_day() -> None:
    def check(history: History, result: Assessment) -> list[str]:
        routine = [(v.date, v.programme) for v in result.doses if v.routine]
        return [str(pair) for pair in set(routine) if routine.count(pair) > 1 and pair[1] not in {"mr"}]

    _each(check)


def test_what_rests_on_an_article_names_it() -> None:
    def check(history: History, result: Assessment) -> list[str]:
        bare = [r for part in (*result.doses, *result.programmes) for r in part.reasons if not r.article]
        return [f"{r.code}: {r.text}" for r in bare if r.code not in {"before_birth", "same_day"}]

    _each(check)


@pytest.mark.parametrize("sex", [None, "M", "F"])
def test_nobody_of_unknown_birth_is_eligible(sex: str | None) -> None:
    for seed in range(50):
        history, _ = _told(seed)
        unknown = Person(None, sex, history.person.due_dates, history.person.conditions)  # type: ignore[arg-type]
        result = assess(unknown, history.given, on=history.on, pack=_PACK)
        assert not [s for s in result.programmes if s.status == "eligible"]
        assert len(result.doses) == len(history.given)
