"""Evaluate for preferable vaccine (6.8) and for allowable vaccine (6.9)."""

from sesshu.schedule.cdsi.model import DoseAdministered
from sesshu.schedule.cdsi.situation import Shot, Situation
from sesshu.schedule.cdsi.supporting import SeriesDose, VaccineRow


def preferable_vaccine(dose: SeriesDose, shot: Shot, situation: Situation) -> VaccineRow | None:
    """Table 6-26 (CALCDTPREF-1, -2): the preferable vaccine that the dose was; None if it was none."""
    for row in dose.preferable:
        if (
            row.cvx == shot.cvx
            and situation.of_age(row.begin_age, shot.day, row.end_age)
            and _same_product(row, shot.dose)
        ):
            return row
    return None


def _same_product(row: VaccineRow, dose: DoseAdministered) -> bool:
    """Whether the trade name is the row's, if it names one; records mostly have the manufacturer instead."""
    if row.trade_name is None:
        return True
    if dose.trade_name is not None and dose.trade_name.casefold() == row.trade_name.casefold():
        return True
    return row.mvx is not None and dose.mvx == row.mvx


def is_short_of_volume(row: VaccineRow, dose: DoseAdministered) -> bool:
    """Whether less than the preferable vaccine's volume was given: a reason, never a verdict (6.8)."""
    return row.volume is not None and dose.volume is not None and dose.volume < row.volume


def is_allowable_vaccine(dose: SeriesDose, shot: Shot, situation: Situation) -> bool:
    """Table 6-29 (CALCDTALLOW-1, -2)."""
    return any(
        situation.of_age(row.begin_age, shot.day, row.end_age) for row in dose.allowable.get(shot.cvx, ())
    )
