"""S10, control 72: seeded attacks among lifelike work are noticed the same day; ordinary work seldom is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

import pytest

from sesshu.protection.acts import Sort
from sesshu.protection.trail.detection import Access
from sesshu.protection.trail.rules import BY_CODE, RULES, defaults

from .simulation import RESIDENTS, Clerk, Office, Town, working_days

DAY = date(2026, 11, 18)
Attack = Callable[[Office, Clerk], list[Access]]


@pytest.fixture(scope="module")
def town() -> Town:
    return _town()


@cache
def _town() -> Town:
    return Town()


def practised(town: Town, seed: int) -> Office:
    """An office with four weeks behind it."""
    office = Office(town, seed)
    for clerk, history in zip(office.clerks, _four_weeks(seed), strict=True):
        clerk.history = list(history)
    return office


@cache
def _four_weeks(seed: int) -> tuple[tuple[int, ...], ...]:
    office = Office(_town(), seed)
    for day in working_days(date(2026, 10, 19), 20):
        for clerk in office.clerks:
            office.learn(clerk, office.ordinary(clerk, day))
    return tuple(tuple(clerk.history) for clerk in office.clerks)


def test_ordinary_work_raises_at_most_one_alert_in_a_hundred_staff_days(town: Town) -> None:
    """S10: 2,000 staff-days of ten offices."""
    days, alerts = 0, []
    for seed in range(10):
        office = practised(town, seed)
        for day in working_days(DAY, 20):
            for clerk in office.clerks:
                accesses = office.ordinary(clerk, day)
                alerts += office.judged(clerk, accesses)
                office.learn(clerk, accesses)
                days += 1
    rate = 100 * len(alerts) / days
    assert days == 2_000
    assert rate <= 1.0, f"{rate:.2f} alerts in 100 staff-days: {sorted(each.rule for each in alerts)}"


def _spread(office: Office, count: int, hours: tuple[int, ...] = (9, 10, 11, 13, 14, 15, 16)) -> list[Access]:
    chosen = office.chance.sample(range(1, RESIDENTS), count)
    return [
        office.access(office.at(DAY, office.chance.choice(hours)), Sort.READ, person) for person in chosen
    ]


def three_hundred(office: Office, clerk: Clerk) -> list[Access]:
    return _spread(office, 300)


def in_an_hour(office: Office, clerk: Clerk) -> list[Access]:
    return _spread(office, 120, (10,))


def at_night(office: Office, clerk: Clerk) -> list[Access]:
    return _spread(office, 15, (22,))


def the_own_household(office: Office, clerk: Clerk) -> list[Access]:
    return [office.access(office.at(DAY, 10), Sort.READ, office.town.household[clerk.self_id][0])]


def a_colleague(office: Office, clerk: Clerk) -> list[Access]:
    other = next(each for each in office.clerks if each is not clerk)
    return [office.access(office.at(DAY, 11), Sort.READ, other.self_id)]


def the_protected(office: Office, clerk: Clerk) -> list[Access]:
    hidden = [person for person, facts in office.town.facts.items() if facts.protected]
    return [office.access(office.at(DAY, 13), Sort.READ, person) for person in hidden[:6]]


def walking_through(office: Office, clerk: Clerk) -> list[Access]:
    begin = office.at(DAY, 14)
    return [
        office.access(begin + timedelta(seconds=20 * step), Sort.READ, 12_000 + step) for step in range(25)
    ]


def again_and_again(office: Office, clerk: Clerk) -> list[Access]:
    return [office.access(office.at(DAY, hour), Sort.READ, 777) for hour in (8, 9, 10, 11, 13, 14, 15, 16)]


def trying_doors(office: Office, clerk: Clerk) -> list[Access]:
    return [office.access(office.at(DAY, 15), Sort.REFUSAL) for _ in range(25)]


def taking_out_at_night(office: Office, clerk: Clerk) -> list[Access]:
    return [office.access(office.at(DAY, 23), Sort.EXPORT, *range(1, 500))]


ATTACKS: dict[str, tuple[Attack, str]] = {
    "300 odd look-ups": (three_hundred, "volume-day"),
    "120 in an hour": (in_an_hour, "volume-hour"),
    "at night": (at_night, "off-hours"),
    "own household": (the_own_household, "own-household"),
    "a colleague": (a_colleague, "colleague"),
    "protected persons": (the_protected, "protected"),
    "walking through numbers": (walking_through, "walking"),
    "one person again and again": (again_and_again, "repeated"),
    "trying doors": (trying_doors, "refusals"),
    "an export at night": (taking_out_at_night, "export-at-night"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_each_attack_hidden_in_ordinary_work_is_noticed_that_day(town: Town, attack: str) -> None:
    """S10: in each of ten offices, by the rule meant for it, and nobody else is blamed for it."""
    act, rule = ATTACKS[attack]
    for seed in range(10):
        office = practised(town, seed)
        attacker = office.clerks[seed]
        hidden = office.ordinary(attacker, DAY) + act(office, attacker)
        found = office.judged(attacker, sorted(hidden, key=lambda access: access.at))
        assert rule in {each.rule for each in found}, f"office {seed}"
        (suspicion, *_) = (each for each in found if each.rule == rule)
        assert suspicion.evidence["count"] >= suspicion.evidence["limit"]
        assert suspicion.evidence["events"]


def test_three_hundred_among_a_hundred_staff_days(town: Town) -> None:
    """S10: one insider in one hundred staff-days is flagged the same day, with at most one false alarm."""
    office = practised(town, 2026)
    false, caught, insider = 0, False, office.clerks[4]
    for place, day in enumerate(working_days(DAY, 10)):
        for clerk in office.clerks:
            accesses = office.ordinary(clerk, day)
            if clerk is insider and place == 6:
                accesses = sorted(accesses + three_hundred(office, clerk), key=lambda access: access.at)
                caught = bool(office.judged(clerk, accesses))
            else:
                false += len(office.judged(clerk, accesses))
            office.learn(clerk, accesses)
    assert caught
    assert false <= 1


def test_who_is_about_to_leave_is_watched_more_closely(town: Town) -> None:
    from dataclasses import replace

    from sesshu.protection.trail.detection import Day, Known, Usual, detect

    office = practised(town, 3)
    day = Day(_spread(office, 40), Usual((40,) * 10, 40.0), Known(town.facts))
    assert detect(day, defaults()) == []
    found = detect(replace(day, known=Known(town.facts, leaving=True)), defaults())
    assert [each.rule for each in found] == ["leaving"]


def test_every_rule_is_tried_and_has_its_words() -> None:
    assert {rule for _, rule in ATTACKS.values()} | {"leaving"} == set(BY_CODE)
    for rule in RULES:
        assert rule.thresholds
        assert not rule.title.isascii()
        assert rule.explanation.endswith("とき")


def test_the_closed_days_of_a_city_are_off_hours(town: Town) -> None:
    from sesshu.protection.trail.detection import Day, Known, Usual, detect

    office = practised(town, 4)
    day = Day(_spread(office, 12), Usual((40,) * 10, 40.0), Known(town.facts))
    closed = Known(town.facts, closed_days=frozenset({DAY}))
    assert detect(day, defaults()) == []
    assert [each.rule for each in detect(Day(day.accesses, day.usual, closed), defaults())] == ["off-hours"]
