"""H03, H06: columns tell a city what the scalar engine tells each resident, and pass no rule over."""

import doctest
from dataclasses import fields, replace
from datetime import date, timedelta

import numpy as np
import pytest

from sesshu.schedule import load_pack
from sesshu.schedule.population import calendar, city, compiling
from sesshu.schedule.population.city import assess_city
from sesshu.schedule.population.columns import (
    REASONS,
    STATUSES,
    Doses,
    Residents,
    condition_bits,
    doses_of,
)
from sesshu.schedule.reckoning.japan import school_year, shares_school_year
from sesshu.schedule.supporting import Ages, Course, DoseRow, HistoryNeeded, Pack, Rule
from sesshu.schedule.tests.cities import PACK, odd, usual
from sesshu.schedule.tests.comparing import differences

TODAY = date(2026, 11, 22)
# Days about which the law changed, and one far ahead.
DAYS = [date(2021, 1, 15), date(2024, 10, 1), date(2026, 3, 31), TODAY, date(2030, 4, 1)]


def alike(residents: Residents, doses: Doses, on: date, **how: int) -> dict[str, int]:
    answers = assess_city(residents, doses, on, PACK, **how)
    first = next(differences(residents, doses, answers, on, PACK), "")
    assert not first, first
    return answers.fallbacks


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_h03_h06_odd_histories_are_told_the_same_over_columns(on):
    fallbacks = alike(*odd(500, on.toordinal(), on), on)
    assert fallbacks.keys() == {"due_dates", "long_term_illness", "exclusions"}


def test_h03_h06_a_city_is_told_the_same_over_columns():
    assert alike(*usual(800, 1, TODAY), TODAY) == {}


def test_h06_lots_and_processes_change_nothing():
    residents, doses = odd(250, 5, TODAY)
    assert alike(residents, doses, TODAY, lot=60) == alike(residents, doses, TODAY, lot=130, processes=2)


def test_h06_the_odd_histories_bring_about_every_status_and_reason():
    on = date(2025, 10, 15)
    answers = assess_city(*odd(15_000, 7, on), on, PACK)
    assert {STATUSES[n] for n in np.unique(answers.statuses["status"])} == set(STATUSES)
    assert {REASONS[n] for n in np.unique(answers.statuses["reason"])} >= set(REASONS) - {
        "", "condition", "no_due_date", "after_limit",
    }  # fmt: skip
    assert set(np.unique(answers.evaluation)) == {1, 2, 3, 4}
    reached = answers.statuses["status"] == STATUSES.index("eligible")
    still_to_come = {"rsv-maternal"}
    open_to_some = {code for code, some in zip(PACK.programmes, reached, strict=True) if some.any()}
    assert open_to_some == set(PACK.programmes) - still_to_come


def test_h06_nobody_and_nothing():
    none = np.zeros(0, np.int32)
    answers = assess_city(Residents(none, none, none), doses_of(none, none, none), TODAY, PACK)
    assert answers.statuses["status"].shape == (len(PACK.programmes), 0)
    one = np.array([TODAY.toordinal()], np.int32)
    alike(Residents(one, np.array([1], np.int8), np.array([0], np.int8)), doses_of(none, none, none), TODAY)


def test_doses_out_of_order_are_refused():
    one = np.array([TODAY.toordinal() - 900], np.int32)
    residents = Residents(one, np.array([1], np.int8), np.array([0], np.int8))
    person, day = np.zeros(2, np.int32), np.array([740_000, 739_000], np.int32)
    none = np.zeros(2, np.int32)
    with pytest.raises(ValueError, match="接種日の順"):
        assess_city(residents, Doses(person, day, none, none), TODAY, PACK)
    with pytest.raises(ValueError, match="住民の並び"):
        assess_city(residents, Doses(person + 1, np.sort(day), none, none), TODAY, PACK)


def test_h06_the_calendar_over_columns_is_the_law_s():
    years = (1900, 1996, 1999, 2000, 2004, 2015, 2026, 2040)
    dates = [date(year, 1, 1) + timedelta(days=n) for year in years for n in range(366)]
    days = np.array([day.toordinal() for day in dates], np.int32)
    first, last = int(days[0]), int(days[-1])
    points = {point for rule in PACK.rules for point in compiling._points(rule)} - {None}
    points = {point for point in points if not point.startswith("week ")} | {"birth"}
    assert len(points) > 40
    for point in points:
        wanted = [PACK.reckoning.point(point, day).toordinal() for day in dates]
        assert calendar.point(point, days).tolist() == wanted, point
    for gap in {gap for rule in PACK.rules for gap in compiling._gaps(rule)}:
        wanted = [PACK.reckoning.next_day(day, gap).toordinal() for day in dates]
        assert calendar.next_days(gap, first, last)[days - first].tolist() == wanted, gap
        wanted = [PACK.reckoning.last_day(day, gap).toordinal() for day in dates]
        assert calendar.last_days(gap, first, last)[days - first].tolist() == wanted, gap


@pytest.mark.parametrize("kind", [Ages, HistoryNeeded, Course, DoseRow, Rule])
def test_h06_every_field_of_a_rule_is_compiled_or_falls_back(kind):
    """A new field is a new construct: compile it and name it, or leave it to the scalar engine."""
    assert {field.name for field in fields(kind)} == compiling._COMPILED[kind]


def changed(pack: Pack, **change: object) -> Pack:
    """The pack with one rule, that of rotavirus, other than it is."""
    number = pack.rule("rota-rv1-2020").number
    rules = tuple(replace(rule, **change) if rule.number == number else rule for rule in pack.rules)
    return Pack(
        pack.name, pack.reckoning, pack.programmes, pack.vaccines, rules, pack.spacings, pack.conditions,
        pack.later_windows, pack.grounds, pack.circumstances,
    )  # fmt: skip


def test_h06_whoever_a_rule_that_is_not_compiled_concerns_is_told_by_the_scalar_engine(monkeypatch):
    monkeypatch.setitem(compiling._COMPILED, Rule, compiling._COMPILED[Rule] - {"counts_outside_window"})
    pack = changed(load_pack("jp"), counts_outside_window=True)
    plain = [rule for rule in pack.rules if rule.id == "rota-rv1-2020"]
    assert compiling._why(plain[0]) == "counts_outside_window"
    births = np.array([date(2010, 5, 1).toordinal(), date(2025, 5, 1).toordinal()], np.int32)
    residents = Residents(births, np.array([2, 2], np.int8), np.zeros(2, np.int8))
    person, day, code = np.array([1]), births[1:] + 300, np.array([list(pack.vaccines).index("RV1")])
    monkeypatch.setattr(compiling, "left_out", lambda _: {plain[0].number: compiling._why(plain[0])})
    monkeypatch.setattr("sesshu.schedule.population.city.left_out", compiling.left_out)
    doses = doses_of(person, day, code)
    answers = assess_city(residents, doses, TODAY, pack)
    assert answers.fallbacks == {"counts_outside_window": 1}
    assert not list(differences(residents, doses, answers, TODAY, pack))


def test_h06_an_age_that_columns_cannot_reckon_falls_back():
    rule = replace(PACK.rule("rota-rv1-2020"), eligible=(Ages("moon 3", None),))
    assert compiling._why(rule) == "point: moon 3"
    assert compiling.left_out(PACK) == {}


@pytest.mark.parametrize("strange", [0, date(1849, 12, 31).toordinal(), date(2201, 1, 1).toordinal()])
def test_h03_an_unknown_or_impossible_date_of_birth_and_an_unknown_code(strange):
    births = np.array([strange, TODAY.toordinal() - 400], np.int32)
    bits = condition_bits(PACK, frozenset({"hiv"}))
    residents = Residents(births, np.array([0, 1], np.int8), np.array([bits, bits], np.int8))
    days = np.array([TODAY - timedelta(days=n) for n in (300, 500, 10)])
    days = np.array([day.toordinal() for day in days])
    alike(residents, doses_of(np.array([0, 1, 1]), days, np.array([3, 3, -1])), TODAY)


def test_h06_ages_by_school_year_fall_on_one_day_for_all_who_start_school_together():
    points = {point for rule in PACK.rules for point in compiling._points(rule)}
    shared = {point for point in points if shares_school_year(point)}
    assert {"fiscal-start 65y", "fiscal-end 16y", "school -1y"} <= shared
    births = [date(1995, 4, 2) + timedelta(days=n) for n in range(2300)]
    for point in shared:
        days: dict[int, set[date]] = {}
        for birth in births:
            days.setdefault(school_year(birth), set()).add(PACK.reckoning.point(point, birth))
        assert all(len(found) == 1 for found in days.values()), point


def test_the_example_runs():
    assert doctest.testmod(city).failed == 0


def _about_the_old_laws(persons: int, seed: int) -> tuple[Residents, Doses]:
    """Children of 2005 to 2011 with doses about the first day that law deems, and 日本脳炎 after nine."""
    chance = np.random.default_rng(seed)
    first, deemed = date(2005, 10, 1).toordinal(), date(2010, 11, 26).toordinal()
    births = first + chance.integers(0, 2200, persons)
    codes = list(PACK.vaccines)
    person, day, vaccine = [], [], []
    for n, birth in enumerate(births):
        begun = birth + int(chance.choice([400, 1100, 3288, 3400]))
        je = begun + np.cumsum([0, *chance.choice([5, 6, 7, 8, 20, 190, 370, 3000], 4)])
        about = deemed + chance.integers(-40, 40, 3)
        for code, days in (("JE", je), (str(chance.choice(["Hib", "PCV7", "PCV13", "HPV2", "HPV4"])), about)):
            person += [n] * len(days)
            day += [int(max(one, birth)) for one in days]
            vaccine += [codes.index(code)] * len(days)
    residents = Residents(births, chance.integers(0, 3, persons), np.zeros(persons, np.int64))
    return residents, doses_of(np.array(person), np.array(day), np.array(vaccine))


@pytest.mark.parametrize("on", [date(2013, 9, 1), date(2018, 7, 1), date(2020, 2, 10), TODAY], ids=str)
def test_h03_h06_old_laws_are_told_the_same_over_columns_and_nobody_falls_back(on):
    residents, doses = _about_the_old_laws(400, on.toordinal())
    assert alike(residents, doses, on) == {}
    answers = assess_city(residents, doses, on, PACK)
    je = list(PACK.programmes).index("je")
    given = doses.vaccine == list(PACK.vaccines).index("JE")
    assert (answers.programme[given] == je).all()
    hib = doses.vaccine == list(PACK.vaccines).index("Hib")
    early = hib & (doses.day < date(2010, 11, 26).toordinal())
    assert not np.isin(answers.evaluation[early], [1, 2]).any(), "not deemed, so never counted"
