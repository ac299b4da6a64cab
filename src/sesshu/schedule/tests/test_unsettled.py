"""What the texts of the day do not settle is told with the verdict, never passed over (H04)."""

from __future__ import annotations

from datetime import date

import pytest

from sesshu.schedule import Assessment, DoseGiven, Person, assess, load_pack

PACK = load_pack("jp")


def told(birth: date, *doses: tuple[date, str], on: date, sex: str = "F", hiv: bool = False) -> Assessment:
    conditions = frozenset({"hiv"} if hiv else ())
    person = Person(birth, sex, conditions=conditions)  # type: ignore[arg-type]
    return assess(person, tuple(DoseGiven(*dose) for dose in doses), on, PACK)


@pytest.mark.parametrize(
    ("vaccine", "birth"),
    [
        ("Hib", date(2013, 2, 15)),
        ("PCV7", date(2013, 2, 15)),
        ("HPV2", date(1999, 6, 1)),
        ("HPV4", date(1999, 6, 1)),
        ("JE", date(2009, 12, 1)),
        ("JE", date(1997, 6, 1)),
    ],
)
def test_h04_fiscal_2013_says_that_its_text_was_not_seen(vaccine: str, birth: date) -> None:
    verdict = told(birth, (date(2013, 6, 1), vaccine), on=date(2013, 6, 1)).doses[0]
    assert verdict.routine
    assert verdict.confidence in {"medium", "low"}
    rules = [r for r in PACK.rules if vaccine in r.products and date(2013, 6, 1) in r.in_force]
    assert all("確認" in rule.note for rule in rules if rule.period != "p2" and rule.confidence != "high")


def test_h04_a_dose_that_no_provision_deems_says_what_to_do() -> None:
    """改正附則3条 of 2013 deems the injections of municipalities from 2010-11-26 on."""
    reason = told(date(2009, 3, 10), (date(2010, 6, 10), "Hib"), on=date(2013, 5, 1)).doses[0].reasons[0]
    assert reason.code == "before_deeming"
    assert "2010-11-26" in reason.text
    assert "施行規則2条1号" in reason.text
    assert "改正附則3条（市町村長が行った注射に限る）" in reason.article


def test_h04_hpv_counts_a_voluntary_dose_and_says_so() -> None:
    verdict = told(date(1997, 6, 10), (date(2010, 10, 1), "HPV2"), on=date(2013, 5, 1)).doses[0]
    assert (verdict.evaluation, verdict.routine, verdict.reasons[0].code) == (
        "valid",
        False,
        "before_deeming",
    )
    assert "任意の接種として回数に数えます" in verdict.reasons[0].text


def test_h04_a_second_zoster_dose_in_a_later_window_is_marked_unsure() -> None:
    """施行規則2条10号 against 実施規則26条2号."""
    birth, first, second = date(1961, 6, 10), (date(2025, 5, 1), "RZV"), (date(2026, 10, 1), "RZV")
    status = told(birth, first, on=date(2026, 10, 1), hiv=True).programme("zoster")
    assert (status.status, status.confidence) == ("eligible", "medium")
    assert [reason.code for reason in status.reasons] == ["in_window", "later_window"]
    assert "施行規則2条10号" in status.reasons[1].text
    verdict = told(birth, first, second, on=date(2026, 10, 1), hiv=True).doses[1]
    assert (verdict.routine, verdict.confidence, verdict.reasons[-1].code) == (True, "medium", "later_window")


def test_h04_a_second_zoster_dose_in_the_same_window_is_sure() -> None:
    birth, first = date(1961, 6, 10), (date(2026, 5, 1), "RZV")
    status = told(birth, first, on=date(2026, 10, 1)).programme("zoster")
    assert (status.status, status.confidence, len(status.reasons)) == ("eligible", "high", 1)
    verdict = told(birth, first, (date(2026, 10, 1), "RZV"), on=date(2026, 10, 1)).doses[1]
    assert (verdict.routine, verdict.confidence) == (True, "high")


def test_h04_a_voluntary_first_zoster_dose_leaves_no_doubt() -> None:
    """2条10号 speaks of the routine vaccination only."""
    birth, first = date(1961, 6, 10), (date(2025, 6, 1), "RZV")
    status = told(birth, first, on=date(2026, 10, 1)).programme("zoster")
    assert (status.status, status.confidence) == ("eligible", "high")


@pytest.mark.parametrize(
    ("day", "ml", "right"),
    [
        (date(2024, 11, 1), 0.3, True),
        (date(2024, 11, 1), 0.6, True),
        (date(2025, 11, 1), 0.5, True),
        (date(2025, 11, 1), 0.25, False),
        (date(2026, 11, 1), 0.25, True),
    ],
)
def test_h04_covid_volumes_are_those_of_the_year_s_products(day: date, ml: float, right: bool) -> None:
    """実施規則24条 of 2025-04-01 and 2025-10-01; of the products of fiscal 2026 nothing is known or said."""
    dose = DoseGiven(day, "COVID", volume_ml=ml)
    verdict = assess(Person(date(1950, 1, 1), "M"), (dose,), day, PACK).doses[0]
    assert verdict.routine
    assert ("volume" not in {reason.code for reason in verdict.reasons}) is right
    if not right:
        assert "0.3又は0.5又は0.6" in verdict.reasons[0].text


def test_h04_the_volume_of_high_dose_influenza_is_not_guessed() -> None:
    dose = DoseGiven(date(2026, 11, 1), "Flu-HA-HD", volume_ml=0.7)
    verdict = assess(Person(date(1945, 1, 1), "M"), (dose,), date(2026, 11, 1), PACK).doses[0]
    assert (verdict.routine, verdict.confidence) == (True, "medium")
    assert "volume" not in {reason.code for reason in verdict.reasons}
