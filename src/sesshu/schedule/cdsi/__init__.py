"""CDC's Clinical Decision Support for Immunization (CDSi), Logic Specification 4.6, as a library.

Chapter by chapter:

=====================  =======================================================================
``supporting``         supporting data (chapter 3); read by ``packs.cdsi``
``situation``          gather necessary data (4.1)
``organising``         organize immunization history (4.2)
``assessing``          the processing model (chapter 4)
``relevance``          create relevant patient series (chapter 5)
``condition``          dose administered condition, inadvertent vaccine (6.1, 6.3)
``conditional_skip``   conditional skip (6.2, 7.1, 7.6)
``age``                age (6.4)
``intervals``          preferable and allowable intervals (6.5, 6.6)
``conflicts``          vaccine conflict (6.7)
``vaccines``           preferable and allowable vaccine (6.8, 6.9)
``evaluation``         satisfy target dose (6.10) and the loop of figure 4-6
``immunity``           evidence of immunity (7.2)
``contraindications``  contraindications (7.3)
``need``               forecast need (7.4)
``dates``              forecast dates and recommended vaccines (7.5)
``forecast``           the loop of chapter 7, validate recommendation (7.6)
``selection``          select best patient series (8.1 to 8.3, 8.7, 8.8)
``scoring``            points (8.4 to 8.6)
``vaccine_groups``     identify and evaluate vaccine group (chapter 9)
=====================  =======================================================================

CDC's data are read with ``packs.cdsi.load_supporting_data(folder)``. A schedule can be written by hand too;
here one of a single vaccine, two doses eight weeks apart, the first at six weeks:

>>> from datetime import date
>>> from sesshu.schedule.reckoning.cdsi import CdsiReckoning
>>> vaccine = {"preferable": (VaccineRow("49", forecast=True),)}
>>> first = SeriesDose(1, ages=(AgeRow(absolute_minimum="6 weeks - 4 days", minimum="6 weeks"),), **vaccine)
>>> gap = IntervalRow(from_previous=True, absolute_minimum="8 weeks - 4 days", minimum="8 weeks")
>>> second = SeriesDose(2, intervals=(gap,), **vaccine)
>>> series = AntigenSeries("Hib 2-dose", "Hib", "Hib", "Standard", (first, second), default=True)
>>> schedule = Schedule(
...     reckoning=CdsiReckoning(),
...     antigens={"Hib": Antigen("Hib", (series,))},
...     vaccine_groups={"Hib": VaccineGroup("Hib", ("Hib",))},
...     associations={"49": (Association("Hib"),)},
... )
>>> child = Patient(birth=date(2026, 1, 1))
>>> doses = [DoseAdministered(date(2026, 2, 9), "49"), DoseAdministered(date(2026, 3, 9), "49")]
>>> result = assess(child, doses, date(2026, 4, 1), schedule)
>>> [(dose.status, dose.reasons) for dose in result.doses_of("Hib")]
[('Valid', ('Grace period',)), ('Not Valid', ('Too soon',))]
>>> [hib] = result.of("Hib")
>>> hib.status, hib.forecast.dose_number, hib.forecast.earliest.isoformat()
('Not Complete', 2, '2026-05-04')
"""

from sesshu.schedule.cdsi.assessing import assess
from sesshu.schedule.cdsi.model import (
    Assessment,
    DoseAdministered,
    DoseEvaluation,
    Evaluation,
    Forecast,
    Observation,
    Patient,
    PatientSeriesForecast,
    TargetDose,
    VaccineGroupForecast,
)
from sesshu.schedule.cdsi.supporting import (
    AgeRow,
    Antigen,
    AntigenSeries,
    Association,
    BirthDateImmunity,
    ConditionalSkip,
    Contraindication,
    Indication,
    IntervalRow,
    Schedule,
    SeriesDose,
    SkipCondition,
    SkipSet,
    VaccineConflict,
    VaccineGroup,
    VaccineRow,
)

__all__ = [
    "AgeRow",
    "Antigen",
    "AntigenSeries",
    "Assessment",
    "Association",
    "BirthDateImmunity",
    "ConditionalSkip",
    "Contraindication",
    "DoseAdministered",
    "DoseEvaluation",
    "Evaluation",
    "Forecast",
    "Indication",
    "IntervalRow",
    "Observation",
    "Patient",
    "PatientSeriesForecast",
    "Schedule",
    "SeriesDose",
    "SkipCondition",
    "SkipSet",
    "TargetDose",
    "VaccineConflict",
    "VaccineGroup",
    "VaccineGroupForecast",
    "VaccineRow",
    "assess",
]
