"""Statuses and reasons, each named as the CDSi Logic Specification names it.

Where the specification states an outcome without quoting a reason (a conflict, a vaccine that is neither
preferable nor allowable, a dose after the last target), the sentence is made from its own words.
"""

from typing import Final, Literal

EvaluationStatus = Literal["Valid", "Not Valid", "Extraneous", "Sub-standard"]
TargetDoseStatus = Literal["Not Satisfied", "Satisfied", "Skipped"]
PatientSeriesStatus = Literal[
    "Not Complete", "Complete", "Immune", "Contraindicated", "Aged Out", "Not Recommended"
]
SeriesType = Literal["Standard", "Risk", "Evaluation Only"]
Gender = Literal["Female", "Male", "Unknown"]
SkipContext = Literal["Evaluation", "Forecast"]

EvaluationReason = Literal[
    "Lot expired",
    "Dose condition flag",
    "Inadvertent Administration",
    "Too young",
    "Too old",
    "Grace period",
    "Too soon",
    "Impacted by a vaccine conflict",
    "Not a preferable or allowable vaccine",
    "Volume administered is less than recommended volume",
    "Series already complete",
    "No antigen is associated with the vaccine type",
    "Administered before the date of birth",
    "Administered after the assessment date",
]

ForecastReason = Literal[
    "Patient series is complete",
    "Not recommended at this time due to past immunization history",
    "Patient has evidence of immunity",
    "Patient has a contraindication",
    "Past seasonal recommendation end date",
    "Patient has exceeded the maximum age",
    "Patient is unable to finish the series prior to the maximum age",
]

LOT_EXPIRED: Final = "Lot expired"
DOSE_CONDITION: Final = "Dose condition flag"
INADVERTENT: Final = "Inadvertent Administration"
TOO_YOUNG: Final = "Too young"
TOO_OLD: Final = "Too old"
GRACE_PERIOD: Final = "Grace period"
TOO_SOON: Final = "Too soon"
CONFLICT: Final = "Impacted by a vaccine conflict"
WRONG_VACCINE: Final = "Not a preferable or allowable vaccine"
LITTLE_VOLUME: Final = "Volume administered is less than recommended volume"
SERIES_COMPLETE: Final = "Series already complete"
NO_ANTIGEN: Final = "No antigen is associated with the vaccine type"
BEFORE_BIRTH: Final = "Administered before the date of birth"
IN_THE_FUTURE: Final = "Administered after the assessment date"
