"""Determine evidence of immunity (7.2)."""

from sesshu.schedule.cdsi.situation import Situation
from sesshu.schedule.cdsi.supporting import Antigen, BirthDateImmunity


def has_evidence_of_immunity(antigen: Antigen, situation: Situation) -> bool:
    """Table 7-3: by clinical history, or by date of birth."""
    if not antigen.clinical_history.isdisjoint(situation.observed):
        return True
    return any(_by_birth(row, situation) for row in antigen.birth_date_immunity)


def _by_birth(row: BirthDateImmunity, situation: Situation) -> bool:
    """Born before the date and, where the data name one, in the country, without an exclusion."""
    if situation.birth >= row.before or not row.exclusions.isdisjoint(situation.observed):
        return False
    return row.country is None or row.country == situation.patient.country
