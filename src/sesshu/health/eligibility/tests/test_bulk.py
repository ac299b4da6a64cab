"""A city over columns is stored row for row as the scalar engine stores it (H05, H06)."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from sesshu.addressees.models import Addressee
from sesshu.health.catalogue.models import OwnProgramme
from sesshu.health.eligibility import checking, engines, refreshing, workers
from sesshu.health.eligibility.tests.invented import TODAY, circumstance, dose, resident
from sesshu.health.ledger.circumstances import NONE
from sesshu.health.ledger.models import PersonalCircumstance
from sesshu.health.ledger.selectors import circumstances_of
from sesshu.kernel import clock
from sesshu.schedule import load_pack
from sesshu.schedule.population import compiling

pytestmark = pytest.mark.usefixtures("ise")
PACK = load_pack("jp")
DAYS = [TODAY, date(2026, 3, 31), date(2030, 4, 1), date(2021, 1, 15)]
_ROWS = {
    "standings": "SELECT addressee_id, letters FROM eligibility_standing ORDER BY 1",
    "windows": "SELECT (to_jsonb(w) - 'id')::text FROM eligibility_window w ORDER BY 1",
    "verdicts": "SELECT to_jsonb(v)::text FROM eligibility_doseverdict v ORDER BY v.dose_id",
}


def stored() -> dict[str, list[Any]]:
    found = {}
    with connection.cursor() as cursor:
        for name, statement in _ROWS.items():
            cursor.execute(statement)
            found[name] = cursor.fetchall()
    return found


def refreshed(monkeypatch, on: date, *, bulk: bool, processes: int = 1) -> refreshing.Refreshed:
    monkeypatch.setattr(engines, "WORTH_COLUMNS", 0 if bulk else 1 << 30)
    monkeypatch.setattr(workers, "PROCESSES", processes)
    return refreshing.refresh_city("242039", by=None, at=clock.now(), on=on, everyone=True)


def odd_city(chance: random.Random, persons: int) -> None:
    """Births and products of every kind about the limits of law, wrong volumes and lots among them."""
    OwnProgramme.objects.create(
        code="mumps", name="おたふくかぜ", age_from_months=12, age_to_months=36, doses=2, interval_days=27,
        valid_from=date(2026, 4, 1), sex="0",
    )  # fmt: skip
    for _ in range(persons):
        age = chance.choice([chance.randrange(-900, 1500), chance.randrange(8000), chance.randrange(36000)])
        birth = chance.choice([TODAY - timedelta(days=age)] * 30 + [None, date(1849, 5, 1)])
        person = resident(birth_date=birth, sex=chance.choice(["0", "1", "2", "9"]))
        for _ in range(chance.randrange(7)):
            one_dose(chance, person, age)


def with_circumstances(chance: random.Random) -> None:
    """One to three of any kind for a third of the persons."""
    for person in Addressee.objects.order_by("pk"):
        if chance.random() < 0.35:
            age = (TODAY - person.birth_date).days if person.birth_date else 0
            for _ in range(chance.randrange(1, 4)):
                circumstance(chance, person, age)


def about_newer_rules(chance: random.Random, persons: int) -> None:
    """Doses about the first day that law deems, 日本脳炎 after nine, 帯状疱疹 later, and volumes."""
    deemed, volumes = date(2010, 11, 26), [None, *map(Decimal, ("0.3", "0.5", "0.6", "0.4"))]
    for _ in range(persons):
        child = resident(birth_date=date(2005, 10, 1) + timedelta(days=chance.randrange(2200)), sex="2")
        assert child.birth_date
        for code in chance.sample(["Hib", "PCV7", "PCV13", "HPV2", "HPV4"], 2):
            for n in range(3):
                day = max(deemed + timedelta(days=chance.randrange(-40, 40) + 28 * n), child.birth_date)
                dose(child, code, day, PACK.vaccines[code].programmes[0])
        begun = child.birth_date + timedelta(days=chance.choice([400, 1100, 3288, 3400]))
        for gap in (0, 6, 15, 380, chance.choice([386, 387, 3000])):
            dose(child, "JE", begun + timedelta(days=gap), "je")
        senior = resident(birth_date=date(1960, 4, 2) + timedelta(days=chance.randrange(700)), sex="1")
        first = date(chance.choice([2022, 2025, 2026]), 10, chance.randrange(1, 28))
        for year in (0, chance.choice([0, 4, 5])):
            dose(senior, "RZV", first + timedelta(days=365 * year + 70 * bool(not year)), "zoster")
        old, day = resident(birth_date=date(1945, 1, 1)), date(chance.choice([2024, 2025]), 11, 1)
        dose(old, "COVID", day, "covid", volume_ml=chance.choice(volumes))


def one_dose(chance: random.Random, person: Addressee, age: int) -> None:
    born = person.birth_date or date(2020, 1, 1)
    vaccine = chance.choice(list(PACK.vaccines))
    day = born + timedelta(
        days=chance.choice([chance.randrange(60, 900), chance.randrange(max(age, 1)), 62, 365, -3, 2050])
    )
    for n in range(chance.randrange(1, 4)):
        given = min(max(day + timedelta(days=28 * n), date(1990, 1, 1)), TODAY + timedelta(days=30))
        own = chance.random() < 0.05
        dose(
            person, chance.choice([vaccine] * 20 + ["", "見知らぬ"]), given,
            "mumps" if own else PACK.vaccines[vaccine].programmes[0],
            volume_ml=chance.choice([None, Decimal("0.5"), Decimal("0.25"), Decimal("0.7")]),
            expires_on=chance.choice([None] * 9 + [given - timedelta(days=1)]),
            voided_at=chance.choice([None] * 9 + [clock.now()]),
        )  # fmt: skip


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_h05_columns_store_row_for_row_what_the_scalar_engine_stores(monkeypatch, on):
    odd_city(random.Random(on.toordinal()), 90)
    refreshed(monkeypatch, on, bulk=False)
    one_by_one = stored()
    done = refreshed(monkeypatch, on, bulk=True)
    together = stored()
    for name, rows in one_by_one.items():
        assert together[name] == rows, name
        assert len(rows) > 80, name
    assert done.persons == Addressee.objects.count()
    assert set(done.fallbacks) == {"sentences"}
    found = checking.drift(on, sample=None)
    # A dose of the city's own programme counts on every day, those before it too.
    national = [one for one in found.differences if one["programme"] != "mumps" or on >= TODAY]
    assert (found.persons, found.missing, national) == (done.persons, 0, [])


@pytest.mark.parametrize("on", [TODAY, date(2021, 1, 15)], ids=str)
def test_h05_circumstances_of_every_kind_are_stored_row_for_row(monkeypatch, on):
    chance = random.Random(on.toordinal())
    odd_city(chance, 90)
    with_circumstances(chance)
    refreshed(monkeypatch, on, bulk=False)
    one_by_one = stored()
    done = refreshed(monkeypatch, on, bulk=True)
    assert stored() == one_by_one
    known = circumstances_of(Addressee.objects.values_list("pk", flat=True))
    kinds = Counter(one.first for one in known.values() if one != NONE)
    assert set(kinds) == {"due_dates", "conditions", "long_term_illness", "exclusions"}
    assert {why: count for why, count in done.fallbacks.items() if why != "sentences"} == kinds
    PersonalCircumstance.objects.update(voided_at=clock.now())
    told = refreshed(monkeypatch, on, bulk=True)
    assert set(told.fallbacks) == {"sentences"}
    assert stored() != one_by_one, "what is recorded changes what is stored"


def test_h05_the_newer_rules_are_stored_row_for_row(monkeypatch):
    about_newer_rules(random.Random(3), 60)
    refreshed(monkeypatch, TODAY, bulk=False)
    one_by_one = stored()
    done = refreshed(monkeypatch, TODAY, bulk=True)
    assert stored() == one_by_one
    told = " ".join(str(row) for row in one_by_one["verdicts"])
    for code in ("before_deeming", "before_listing", "volume"):
        assert f'"code": "{code}"' in told, code
    assert done.fallbacks["sentences"] < 120


def test_h05_parts_and_processes_change_nothing(monkeypatch):
    odd_city(random.Random(5), 60)
    with_circumstances(random.Random(5))
    refreshed(monkeypatch, TODAY, bulk=True)
    whole = stored()
    monkeypatch.setattr(refreshing, "CHUNK", 17)
    refreshed(monkeypatch, TODAY, bulk=True, processes=2)
    assert stored() == whole


def test_h05_whom_a_rule_concerns_that_columns_do_not_hold_is_told_one_by_one(monkeypatch):
    odd_city(random.Random(6), 60)
    refreshed(monkeypatch, TODAY, bulk=False)
    one_by_one = stored()
    number = PACK.rule("rota-rv1-2020").number
    monkeypatch.setattr("sesshu.schedule.population.years.left_out", lambda _: {number: "moon"})
    assert compiling.left_out(PACK) == {}
    done = refreshed(monkeypatch, TODAY, bulk=True)
    assert stored() == one_by_one
    assert 0 < done.fallbacks["moon"] < done.persons


def test_h05_nobody_and_no_dose(monkeypatch):
    assert refreshed(monkeypatch, TODAY, bulk=True).persons == 0
    resident(birth_date=None)
    resident()
    refreshed(monkeypatch, TODAY, bulk=True)
    together = stored()
    refreshed(monkeypatch, TODAY, bulk=False)
    assert stored() == together
    assert together["standings"]
