"""Pregnancy, men of the fifth period, and those of sixty and over (H03)."""

from datetime import date

import pytest

from sesshu.schedule import DoseGiven, Person, assess, timeline
from sesshu.schedule.tests.asking import PACK, ask, dates, judged, state


class TestRsv:
    def test_h03_twenty_eight_weeks_to_thirty_six_and_six_days(self) -> None:
        status = ask("1995-01-01", "F", "2026-09-01", due_dates=("2026-12-01",)).programme("rsv-maternal")
        assert dates(status)[:3] == ("2026-09-08", "2026-11-09", "2026-09-08")

    def test_h03_only_the_first_of_april_for_a_birth_due_on_the_23rd(self) -> None:
        status = ask("1995-01-01", "F", "2026-04-01", due_dates=("2026-04-23",)).programme("rsv-maternal")
        assert (status.status, dates(status)[:2]) == ("eligible", ("2026-04-01", "2026-04-01"))

    def test_h03_once_a_pregnancy(self) -> None:
        due = ("2026-12-01", "2028-08-01")
        result = ask("1995-01-01", "F", "2026-10-20", "2026-09-20=RSV-preF-maternal", due_dates=due)
        assert judged(result.doses[0])[:3] == (1, "valid", True)
        assert dates(result.programme("rsv-maternal"))[0] == "2028-05-09"
        again = ask(
            "1995-01-01",
            "F",
            "2026-11-20",
            "2026-09-20=RSV-preF-maternal",
            "2026-10-20=RSV-preF-maternal",
            due_dates=due[:1],
        )
        assert judged(again.doses[1])[1:] == ("extraneous", False, "already_given")
        assert again.programme("rsv-maternal").status == "complete"

    def test_h03_without_a_due_date_she_is_no_target(self) -> None:
        assert state(ask("1995-01-01", "F", "2026-09-01").programme("rsv-maternal")) == (
            "not_target",
            None,
            "no_due_date",
        )


class TestFifthPeriod:
    @pytest.mark.parametrize(
        ("birth", "sex", "status"),
        [
            ("1962-04-02", "M", "eligible"),
            ("1979-04-01", "M", "eligible"),
            ("1962-04-01", "M", "not_target"),
            ("1979-04-02", "M", "not_target"),
            ("1970-01-01", "F", "not_target"),
        ],
    )
    def test_h03_men_born_1962_to_1979(self, birth: str, sex: str, status: str) -> None:
        assert ask(birth, sex, "2024-06-01").programme("rubella-5").status == status

    def test_h03_after_march_2025_only_with_recognition(self) -> None:
        assert ask("1970-05-22", "M", "2026-06-22").programme("rubella-5").status == "aged_out"
        recognised = ask("1970-05-22", "M", "2026-06-22", conditions=("shortage",)).programme("rubella-5")
        assert (recognised.status, dates(recognised)[1]) == ("eligible", "2027-03-31")

    def test_h03_his_mr_counts_to_the_fifth_period(self) -> None:
        result = ask("1970-05-22", "M", "2026-06-22", "2020-06-01=MR")
        assert (result.doses[0].programme, result.doses[0].routine) == ("rubella-5", True)
        assert result.programme("rubella-5").status == "complete"


class TestInfluenzaAndCovid:
    def test_h03_from_the_eve_of_sixty_five_to_the_fiscal_years_end(self) -> None:
        status = ask("1961-11-22", "M", "2026-11-20").programme("flu")
        assert (status.status, dates(status)[:3]) == ("not_yet", ("2026-11-21", "2027-03-31", "2026-11-21"))
        assert ask("1961-11-22", "M", "2026-11-21").programme("flu").status == "eligible"

    def test_h03_once_a_fiscal_year(self) -> None:
        result = ask("1950-01-01", "F", "2026-11-22", "2026-10-05=Flu-HA", "2026-11-05=Flu-HA")
        assert judged(result.doses[1])[1:] == ("extraneous", False, "already_given")
        status = result.programme("flu")
        assert (status.status, dates(status)[:2]) == ("not_yet", ("2027-04-01", "2028-03-31"))

    def test_h03_high_dose_from_october_2026_for_those_of_seventy_five(self) -> None:
        old, young, early = (
            judged(ask(birth, "F", "2026-12-01", f"{d}=Flu-HA-HD").doses[0])
            for birth, d in (
                ("1951-11-22", "2026-11-21"),
                ("1955-11-22", "2026-11-21"),
                ("1940-01-01", "2026-09-30"),
            )
        )
        assert old[1:3] == ("valid", True)
        assert young[1:] == ("not_valid", False, "too_early")
        assert early[2:] == (False, "before_listing")

    def test_h03_sixty_to_sixty_four_needs_a_recognised_disorder(self) -> None:
        assert ask("1964-01-01", "F", "2026-11-22").programme("flu").status == "not_yet"
        for condition in ("disorder", "hiv"):
            result = ask("1964-01-01", "F", "2026-11-22", conditions=(condition,))
            assert result.programme("flu").status == "eligible"
            assert result.programme("covid").status == "eligible"

    def test_h03_covid_runs_from_october_to_march(self) -> None:
        spans = [s for s in timeline(Person(date(1950, 1, 1), "F"), (), "covid", PACK) if s.start.year < 2028]
        eligible = [(s.start.isoformat(), s.end.isoformat()) for s in spans if s.status == "eligible"]
        assert eligible == [
            ("2024-10-01", "2025-03-31"),
            ("2025-10-01", "2026-03-31"),
            ("2026-10-01", "2027-03-31"),
            ("2027-10-01", "2028-03-31"),
        ]

    def test_h03_out_of_season_and_temporary_doses_leave_the_turn_open(self) -> None:
        doses = ("2022-10-05=COVID", "2026-08-05=COVID", "2026-10-05=COVID")
        result = ask("1955-11-22", "F", "2026-11-22", *doses)
        assert [judged(dose)[1:] for dose in result.doses] == [
            ("valid", False, "temporary"),
            ("valid", False, "out_of_season"),
            ("valid", True, "routine"),
        ]


class TestPneumococcus:
    def test_h03_sixty_five_only(self) -> None:
        status = ask("1961-11-22", "M", "2026-11-22").programme("pneumococcal-senior")
        assert dates(status)[:2] == ("2026-11-21", "2027-11-21")
        assert ask("1950-11-22", "M", "2026-11-22").programme("pneumococcal-senior").status == "aged_out"

    def test_h03_only_twenty_valent_since_april_2026(self) -> None:
        old, gone = (
            ask("1960-11-22", "F", "2026-05-22", f"{d}=PPSV23") for d in ("2026-03-31", "2026-04-01")
        )
        assert judged(old.doses[0])[1:3] == ("valid", True)
        assert old.programme("pneumococcal-senior").status == "complete"
        assert judged(gone.doses[0])[1:] == ("extraneous", False, "product_not_routine")
        assert gone.programme("pneumococcal-senior").status == "eligible"

    def test_h03_in_2015_to_2023_every_fifth_year(self) -> None:
        assert ask("1950-06-01", "F", "2020-06-01").programme("pneumococcal-senior").status == "eligible"
        assert ask("1951-06-01", "F", "2020-06-01").programme("pneumococcal-senior").status == "not_yet"
        assert ask("1915-01-01", "F", "2019-06-01").programme("pneumococcal-senior").status == "eligible"

    def test_h03_a_twenty_valent_dose_goes_to_the_programme_of_the_age(self) -> None:
        child = ask("2026-05-10", "F", "2026-08-01", "2026-07-10=PCV20").doses[0]
        senior = ask("1961-11-22", "F", "2026-12-01", "2026-11-22=PCV20").doses[0]
        assert (child.programme, senior.programme) == ("pcv", "pneumococcal-senior")


class TestZoster:
    @pytest.mark.parametrize(
        ("birth", "on", "window"),
        [
            ("1961-05-22", "2026-06-01", ("2026-04-01", "2027-03-31")),
            ("1957-05-22", "2026-06-22", ("2027-04-01", "2028-03-31")),
            ("1961-04-01", "2025-06-01", ("2025-04-01", "2026-03-31")),
            ("1920-05-22", "2025-06-22", ("2025-04-01", "2026-03-31")),
            ("1966-05-22", "2026-06-22", ("2031-05-21", "2032-05-21")),
        ],
    )
    def test_h03_fiscal_years_of_the_ages_then_sixty_five_only(
        self, birth: str, on: str, window: tuple[str, str]
    ) -> None:
        assert dates(ask(birth, "F", on).programme("zoster"))[:2] == window

    def test_h03_over_a_hundred_only_in_fiscal_2025(self) -> None:
        assert ask("1920-05-22", "F", "2026-06-22").programme("zoster").status == "aged_out"

    def test_h03_a_voluntary_first_dose_leaves_the_second_routine(self) -> None:
        result = ask("1956-05-22", "F", "2026-05-22", "2023-05-05=RZV")
        assert judged(result.doses[0]) == (1, "valid", False, "before_listing")
        assert (result.programme("zoster").status, result.programme("zoster").next_dose) == ("eligible", 2)

    def test_h05_two_months_or_one_if_the_doctor_finds_it_necessary(self) -> None:
        verdicts = [
            judged(ask("1956-05-22", "F", "2026-09-01", "2026-05-05=RZV", f"{d}=RZV").doses[1])[1:]
            for d in ("2026-06-04", "2026-06-05", "2026-07-05")
        ]
        assert verdicts == [
            ("not_valid", False, "interval_too_short"),
            ("valid", True, "doctor_judged"),
            ("valid", True, "routine"),
        ]

    def test_h03_one_live_dose_is_enough(self) -> None:
        assert (
            ask("1956-05-22", "F", "2026-09-01", "2026-05-05=VZV-live").programme("zoster").status
            == "complete"
        )

    def test_h03_with_hiv_from_sixty(self) -> None:
        assert (
            ask("1964-05-22", "F", "2026-06-22", conditions=("disorder",)).programme("zoster").status
            == "not_yet"
        )
        assert (
            ask("1964-05-22", "F", "2026-06-22", conditions=("hiv",)).programme("zoster").status == "eligible"
        )


class TestRecordsThatCannotBe:
    def test_h05_named_reasons(self) -> None:
        doses = ("2026-05-09=BCG", "2026-05-10=no-such", "2027-01-01=BCG")
        result = ask("2026-05-10", "F", "2026-08-01", *doses)
        assert [judged(dose)[1:] for dose in result.doses] == [
            ("not_valid", False, "before_birth"),
            ("not_valid", False, "unknown_vaccine"),
            ("not_valid", False, "future"),
        ]
        assert result.programme("bcg").status == "eligible"

    def test_h05_an_expired_lot_does_not_count(self) -> None:
        dose = DoseGiven(date(2026, 10, 10), "BCG", lot_expiry=date(2026, 10, 9))
        result = assess(Person(date(2026, 5, 10), "F"), (dose,), date(2026, 11, 1), PACK)
        assert judged(result.doses[0])[1:] == ("sub_standard", False, "expired_lot")
        bcg = result.programme("bcg")
        assert (bcg.next_dose, str(bcg.earliest)) == (1, "2026-11-07")

    @pytest.mark.parametrize(
        ("ml", "day", "noted"),
        [(0.25, 14, False), (0.5, 14, True), (0.5, 15, False), (0.25, 15, False), (0.25, 16, True)],
    )
    def test_h05_half_the_volume_under_three_years_and_either_on_the_eve(
        self, ml: float, day: int, noted: bool
    ) -> None:
        dose = DoseGiven(date(2026, 6, day), "JE", volume_ml=ml)
        verdict = assess(Person(date(2023, 6, 16), "F"), (dose,), date(2026, 7, 1), PACK).doses[0]
        assert verdict.evaluation == "valid"
        assert ("volume" in [reason.code for reason in verdict.reasons]) == noted

    def test_h03_the_callers_key_comes_back(self) -> None:
        doses = [DoseGiven(date(2026, 7, d), "RV1", key=d) for d in (20, 10)]
        result = assess(Person(date(2026, 5, 10), "F"), doses, date(2026, 8, 1), PACK)
        assert [verdict.key for verdict in result.doses] == [10, 20]
