"""The points of scorable patient series, figure by figure (CDSi tables 8-7, 8-9, 8-11; requirement H05)."""

from datetime import date, timedelta

from sesshu.schedule.cdsi import AgeRow, AntigenSeries, Association, DoseAdministered, Patient, VaccineRow
from sesshu.schedule.cdsi.assessing import assess_antigen
from sesshu.schedule.cdsi.organising import in_order, organize
from sesshu.schedule.cdsi.patient_series import PatientSeries
from sesshu.schedule.cdsi.scoring import complete_points, in_process_points, no_valid_doses_points
from sesshu.schedule.cdsi.situation import Situation, situation_of
from sesshu.schedule.tests.cdsi_schedules import BORN, after_previous, dose, schedule, series, shot

FIRST = date(2021, 1, 1)
SECOND = FIRST + timedelta(days=60)
GAP = (after_previous("8 weeks"),)
ONE = (dose(),)
TWO = (*ONE, dose(2, ages=(), intervals=GAP))
THREE = (*TWO, dose(3, ages=(), intervals=GAP))


def worked(
    *paths: AntigenSeries, doses: tuple[DoseAdministered, ...]
) -> tuple[list[PatientSeries], Situation]:
    """The paths evaluated and forecast, on the day of the last dose."""
    plan = schedule(*paths, associations={"10": (Association("A"),)})
    shots = in_order(doses)
    on = shots[-1].day if shots else FIRST
    situation = situation_of(Patient(BORN), shots, organize(shots, BORN, plan), on, plan)
    return assess_antigen(plan.antigens["A"], situation), situation


def path(*doses, **fields) -> AntigenSeries:  # type: ignore[no-untyped-def]
    return series(*doses, default=False, **fields)


def test_h05_complete_series() -> None:
    given = (shot(FIRST), shot(SECOND))
    assert complete_points(worked(path(*TWO), path(*ONE), doses=given)[0]) == [1, -1]
    assert complete_points(worked(path(*TWO), path(*TWO), path(*ONE), doses=given)[0]) == [0, 0, -1]


def test_h05_series_in_process_alike_in_everything() -> None:
    paths, situation = worked(path(*THREE), path(*THREE), doses=(shot(FIRST),))
    # no product path -2, completable +3, most valid doses, closest and earliest finish shared: 0
    assert in_process_points(paths, situation) == [1, 1]
    paths, situation = worked(*2 * (path(*THREE, product_path=True),), doses=(shot(FIRST),))
    assert in_process_points(paths, situation) == [5, 5]


def test_h05_a_product_path_with_a_dose_that_was_not_valid_gains_nothing() -> None:
    wrong = shot(BORN)
    paths, situation = worked(*2 * (path(*THREE, product_path=True),), doses=(wrong, shot(FIRST)))
    assert in_process_points(paths, situation) == [1, 1]


def test_h05_one_series_ahead_of_another() -> None:
    second_refused = (*ONE, dose(2, preferable=(VaccineRow("11"),)), *THREE[2:])
    paths, situation = worked(path(*THREE), path(*second_refused), doses=(shot(FIRST), shot(SECOND)))
    # the first: -2 +3, most valid doses +2, closest +2, earliest finish; the second loses the same
    assert in_process_points(paths, situation) == [-2 + 3 + 2 + 2 - 1, -2 + 3 - 2 - 2 + 1]
    paths, situation = worked(path(*THREE), path(*THREE, *_later(4)), doses=(shot(FIRST),))
    # as many valid doses; one is closer; the longer one needs a year more
    assert in_process_points(paths, situation) == [-2 + 3 + 0 + 2 + 1, -2 + 3 + 0 - 2 - 1]


def _later(number: int):  # type: ignore[no-untyped-def]
    return (dose(number, ages=(), intervals=(after_previous("1 year"),)),)


def test_h05_a_series_that_cannot_be_finished_cannot_finish_earliest() -> None:
    last = dose(3, ages=(AgeRow(maximum="14 months"),), intervals=GAP)
    paths, situation = worked(path(*THREE), path(*TWO, last), doses=(shot(FIRST),))
    assert in_process_points(paths, situation) == [-2 + 3 + 0 + 0 + 1, -2 - 3 + 0 + 0 - 1]


def test_h05_series_without_valid_doses() -> None:
    late = dose(ages=(AgeRow(minimum="8 weeks"),))
    paths, situation = worked(path(*ONE), path(late), path(late, product_path=True), doses=())
    # start +1 or -1, completable +1, no product path +1 or -1
    assert no_valid_doses_points(paths, situation) == [3, 1, -1]
    paths, situation = worked(path(*ONE), path(*ONE), doses=())
    assert no_valid_doses_points(paths, situation) == [2, 2]
    short = dose(2, ages=(AgeRow(maximum="4 months"),), intervals=(after_previous("1 year"),))
    paths, situation = worked(path(*ONE), path(*ONE, short), doses=())
    assert no_valid_doses_points(paths, situation) == [0 + 1 + 1, 0 - 1 + 1]


def test_h05_a_series_finished_on_the_day_of_the_maximum_age_is_too_late() -> None:
    """SELECTB-3: given on 1 January 2021, it could be finished 112 days later, 478 days after birth."""
    for age, wanted in (("478 days", -3), ("479 days", 3)):
        last = dose(3, ages=(AgeRow(maximum=age),), intervals=GAP)
        paths, situation = worked(path(*TWO, last), path(*THREE), doses=(shot(FIRST),))
        finish = -1 if wanted < 0 else 0
        assert in_process_points(paths, situation)[0] == -2 + wanted + 0 + 0 + finish


def test_h05_a_product_path_alone() -> None:
    paths, situation = worked(path(*THREE, product_path=True), path(*THREE), doses=(shot(FIRST),))
    assert in_process_points(paths, situation) == [5, 1]
