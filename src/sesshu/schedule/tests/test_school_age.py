"""Japanese encephalitis, HPV and the second period of DT (H03)."""

import pytest

from sesshu.schedule.tests.asking import ask, dates, judged, state


class TestJapaneseEncephalitis:
    def test_h03_first_period_then_second(self) -> None:
        doses = ("2023-02-20=JE", "2023-03-01=JE", "2024-03-01=JE")
        status = ask("2020-01-15", "M", "2026-06-20", *doses).programme("je")
        assert (status.status, status.next_label) == ("not_yet", "2期")
        assert dates(status) == ("2029-01-14", "2033-01-14", "2029-01-14", "2029-01-14", "2030-01-14")

    @pytest.mark.parametrize(("second", "evaluation"), [("2023-02-26", "not_valid"), ("2023-02-27", "valid")])
    def test_h05_six_days(self, second: str, evaluation: str) -> None:
        dose = ask("2020-01-15", "M", "2023-06-20", "2023-02-20=JE", f"{second}=JE").doses[1]
        assert dose.evaluation == evaluation

    def test_h03_the_second_period_does_not_ask_for_the_first(self) -> None:
        doses = ("2020-02-20=JE", "2020-03-01=JE", "2026-03-01=JE")
        result = ask("2017-01-15", "M", "2026-06-20", *doses)
        assert (result.doses[2].dose_label, result.doses[2].routine) == ("2期", True)
        assert result.programme("je").status == "complete"

    def test_h03_the_special_cohort_has_until_twenty(self) -> None:
        begun = ask("2007-04-01", "M", "2026-11-22", "2010-05-01=JE", "2010-05-20=JE").programme("je")
        assert (begun.status, begun.next_label, dates(begun)[1]) == ("eligible", "3回目", "2027-03-31")
        assert ask("2007-04-01", "M", "2027-04-01").programme("je").status == "aged_out"
        assert ask("2007-04-02", "M", "2026-11-22").programme("je").status == "aged_out"

    def test_h03_gaps_of_the_special_cohort_depend_on_having_begun_before_the_law(self) -> None:
        doses = ("2026-01-05=JE", "2026-01-15=JE")
        fresh = ask("2007-04-01", "M", "2026-02-01", *doses).programme("je")
        assert dates(fresh)[2] == "2026-07-15"
        begun = ask("2007-04-01", "M", "2026-02-01", "2010-05-01=JE", "2026-01-15=JE").programme("je")
        assert dates(begun)[2] == "2026-01-22"

    def test_h03_those_who_missed_the_first_period_by_2010_had_it_from_nine(self) -> None:
        doses = ("2009-06-01=JE", "2009-06-20=JE", "2017-06-01=JE")
        result = ask("2008-01-10", "M", "2017-06-02", *doses)
        assert (result.doses[2].routine, result.doses[2].dose_number) == (True, 3)
        assert result.programme("je").next_label == "2期"


class TestHpv:
    @pytest.mark.parametrize(
        ("birth", "window"),
        [("2014-04-02", ("2026-04-01", "2031-03-31")), ("2014-04-01", ("2025-04-01", "2030-03-31"))],
    )
    def test_h03_fiscal_years_of_twelve_to_sixteen(self, birth: str, window: tuple[str, str]) -> None:
        assert dates(ask(birth, "F", "2026-11-22").programme("hpv"))[:2] == window

    def test_h03_boys_are_no_target_and_their_doses_voluntary(self) -> None:
        result = ask("2012-01-15", "M", "2026-10-20", "2026-08-20=HPV9")
        assert state(result.programme("hpv")) == ("not_target", None, "sex")
        assert judged(result.doses[0])[2:] == (False, "sex")

    def test_h03_two_doses_five_months_apart_suffice_before_fifteen(self) -> None:
        doses = ("2026-05-01=HPV9", "2026-10-01=HPV9")
        assert ask("2012-06-01", "F", "2026-11-01", *doses).programme("hpv").status == "complete"
        first = ask("2012-06-01", "F", "2026-05-20", doses[0]).programme("hpv")
        assert dates(first)[2:4] == ("2026-06-01", "2026-11-01")

    def test_h03_under_five_months_a_third_is_needed(self) -> None:
        doses = ("2026-05-01=HPV9", "2026-08-01=HPV9")
        result = ask("2012-06-01", "F", "2026-09-01", *doses)
        assert judged(result.doses[1])[:3] == (2, "valid", True)
        assert (result.programme("hpv").next_dose, dates(result.programme("hpv"))[2]) == (3, "2026-11-01")

    @pytest.mark.parametrize(("first", "status"), [("2025-05-31", "complete"), ("2025-06-01", "eligible")])
    def test_h03_the_two_dose_way_ends_on_the_eve_of_fifteen(self, first: str, status: str) -> None:
        result = ask("2010-06-01", "F", "2026-02-15", f"{first}=HPV9", "2025-11-15=HPV9").programme("hpv")
        assert result.status == status

    def test_h03_begun_with_four_valent_goes_on_with_nine_valent(self) -> None:
        result = ask("2010-06-01", "F", "2026-09-01", "2026-01-20=HPV4", "2026-05-20=HPV9")
        assert judged(result.doses[1])[:3] == (2, "valid", True)
        assert (result.programme("hpv").next_dose, dates(result.programme("hpv"))[2]) == (3, "2026-08-20")

    def test_h05_two_and_four_valent_are_not_routine_from_april_2026(self) -> None:
        last, first = (
            ask("2010-06-01", "F", "2026-05-01", f"{d}=HPV4").doses[0] for d in ("2026-03-31", "2026-04-01")
        )
        assert (last.routine, first.routine) == (True, False)

    def test_h05_nine_valent_is_not_followed_by_an_older_product(self) -> None:
        dose = ask("2010-06-01", "F", "2025-12-01", "2025-05-01=HPV9", "2025-10-01=HPV4").doses[1]
        assert judged(dose)[1:] == ("valid", False, "other_history")

    def test_h03_two_valent_third_waits_for_both(self) -> None:
        doses = ("2015-04-10=HPV2", "2015-08-01=HPV2")
        assert dates(ask("2002-06-01", "F", "2015-09-01", *doses).programme("hpv"))[2] == "2015-10-17"

    def test_h03_the_catch_up_and_its_end(self) -> None:
        born, first = "2000-06-01", "2015-05-01=HPV4"
        caught = ask(born, "F", "2023-08-01", first, "2023-07-01=HPV9")
        assert judged(caught.doses[1])[:3] == (2, "valid", True)
        extended = ask(born, "F", "2025-11-01", first, "2023-07-01=HPV9").programme("hpv")
        assert (extended.status, dates(extended)[1]) == ("eligible", "2026-03-31")
        without = ask(born, "F", "2025-11-01", first).programme("hpv")
        assert without.status == "aged_out"
        assert ask(born, "F", "2026-04-01", first, "2023-07-01=HPV9").programme("hpv").status == "aged_out"

    def test_h03_the_catch_up_knows_no_two_dose_way(self) -> None:
        doses = ("2023-07-01=HPV9", "2024-01-10=HPV9")
        assert ask("2003-06-01", "F", "2024-06-01", *doses).programme("hpv").next_dose == 3


def test_h03_dt_second_period_and_its_volume() -> None:
    from sesshu.schedule import DoseGiven, Person, assess
    from sesshu.schedule.tests.asking import PACK, day

    result = ask("2014-01-15", "M", "2026-06-20", "2025-03-20=DT")
    assert judged(result.doses[0]) == (1, "valid", True, "routine")
    assert result.programme("dt").status == "complete"
    given, born, on = day("2025-03-20"), day("2014-01-15"), day("2026-06-20")
    assert given is not None
    assert on is not None
    dose = DoseGiven(given, "DT", volume_ml=0.5)
    verdict = assess(Person(born, "M"), (dose,), on, PACK).doses[0]
    assert (verdict.evaluation, verdict.reasons[0].code) == ("valid", "volume")
    assert verdict.reasons[0].text == "接種量0.5mLは定めの0.1mLと違います。"
