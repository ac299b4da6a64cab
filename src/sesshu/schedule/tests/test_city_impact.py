"""H20: the sums of an amendment over columns are those of the scalar engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from sesshu.schedule.impact import Impact, Point, changes
from sesshu.schedule.population.city import person_of
from sesshu.schedule.population.impact import Codes, impact_of
from sesshu.schedule.supporting import Pack
from sesshu.schedule.tests.cities import CODES, PACK, odd, usual

TODAY = date(2026, 11, 22)


def amended() -> Pack:
    """Without rotavirus, and with MR's first period closed a year ago."""
    rules = tuple(
        replace(rule, in_force=replace(rule.in_force, end=date(2025, 11, 22)))
        if rule.programme == "mr" and rule.in_force.end > TODAY
        else rule
        for rule in PACK.rules
        if rule.programme != "rota"
    )
    rules = tuple(replace(rule, number=n) for n, rule in enumerate(rules))
    programmes = {code: one for code, one in PACK.programmes.items() if code != "rota"}
    vaccines = {code: one for code, one in PACK.vaccines.items() if "rota" not in one.programmes}
    return Pack(
        "draft", PACK.reckoning, programmes, vaccines, rules, PACK.spacings, PACK.conditions,
        PACK.later_windows, PACK.grounds, PACK.circumstances,
    )  # fmt: skip


POINTS = [
    (Point(PACK, date(2026, 3, 31)), Point(PACK, date(2026, 4, 1))),
    (Point(PACK, date(2024, 3, 31)), Point(PACK, date(2026, 10, 1))),
    (Point(PACK, TODAY), Point(amended(), TODAY)),
    (Point(amended(), TODAY), Point(PACK, TODAY)),
]


@pytest.mark.parametrize(("before", "after"), POINTS, ids=["day", "years", "amendment", "back"])
@pytest.mark.parametrize("city", [odd, usual])
def test_h20_the_sums_of_a_city_are_those_of_its_residents(city, before, after):
    residents, doses = city(300, 11, TODAY)
    for programmes in (None, ["mr", "flu"]):
        wanted = Impact()
        alone = []
        for person in range(len(residents)):
            who, given = person_of(residents, doses, person, PACK)
            changed = changes(who, given, before, after, programmes)
            wanted.add(changed)
            alone.append(bool(changed))
        found, changed, _ = impact_of(
            residents, doses, Codes(CODES, [*PACK.conditions]), before, after, programmes
        )
        assert found.in_order() == wanted.in_order()
        assert (found.persons, found.changed) == (wanted.persons, wanted.changed)
        assert changed.tolist() == alone
        assert found.changed > 0
