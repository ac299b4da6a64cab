"""Programmes of the first years of life, on cases worked out by hand from the articles (H03, H05)."""

import pytest

from sesshu.schedule.tests.asking import ask, dates, judged, state

BORN = "2026-05-10"


@pytest.mark.parametrize(
    ("programme", "expected"),
    [
        ("dpt-ipv-hib", ("2026-07-09", "2033-11-09", "2026-07-09", "2026-07-09", "2026-12-09")),
        ("dpt", ("2026-07-09", "2033-11-09", "2026-07-09", "2026-07-09", "2027-05-09")),
        ("ipv", ("2026-07-09", "2033-11-09", "2026-07-09", "2026-07-09", "2027-05-09")),
        ("dt", ("2037-05-09", "2039-05-09", "2037-05-09", "2037-05-09", "2038-05-09")),
        ("hib", ("2026-07-09", "2031-05-09", "2026-07-09", "2026-07-09", "2026-12-09")),
        ("pcv", ("2026-07-09", "2031-05-09", "2026-07-09", "2026-07-09", "2026-12-09")),
        ("hepb", ("2026-05-10", "2027-05-09", "2026-05-10", "2026-07-09", "2027-02-09")),
        ("rota", ("2026-06-21", "2026-12-20", "2026-06-21", "2026-07-09", "2026-08-22")),
        ("bcg", ("2026-05-10", "2027-05-09", "2026-05-10", "2026-10-09", "2027-01-09")),
        ("mr", ("2027-05-09", "2028-05-09", "2027-05-09", "2027-05-09", "2028-05-09")),
        ("varicella", ("2027-05-09", "2029-05-09", "2027-05-09", "2027-05-09", "2027-08-09")),
        ("je", ("2026-11-09", "2033-11-09", "2026-11-09", "2029-05-09", "2030-05-09")),
        ("hpv", ("2038-04-01", "2043-03-31", "2038-04-01", "2039-04-01", "2040-03-31")),
    ],
)
def test_h03_windows_of_a_newborn_girl(programme: str, expected: tuple[str, ...]) -> None:
    status = ask(BORN, "F", "2026-05-20").programme(programme)
    assert dates(status) == expected
    assert status.next_dose == 1


@pytest.mark.parametrize(
    ("birth", "two", "six", "seven", "twelve", "ninety"),
    [("2025-08-31", "2025-10-30", "2026-02-28", "2026-03-30", "2026-08-30", "2033-02-28")],
)
def test_h03_a_child_born_on_the_31st(
    birth: str, two: str, six: str, seven: str, twelve: str, ninety: str
) -> None:
    result = ask(birth, "M", "2025-09-01")
    assert dates(result.programme("dpt-ipv-hib"))[:2] == (two, ninety)
    assert dates(result.programme("pcv"))[3:] == (two, seven)
    assert dates(result.programme("je"))[:2] == (six, ninety)
    assert dates(result.programme("mr"))[0] == twelve
    assert dates(result.programme("rota"))[:2] == ("2025-10-12", "2026-04-12")


def test_h03_a_fresh_childs_four_in_one_is_gone() -> None:
    status = ask(BORN, "F", "2026-08-01").programme("dpt-ipv")
    assert (status.status, status.reasons[0].code) == ("not_target", "product_ended")


def test_h03_the_eve_of_two_months_counts_and_the_day_before_does_not() -> None:
    early, right = (
        ask(BORN, "F", "2026-08-01", f"{d}=DPT-IPV-Hib").doses[0] for d in ("2026-07-08", "2026-07-09")
    )
    assert judged(early) == (1, "not_valid", False, "too_early")
    assert early.reasons[0].text == "早すぎます: 生後2月に達した日は2026-07-09、1日早い接種です。"
    assert early.reasons[0].article.startswith("施行令3条1項の表")
    assert judged(right) == (1, "valid", True, "routine")


class TestFiveInOne:
    def test_h05_twenty_full_days_lie_between(self) -> None:
        short, right = (
            ask(BORN, "F", "2026-10-01", "2026-07-09=DPT-IPV-Hib", f"{d}=DPT-IPV-Hib").doses[1]
            for d in ("2026-07-29", "2026-07-30")
        )
        assert judged(short) == (2, "not_valid", False, "interval_too_short")
        assert short.reasons[0].values[-1] == 1
        assert judged(right) == (2, "valid", True, "routine")

    def test_h03_booster_six_months_after_the_third(self) -> None:
        doses = ("2026-07-09=DPT-IPV-Hib", "2026-08-06=DPT-IPV-Hib", "2026-08-31=DPT-IPV-Hib")
        status = ask(BORN, "F", "2026-10-01", *doses).programme("dpt-ipv-hib")
        assert (status.next_dose, status.next_label) == (4, "追加")
        assert dates(status) == ("2026-07-09", "2033-11-09", "2027-03-01", "2027-03-01", "2028-03-01")

    def test_h03_four_complete_every_programme_of_its_diseases(self) -> None:
        days = ("2026-07-09", "2026-08-06", "2026-09-03", "2027-03-03")
        result = ask(BORN, "F", "2027-05-01", *(f"{d}=DPT-IPV-Hib" for d in days))
        for programme in ("dpt-ipv-hib", "dpt", "ipv", "hib"):
            assert result.programme(programme).status == "complete"
        assert result.programme("dt").next_label == "2期"

    def test_h03_a_child_begun_with_four_in_one_goes_on_with_five_in_one(self) -> None:
        doses = ("2024-03-20=DPT-IPV", "2024-03-20=Hib", "2024-04-20=DPT-IPV", "2024-04-20=Hib")
        result = ask("2024-01-15", "M", "2026-06-01", *doses, "2026-05-20=DPT-IPV-Hib")
        assert judged(result.doses[-1]) == (3, "valid", True, "routine")
        assert result.programme("dpt-ipv-hib").next_label == "追加"
        assert dates(result.programme("dpt-ipv-hib"))[2] == "2026-11-20"
        assert state(result.programme("dpt-ipv")) == ("aged_out", None, "product_ended")

    def test_h03_four_in_one_after_march_2026_counts_but_is_not_routine(self) -> None:
        doses = ("2024-03-20=DPT-IPV", "2024-04-20=DPT-IPV", "2024-05-20=DPT-IPV")
        last, first = (
            ask("2024-01-15", "M", "2026-06-01", *doses, f"{d}=DPT-IPV").doses[-1]
            for d in ("2026-03-31", "2026-04-01")
        )
        assert judged(last) == (4, "valid", True, "routine")
        assert judged(first) == (4, "valid", False, "product_not_routine")

    def test_h03_three_in_one_and_polio_apart_are_another_way(self) -> None:
        days = ("2026-07-09", "2026-08-06", "2026-09-03", "2027-03-03")
        doses = [f"{d}={v}" for d in days for v in ("DPT", "IPV")]
        result = ask(BORN, "F", "2027-05-01", *doses)
        assert all(judged(dose)[1:3] == ("valid", True) for dose in result.doses)
        assert result.programme("dpt-ipv-hib").status == "complete"
        assert result.programme("hib").next_label == "初回1"

    def test_h03_what_only_polio_still_needs_is_not_for_the_combined_vaccine(self) -> None:
        doses = [f"{d}=DPT" for d in ("2026-07-09", "2026-08-06", "2026-09-03", "2027-03-03")]
        result = ask(BORN, "F", "2027-05-01", *doses)
        assert state(result.programme("dpt-ipv-hib")) == ("not_target", None, "other_product")
        assert result.programme("ipv").status == "eligible"

    def test_h03_two_in_one_in_the_first_period_is_two_and_one(self) -> None:
        result = ask(BORN, "F", "2026-10-01", "2026-07-09=DT", "2026-08-06=DT")
        assert result.programme("dt").next_label == "追加"
        assert dates(result.programme("dt"))[2] == "2027-02-06"
        assert result.programme("dpt-ipv-hib").status == "not_target"

    def test_h03_oral_polio_once_is_one_dose_and_twice_is_all(self) -> None:
        once = ask("2011-01-15", "M", "2013-06-01", "2011-06-20=OPV", "2012-12-20=IPV")
        assert once.programme("ipv").next_label == "初回3"
        twice = ask("2011-01-15", "M", "2013-06-01", "2011-06-20=OPV", "2011-12-20=OPV")
        assert twice.programme("ipv").status == "complete"

    @pytest.mark.parametrize(("day", "routine"), [("2013-05-13", True), ("2013-05-14", False)])
    def test_h03_in_2013_the_greatest_interval_was_law(self, day: str, routine: bool) -> None:
        second = ask("2012-12-01", "M", "2013-08-01", "2013-03-17=DPT-IPV", f"{day}=DPT-IPV").doses[1]
        assert (second.evaluation, second.routine) == ("valid", routine)


class TestHib:
    @pytest.mark.parametrize(
        ("first", "label", "remaining"),
        [
            ("2026-12-09", "初回2", 3),
            ("2026-12-10", "初回2", 2),
            ("2027-05-09", "追加", 1),
            ("2027-05-10", None, 0),
        ],
    )
    def test_h05_the_course_is_fixed_by_the_first_dose(
        self, first: str, label: str | None, remaining: int
    ) -> None:
        status = ask(BORN, "F", "2027-05-12", f"{first}=Hib").programme("hib")
        assert status.remaining == (remaining if first > "2026-12-10" else 1)
        status = ask(BORN, "F", first, f"{first}=Hib").programme("hib")
        assert status.remaining == remaining
        assert status.next_label == label

    def test_h03_initial_doses_end_at_twelve_months_and_the_booster_comes_sooner(self) -> None:
        doses = ("2026-07-09=Hib", "2026-08-06=Hib")
        before = ask(BORN, "F", "2027-05-09", *doses).programme("hib")
        assert (before.status, before.next_label, str(before.last_day)) == ("eligible", "初回3", "2027-05-09")
        after = ask(BORN, "F", "2027-05-10", *doses).programme("hib")
        assert (after.status, after.next_label, after.next_dose) == ("eligible", "追加", 4)
        late = ask(BORN, "F", "2027-06-01", *doses, "2027-05-10=Hib")
        assert judged(late.doses[-1]) == (4, "valid", True, "routine")
        assert late.programme("hib").status == "complete"

    def test_h03_the_booster_waits_seven_months_once_the_initial_doses_are_done(self) -> None:
        doses = ("2026-07-09=Hib", "2026-08-06=Hib", "2026-09-03=Hib")
        status = ask(BORN, "F", "2027-01-01", *doses).programme("hib")
        assert dates(status)[2:] == ("2027-04-03", "2027-04-03", "2027-10-03")

    def test_h05_twenty_days_when_the_doctor_finds_it_necessary(self) -> None:
        verdicts = [
            ask(BORN, "F", "2026-10-01", "2026-07-09=Hib", f"{d}=Hib").doses[1]
            for d in ("2026-07-29", "2026-07-30", "2026-08-06")
        ]
        assert [judged(v)[1:] for v in verdicts] == [
            ("not_valid", False, "interval_too_short"),
            ("valid", True, "doctor_judged"),
            ("valid", True, "routine"),
        ]


class TestChildPneumococcus:
    def test_h03_the_third_is_left_out_when_the_second_came_after_twelve_months(self) -> None:
        doses = ("2026-07-09=PCV20", "2027-05-10=PCV20")
        status = ask(BORN, "F", "2027-06-01", *doses).programme("pcv")
        assert (status.next_label, dates(status)[2]) == ("追加", "2027-07-10")

    def test_h03_the_third_is_given_when_the_second_came_at_twelve_months(self) -> None:
        status = ask(BORN, "F", "2027-06-20", "2026-07-09=PCV20", "2027-05-09=PCV20").programme("pcv")
        assert (status.status, status.next_label) == ("eligible", "初回3")

    def test_h03_the_booster_waits_for_the_first_birthdays_eve(self) -> None:
        doses = [f"{d}=PCV20" for d in ("2026-07-09", "2026-08-06", "2026-09-03")]
        status = ask(BORN, "F", "2026-12-01", *doses).programme("pcv")
        assert (status.next_label, status.reasons[0].code) == ("追加", "not_before")
        assert dates(status)[2:] == ("2027-05-09", "2027-05-09", "2027-08-09")
        early = ask(BORN, "F", "2027-06-01", *doses, "2027-05-08=PCV20").doses[-1]
        assert judged(early) == (4, "not_valid", False, "too_early")

    @pytest.mark.parametrize(
        ("first", "label", "remaining"),
        [
            ("2026-12-09", "初回2", 3),
            ("2026-12-10", "初回2", 2),
            ("2027-05-10", "2回目", 1),
            ("2028-05-10", None, 0),
        ],
    )
    def test_h03_courses_by_the_age_of_the_first_dose(
        self, first: str, label: str | None, remaining: int
    ) -> None:
        status = ask(BORN, "F", first, f"{first}=PCV20").programme("pcv")
        assert (status.next_label, status.remaining) == (label, remaining)

    def test_h03_products_by_date(self) -> None:
        born, on = "2024-01-15", "2024-12-31"
        judgements = [
            judged(ask(born, "M", on, f"{d}={v}").doses[0])[2:]
            for d, v in (
                ("2024-09-30", "PCV13"),
                ("2024-10-01", "PCV13"),
                ("2024-03-31", "PCV15"),
                ("2024-04-01", "PCV15"),
                ("2024-09-30", "PCV20"),
                ("2024-10-01", "PCV20"),
            )
        ]
        assert judgements == [
            (True, "routine"),
            (False, "product_not_routine"),
            (False, "before_listing"),
            (True, "routine"),
            (False, "before_listing"),
            (True, "routine"),
        ]

    def test_h03_thirteen_valent_doses_count_on(self) -> None:
        doses = ("2024-03-20=PCV13", "2024-04-20=PCV13", "2024-05-20=PCV13", "2025-01-20=PCV20")
        assert ask("2024-01-15", "M", "2025-02-01", *doses).programme("pcv").status == "complete"


class TestHepatitisB:
    def test_h03_the_third_counts_from_the_first(self) -> None:
        status = ask("2026-01-15", "M", "2026-03-20", "2026-01-15=HepB", "2026-02-12=HepB").programme("hepb")
        assert dates(status) == ("2026-01-15", "2027-01-14", "2026-06-04", "2026-06-04", "2026-10-14")

    def test_h03_born_before_april_2016_is_not_a_target(self) -> None:
        assert state(ask("2016-03-31", "M", "2016-11-01").programme("hepb")) == (
            "not_target",
            None,
            "birth_cohort",
        )
        assert ask("2016-04-01", "M", "2016-11-01").programme("hepb").status == "eligible"

    def test_h03_a_dose_before_listing_counts_but_was_not_routine(self) -> None:
        dose = ask("2016-05-01", "M", "2016-11-01", "2016-07-10=HepB").doses[0]
        assert judged(dose) == (1, "valid", False, "before_listing")


class TestRota:
    def test_h03_the_product_begun_sets_the_window(self) -> None:
        assert dates(ask(BORN, "F", "2026-07-12", "2026-07-10=RV1").programme("rota"))[1] == "2026-10-25"
        assert dates(ask(BORN, "F", "2026-07-12", "2026-07-10=RV5").programme("rota"))[1] == "2026-12-20"

    def test_h03_two_of_one_three_of_the_other(self) -> None:
        days = ("2026-07-10", "2026-08-07")
        assert (
            ask(BORN, "F", "2026-09-01", *(f"{d}=RV1" for d in days)).programme("rota").status == "complete"
        )
        assert ask(BORN, "F", "2026-09-01", *(f"{d}=RV5" for d in days)).programme("rota").next_dose == 3

    def test_h05_products_are_not_mixed(self) -> None:
        dose = ask(BORN, "F", "2026-09-01", "2026-07-10=RV1", "2026-08-10=RV5").doses[1]
        assert judged(dose)[1:] == ("not_valid", False, "wrong_product")


def test_h05_the_second_of_two_bcg_on_a_day_is_extraneous() -> None:
    first, second = ask("2026-01-15", "M", "2026-07-01", "2026-06-20=BCG", "2026-06-20=BCG").doses
    assert judged(first)[1:3] == ("valid", True)
    assert judged(second)[1:] == ("extraneous", False, "same_day")


def test_h05_a_dose_after_completion_is_extraneous() -> None:
    doses = ("2025-01-15=VZV-live", "2025-04-15=VZV-live", "2025-07-15=VZV-live")
    assert judged(ask("2024-01-15", "M", "2026-03-20", *doses).doses[2]) == (
        None,
        "extraneous",
        False,
        "after_completion",
    )


def test_h05_a_dose_past_the_window_is_extraneous() -> None:
    dose = ask("2024-01-15", "M", "2026-03-20", "2025-01-15=BCG").doses[0]
    assert judged(dose)[1:] == ("extraneous", False, "too_late")
    assert judged(ask("2024-01-15", "M", "2026-03-20", "2025-01-14=BCG").doses[0])[1:3] == ("valid", True)
