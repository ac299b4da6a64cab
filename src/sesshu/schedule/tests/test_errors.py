"""The kind of vaccination error of each dose, and what may be done next (requirement H05)."""

from datetime import date

import pytest

from sesshu.schedule import Assessment, DoseGiven, Exclusion, LongTermIllness, Person, assess
from sesshu.schedule.errors import KINDS
from sesshu.schedule.tests.asking import PACK, ask, day


def judge(person: Person, on: str, *doses: DoseGiven) -> Assessment:
    return assess(person, doses, date.fromisoformat(on), PACK)


@pytest.mark.parametrize(
    ("birth", "sex", "doses", "kind"),
    [
        ("2026-05-10", "F", ["2026-07-06=PCV20"], "age"),
        ("2026-05-10", "F", ["2026-07-10=PCV20", "2026-08-06=PCV20"], "interval"),
        ("2025-05-10", "F", ["2026-05-20=MR", "2026-06-10=VZV-live"], "conflict"),
        ("2026-05-10", "F", ["2026-07-10=DPT-IPV"], "product"),
        ("2025-12-10", "F", ["2026-06-01=BCG", "2026-08-01=BCG"], "unnecessary"),
        ("2025-12-10", "F", ["2026-06-01=BCG", "2026-06-01=BCG"], "unnecessary"),
        ("1950-05-10", "F", ["2026-10-20=Flu-HA", "2026-12-20=Flu-HA"], "unnecessary"),
        ("1950-05-10", "F", ["2026-05-20=COVID"], "season"),
        ("2013-05-10", "M", ["2026-05-20=HPV9"], "not_target"),
        ("2026-05-10", "F", ["2026-05-01=HepB"], "record"),
        ("2026-05-10", "F", ["2026-07-10=PCV20"], None),
        ("2026-05-10", "F", ["2026-07-10=something"], None),
    ],
)
def test_h05_the_kind_of_error_is_told_by_a_stable_code(
    birth: str, sex: str, doses: list[str], kind: str | None
) -> None:
    verdict = ask(birth, sex, "2027-01-10", *doses).doses[-1]
    assert verdict.error == kind
    assert kind is None or kind in KINDS
    assert (verdict.next_step is not None) == (kind not in (None, "record"))


def test_h05_volume_route_and_expiry_are_held_against_the_row() -> None:
    child, on = Person(date(2024, 3, 10), "F"), "2027-07-01"
    given = DoseGiven(date(2026, 7, 1), "JE", volume_ml=0.5)
    assert judge(child, on, given).doses[0].error == "volume"
    given = DoseGiven(date(2026, 7, 1), "JE", volume_ml=0.25, route="IM")
    verdict = judge(child, on, given).doses[0]
    assert (verdict.error, verdict.evaluation, verdict.routine) == ("route", "valid", True)
    assert verdict.reasons[0].text == "接種方法（筋肉内）は定めの皮下と違います。"
    assert verdict.reasons[0].text_en == "The route (IM) differs from the prescribed one (SC)."
    given = DoseGiven(date(2026, 7, 1), "JE", volume_ml=0.25, route="SC")
    assert judge(child, on, given).doses[0].error is None
    given = DoseGiven(date(2026, 7, 1), "JE", lot_expiry=date(2026, 6, 30))
    assert judge(child, on, given).doses[0].error == "expired"


def test_h05_pcv13_was_subcutaneous_where_pcv15_could_be_either() -> None:
    """実施規則 of 2024-04-01 17条: 十三価は皮下に、十五価は筋肉内又は皮下に."""
    child, on = Person(date(2024, 1, 10), "F"), "2024-09-01"
    for vaccine, error in (("PCV13", "route"), ("PCV15", None)):
        given = DoseGiven(date(2024, 5, 1), vaccine, route="IM")
        assert judge(child, on, given).doses[0].error == error


def test_h05_hepatitis_b_after_ten_years_of_age_is_half_a_millilitre_by_either_route() -> None:
    """実施規則20条2項: ten years are reached on 2026-08-30; on that day both are right."""
    illness = LongTermIllness(date(2026, 8, 20), date(2016, 9, 1))
    child = Person(date(2016, 8, 31), "F", long_term_illness=(illness,))
    for text, volume, route, error in (
        ("2026-08-29", 0.25, "SC", None),
        ("2026-08-29", 0.5, "SC", "volume"),
        ("2026-08-29", 0.25, "IM", "route"),
        ("2026-08-30", 0.25, "SC", None),
        ("2026-08-30", 0.5, "IM", None),
        ("2026-08-31", 0.25, "IM", "volume"),
        ("2026-08-31", 0.5, "IM", None),
    ):
        given = DoseGiven(date.fromisoformat(text), "HepB", volume_ml=volume, route=route)
        verdict = judge(child, "2026-09-10", given).doses[0]
        assert (verdict.error, verdict.routine) == (error, True), text


def test_h05_what_may_be_done_next_follows_from_where_the_programme_stands() -> None:
    result = ask("2026-05-10", "F", "2026-09-10", "2026-07-10=PCV20", "2026-08-06=PCV20")
    step = result.doses[1].next_step
    assert step is not None
    assert step.text == "次は初回2を2026-09-03から2028-05-09まで受けられます。"
    assert step.text_en == "Next: dose 2 may be given from 2026-09-03 to 2028-05-09."
    late = ask("2020-05-10", "F", "2026-09-10", "2026-08-06=BCG").doses[0].next_step
    assert late is not None
    assert late.text.startswith("定期として受けられる回はありません: 対象期間は2021-05-09で終わりました。")


def test_h05_aged_out_tells_how_many_of_how_many() -> None:
    result = ask("2020-05-10", "F", "2026-09-10", "2021-06-01=VZV-live", "2020-08-01=PCV13")
    reasons = {s.programme: [r.text for r in s.reasons] for s in result.programmes if s.status == "aged_out"}
    assert reasons["varicella"][1] == "期間が終わるまでに2回のうち1回を受けました。"
    assert reasons["pcv"][1] == "期間が終わるまでに4回のうち1回を受けました。"
    assert reasons["hepb"][1] == "3回のうち1回も受けていません。"


def test_h05_a_dose_given_while_excluded_is_told_apart() -> None:
    keloid = Exclusion("keloid")
    measles = Exclusion("had-disease", frozenset({"measles"}), date(2025, 7, 1))
    child = Person(date(2024, 6, 10), "F", exclusions=(keloid, measles))
    doses = (
        DoseGiven(date(2024, 12, 1), "BCG"),
        DoseGiven(date(2025, 8, 1), "M"),
        DoseGiven(date(2025, 9, 1), "MR"),
    )
    bcg, single, both = judge(child, "2026-01-01", *doses).doses
    assert (bcg.error, bcg.routine, bcg.evaluation) == ("contraindicated", False, "valid")
    assert bcg.reasons[0].article == "施行規則2条6号"
    assert bcg.reasons[0].text.startswith(
        "対象から除かれる期間（期限なし）の接種で、定期に当たりません: ケロイド"
    )
    assert (single.error, single.routine) == ("not_target", False)
    assert (both.error, both.routine) == (None, True)


@pytest.mark.parametrize(
    "exclusion",
    [
        Exclusion("bad-luck"),
        Exclusion("had-disease"),
        Exclusion("anaphylaxis", frozenset({"mumps"})),
    ],
)
def test_h05_an_exclusion_that_makes_no_sense_is_a_clear_error(exclusion: Exclusion) -> None:
    with pytest.raises(ValueError, match="対象外の事由"):
        judge(Person(date(2024, 6, 10), "F", exclusions=(exclusion,)), "2026-01-01")


def test_h05_rules_not_confirmed_in_the_text_of_their_day_say_so() -> None:
    early = ask("2013-02-10", "F", "2013-09-01", "2013-06-01=PCV7", "2013-06-01=Hib").doses
    assert {v.vaccine: v.confidence for v in early} == {"PCV7": "low", "Hib": "medium"}
    now = ask("2026-05-10", "F", "2026-10-10", "2026-07-10=PCV20")
    assert now.doses[0].confidence == "high"
    covid = ask("1950-05-10", "F", "2026-10-10").programme("covid")
    assert (covid.status, covid.confidence) == ("eligible", "low")


def test_h05_reasons_of_a_later_window_name_its_article() -> None:
    illness = LongTermIllness(date(2025, 12, 10), date(2020, 12, 1))
    child = Person(date(2020, 6, 15), "F", long_term_illness=(illness,))
    before = judge(child, "2025-12-09").programme("pcv")
    assert before.status == "not_yet"
    assert before.reasons[0].text == "特別の事情がなくなった日（2025-12-10）から受けられます。"
    assert before.reasons[0].article.startswith("施行令3条2項、施行規則2条の10")
    assert (before.recommended_from, before.recommended_to) == (None, None)
    verdict = judge(child, "2026-02-01", DoseGiven(date(2026, 1, 5), "PCV20")).doses[0]
    assert verdict.reasons[0].article.startswith("施行令3条2項")
    assert day("2026-06-14") == before.last_day
