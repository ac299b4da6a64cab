"""Every researched rule has its row in the pack with the same figures (requirement H03).

The facts live beside the repository; where they are not, these tests skip.
"""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from sesshu.schedule import load_pack
from sesshu.schedule.supporting import Ages, Course, Dates, DoseRow, Rule

FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts" / "vaccination-rules.yaml"
pytestmark = pytest.mark.skipif(not FACTS.is_file(), reason="the facts are not beside the repository")

PACK = load_pack("jp")


def entries() -> list[dict[str, Any]]:
    return yaml.safe_load(FACTS.read_text(encoding="utf-8"))["entries"] if FACTS.is_file() else []


ENTRIES = {entry["id"]: entry for entry in entries()}
WITH_AGES = [i for i, e in ENTRIES.items() if e["eligible_from"] != "varies" and "age_set" not in e]
WITH_DOSES = [i for i, e in ENTRIES.items() if "doses" in e]
WITH_BINS = [i for i, e in ENTRIES.items() if "start_bins" in e]


# The facts tell fiscal year 2013, whose text nobody has seen, in one entry with the years after it.
PARTED = {"hpv4v-2013": "hpv4v-2014", "je-special-1995-2007": "je-special-1995-2007-2011"}


def rules(identifier: str) -> list[Rule]:
    return [rule for rule in PACK.rules if rule.id in {identifier, PARTED.get(identifier)}]


def expression(text: str | None) -> str | None:
    """A point of the facts in the pack's notation."""
    if text is None:
        return None
    for pattern, made in (
        (r"reach:(\d+[my])$", r"\1"),
        (r"reach:(\d+[my])\+1d$", r"\1 +1d"),
        (r"day:(\d+)$", r"day \1"),
        (r"fy_(start|end):(\d+y)$", r"fiscal-\1 \2"),
        (r"school_start-(1[yd])$", r"school -\1"),
        (r"ga:(\d+)w(\d)d$", r"week \1+\2"),
        (r"date:(.+)$", r"\1"),
        (r"birth$", "birth"),
    ):
        if re.match(pattern, text):
            return re.sub(pattern, made, text)
    raise AssertionError(text)


def day(text: str | None, otherwise: date) -> date:
    return date.fromisoformat(text) if text else otherwise


@pytest.mark.parametrize("identifier", ENTRIES)
def test_h03_each_entry_is_in_force_on_the_same_days_for_the_same_people(identifier: str) -> None:
    entry, found = ENTRIES[identifier], rules(identifier)
    assert found, f"no row {identifier}"
    assert min(rule.in_force.start for rule in found) >= day(entry["effective_from"], date.min)
    assert max(rule.in_force.end for rule in found) == day(entry["effective_to"], date.max)
    if "doses" in entry or "start_bins" in entry:
        assert min(rule.in_force.start for rule in found) == day(entry["effective_from"], date.min)
    assert {product for rule in found for product in rule.products} == set(entry["vaccine_types"])
    assert found[0].born.start == day(entry.get("birth_from"), date.min)
    assert found[0].born.end == day(entry.get("birth_to"), date.max)
    sex = {"male": "M", "female": "F", "female(pregnant)": "F", None: None}[entry.get("sex")]
    assert found[0].sex == sex
    assert found[0].articles
    assert max(found, key=lambda rule: rule.in_force.start).confidence == entry["confidence"]


@pytest.mark.parametrize("identifier", WITH_AGES)
def test_h03_windows_agree(identifier: str) -> None:
    entry, rule = ENTRIES[identifier], rules(identifier)[0]
    plain = [ages for ages in rule.eligible if not ages.conditions or "shortage" in ages.conditions]
    wanted = entry.get("eligible_windows") or [{"from": entry["eligible_from"], "to": entry["eligible_to"]}]
    assert [(ages.start, ages.end) for ages in plain] == [
        (expression(window["from"]), expression(window["to"])) for window in wanted
    ]
    assert _standard(rule.standard) == (expression(entry["standard_from"]), expression(entry["standard_to"]))


@pytest.mark.parametrize("identifier", [i for i, e in ENTRIES.items() if "age_set" in e])
def test_h03_ages_by_fiscal_year_agree(identifier: str) -> None:
    entry, rule = ENTRIES[identifier], rules(identifier)[0]
    assert list(rule.fiscal_ages) == entry["age_set"]
    assert rule.born_until == (day(entry["or_birth_to"], date.min) if "or_birth_to" in entry else None)


@pytest.mark.parametrize("identifier", [i for i, e in ENTRIES.items() if "alt_eligible" in e])
def test_h03_windows_of_recognised_disorders_agree(identifier: str) -> None:
    entry, rule = ENTRIES[identifier], rules(identifier)[0]
    found = [ages for ages in rule.eligible if ages.conditions]
    alternative = entry["alt_eligible"]
    assert [(a.start, a.end) for a in found] == [
        (expression(alternative["from"]), expression(alternative["to"]))
    ]
    assert ("心臓" in alternative["condition"]) == ("disorder" in found[0].conditions)
    assert "hiv" in found[0].conditions


@pytest.mark.parametrize("identifier", [i for i, e in ENTRIES.items() if "season" in e])
def test_h03_seasons_agree(identifier: str) -> None:
    season = ENTRIES[identifier]["season"]
    wanted = tuple(tuple(int(part) for part in season[end].split("-")) for end in ("from", "to"))
    assert rules(identifier)[0].season == wanted


@pytest.mark.parametrize("identifier", WITH_DOSES)
def test_h03_doses_agree(identifier: str) -> None:
    courses = rules(identifier)[0].courses
    if identifier == "je-special-2007-2009":  # the facts give "the rest" once for any of the three doses
        assert {(dose.label, dose.gap, dose.ml) for dose in courses[0].doses} == {("残り", "6d", 0.5)}
        return
    _same_doses(ENTRIES[identifier]["doses"], courses[0])


@pytest.mark.parametrize("identifier", WITH_BINS)
def test_h03_courses_by_the_age_of_the_first_dose_agree(identifier: str) -> None:
    courses, wanted = rules(identifier)[0].courses, ENTRIES[identifier]["start_bins"]
    assert len(courses) == len(wanted)
    for course, bin_ in zip(courses, wanted, strict=True):
        assert _standard(course.starting) == (expression(bin_["start_from"]), expression(bin_["start_to"]))
        _same_doses(bin_["doses"], course)
        unfinished = bin_.get("if_primary_incomplete_at_12m")
        if unfinished:
            assert course.doses[-1].unfinished_gap == unfinished["min"]
            assert course.doses[-1].unfinished_doctor_gap == unfinished["alt_min"]


def _same_doses(wanted: list[dict[str, Any]], course: Course) -> None:
    assert len(course.doses) == len(wanted)
    for row, dose in zip(course.doses, wanted, strict=True):
        assert (row.number, row.label) == (dose["dose_no"], dose["label"])
        assert row.ml == (dose["dose_ml"] if isinstance(dose["dose_ml"], int | float) else None)
        assert row.doctor_gap == dose.get("alt_min")
        assert row.latest_gap == dose.get("legal_max")
        assert row.standard_from_first == dose.get("std_from_first")
        assert row.not_before == expression(dose.get("not_before"))
        assert _gaps(row) == _wanted_gaps(dose)
        if dose["dose_no"] > 1:
            assert row.until == expression(dose.get("by"))
        elif "by" in dose:
            assert course.starting is not None
            assert course.starting.end == expression(dose["by"])
        assert (row.skip_if_previous_after is not None) == ("skip_if" in dose)
        _same_standard(row, dose)


def _gaps(row: DoseRow) -> list[str]:
    return [row.gap] if row.gap else [gap for _, gap in row.gap_from]


def _wanted_gaps(dose: dict[str, Any]) -> list[str]:
    least = dose.get("min")
    return least if isinstance(least, list) else [least] if least else []


def _same_standard(row: DoseRow, dose: dict[str, Any]) -> None:
    if "std_min" in dose or "std_max" in dose:
        assert row.standard_gap == (dose.get("std_min"), dose.get("std_max"))
    for key, end in (("standard_from", 0), ("standard_to", 1), ("std_by", 1)):
        if key in dose:
            assert _standard(row.standard)[end] == expression(dose[key])
    if "dose_ml_under" in dose:
        assert row.ml_under == (dose["dose_ml_under"]["age"], dose["dose_ml_under"]["ml"])


def _standard(ages: Ages | None) -> tuple[str | None, str | None]:
    return (ages.start, ages.end) if ages else (None, None)


def test_h03_every_vaccine_of_the_facts_is_known() -> None:
    facts = yaml.safe_load(FACTS.read_text(encoding="utf-8"))["vaccines"]
    assert {vaccine["code"] for vaccine in facts} <= set(PACK.vaccines)
    for vaccine in facts:
        live = vaccine["type"].startswith("live")
        assert PACK.vaccines[vaccine["code"]].kind.startswith("live") == live


def test_h03_deeming_rules_are_cited() -> None:
    deemed = {rule.id for rule in PACK.rules if rule.deems_earlier}
    assert {
        "hib-2013",
        "varicella-2014",
        "hepb-2016",
        "rota-rv1-2020",
        "rota-rv5-2020",
        "hpv9v-3dose-2023",
        "dpt-ipv-hib-p1-2024",
        "pcv15-20-2024",
    } <= deemed


def _facts() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FACTS.read_text(encoding="utf-8"))
    return loaded


def test_h03_intervals_between_vaccines_are_in_force_on_the_same_days() -> None:
    wanted = {row["id"]: row for row in _facts()["cross_rules"]}
    spans = {spacing.id: (spacing.in_force, spacing.gap_days) for spacing in PACK.spacings}
    now = wanted["interval-different-vaccines-2020"]
    assert spans["live-injectable-2020"] == (Dates(day(now["effective_from"], date.min), date.max), 27)
    before = day(wanted["interval-different-vaccines-pre2020"]["effective_to"], date.max)
    for identifier, gap in (("live-before-2020", 27), ("inactivated-before-2020", 6)):
        assert spans[identifier] == (Dates(date.min, before), gap)
    covid = wanted["covid-13days"]
    span = Dates(day(covid["effective_from"], date.min), day(covid["effective_to"], date.max))
    assert spans["covid-13days"] == (span, 13)


def test_h03_later_windows_after_a_long_illness_agree() -> None:
    facts = _facts()["long_term_special"]
    windows = {window.id: window for window in PACK.later_windows}
    served = {disease for window in PACK.later_windows for disease in window.diseases}
    assert served == PACK.diseases - set(facts["excluded"])
    assert facts["window_after_reason_ends"]["A"].startswith("2年")
    assert facts["window_after_reason_ends"]["B"].startswith("1年")
    assert {w.within for w in PACK.later_windows if w.id != "later-senior"} == {"2y"}
    assert windows["later-senior"].within == "1y"
    caps = {"later-combined": "dpt_polio", "later-bcg": "bcg", "later-hib": "hib", "later-pcv": "pcv"}
    for identifier, name in caps.items():
        years = re.match(r"\d+", facts["age_caps"][name])
        assert years is not None
        assert windows[identifier].until == f"{years[0]}y"
    assert {i for i, w in windows.items() if w.until} == set(caps)
    assert (windows["later-hib"].course, windows["later-pcv"].course) == ("from-12m", "from-24m")
    hepb = PACK.rule("hepb-2016").courses[0].doses
    assert {(dose.ml_from, dose.route_from) for dose in hepb} == {(("10y", 0.5), "IM|SC")}


def test_h03_every_item_of_the_regulation_s_exclusions_has_its_ground() -> None:
    """施行規則2条 as of 2026-06: eleven items, and what 施行令3条1項 excludes itself."""
    cited = " ".join(ground.article for ground in PACK.grounds.values())
    for item in range(1, 12):
        assert f"施行規則2条{item}号" in cited
    assert "施行令3条1項" in cited
    assert PACK.grounds["had-disease"].without == {"rsv", "influenza", "covid19", "zoster"}
