"""BCG, measles-rubella, varicella and the days between live vaccines, worked out by hand (H03, H05)."""

from sesshu.schedule.tests.asking import ask, dates, judged, state

BORN = "2026-05-10"


class TestLiveVaccines:
    def test_h05_twenty_seven_days_between_injected_live_vaccines(self) -> None:
        short, right = (
            ask(BORN, "F", "2027-09-01", "2027-05-09=MR", f"{d}=VZV-live").doses[1]
            for d in ("2027-06-05", "2027-06-06")
        )
        assert judged(short)[1:] == ("not_valid", False, "vaccine_conflict")
        assert judged(right)[1:] == ("valid", True, "routine")

    def test_h03_the_wait_is_forecast_and_the_same_day_is_free(self) -> None:
        status = ask(BORN, "F", "2027-05-20", "2027-05-15=MR").programme("varicella")
        assert (state(status), dates(status)[2]) == (("not_yet", "1回目", "vaccine_interval"), "2027-06-12")
        same_day = ask(BORN, "F", "2027-06-01", "2027-05-15=MR", "2027-05-15=VZV-live")
        assert [judged(dose)[1:3] for dose in same_day.doses] == [("valid", True), ("valid", True)]

    def test_h05_before_october_2020_any_vaccine_waited(self) -> None:
        born = "2019-01-15"
        inactivated = ask(born, "M", "2020-12-01", "2019-05-01=PCV13", "2019-05-07=DPT-IPV").doses[1]
        assert judged(inactivated)[1:] == ("valid", False, "vaccine_conflict")
        week_later = ask(born, "M", "2020-12-01", "2019-05-01=PCV13", "2019-05-08=DPT-IPV").doses[1]
        assert judged(week_later)[1:] == ("valid", True, "routine")
        now = ask("2026-01-15", "M", "2026-12-01", "2026-04-01=PCV20", "2026-04-02=DPT-IPV-Hib").doses[1]
        assert judged(now)[1:] == ("valid", True, "routine")

    def test_h03_mr_second_period_is_the_year_before_school(self) -> None:
        for birth, window in (
            ("2020-04-01", ("2025-04-01", "2026-03-31")),
            ("2020-04-02", ("2026-04-01", "2027-03-31")),
        ):
            status = ask(birth, "M", "2024-06-01", "2021-05-01=MR").programme("mr")
            assert (status.next_label, dates(status)[:2]) == ("2期", window)

    def test_h03_single_vaccines_complete_a_period_together(self) -> None:
        only_measles = ask(BORN, "F", "2027-07-01", "2027-05-10=M").programme("mr")
        assert (only_measles.status, only_measles.next_label) == ("eligible", "1期")
        both = ask(BORN, "F", "2027-07-01", "2027-05-10=M", "2027-05-10=R").programme("mr")
        assert both.next_label == "2期"

    def test_h03_the_shortage_needs_a_municipalitys_recognition(self) -> None:
        without = ask("2022-12-22", "M", "2026-06-22").programme("mr")
        assert (without.status, without.next_label) == ("not_yet", "2期")
        recognised = ask("2022-12-22", "M", "2026-06-22", conditions=("shortage",)).programme("mr")
        assert (recognised.status, dates(recognised)[:2]) == ("eligible", ("2025-04-01", "2027-03-31"))

    def test_h05_varicella_three_months(self) -> None:
        short, right = (
            ask("2024-01-15", "M", "2026-03-20", "2025-01-15=VZV-live", f"{d}=VZV-live").doses[1]
            for d in ("2025-04-14", "2025-04-15")
        )
        assert (judged(short)[1], judged(right)[1]) == ("not_valid", "valid")

    def test_h03_in_fiscal_2014_one_dose_of_varicella_from_three_to_five_years(self) -> None:
        status = ask("2010-12-01", "M", "2014-11-01").programme("varicella")
        assert (status.status, status.remaining, status.next_label) == ("eligible", 1, "1回")
        assert ask("2010-12-01", "M", "2015-04-01").programme("varicella").status == "aged_out"
