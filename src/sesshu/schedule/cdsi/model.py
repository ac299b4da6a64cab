"""The values that go into an assessment and come out of it: all immutable."""

from dataclasses import dataclass
from datetime import date

from sesshu.schedule.cdsi.statuses import (
    EvaluationReason,
    EvaluationStatus,
    ForecastReason,
    Gender,
    PatientSeriesStatus,
    SeriesType,
    TargetDoseStatus,
)

Day = date  # a field named `date` hides the type inside its class


@dataclass(frozen=True, slots=True)
class Observation:
    """An active patient observation: CDSi's code and, where it matters, its date."""

    code: str
    date: Day | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """What the logic asks of a patient; ``country`` of birth as the data write it (``U.S.``)."""

    birth: date
    gender: Gender = "Unknown"
    observations: tuple[Observation, ...] = ()
    country: str | None = None


@dataclass(frozen=True, slots=True)
class DoseAdministered:
    """A vaccine dose administered: ``cvx`` and ``mvx`` are CDC's codes, ``volume`` in mL.

    ``condition`` is the dose condition flag (recall, cold chain …); ``key`` is the caller's own.
    """

    date: Day
    cvx: str
    mvx: str | None = None
    trade_name: str | None = None
    volume: float | None = None
    lot_expiry: Day | None = None
    condition: bool = False
    key: object = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one dose came to in one patient series; ``target_dose`` is the dose it was held against."""

    dose: DoseAdministered
    status: EvaluationStatus
    reasons: tuple[EvaluationReason, ...] = ()
    target_dose: int | None = None


@dataclass(frozen=True, slots=True)
class TargetDose:
    """A target dose: number of its series dose, status, and the day of the dose that satisfied it."""

    number: int
    status: TargetDoseStatus
    satisfied_on: date | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The dates of the next dose (FORECASTDT-1 to -6); empty unless the status is Not Complete."""

    dose_number: int | None = None
    earliest: date | None = None
    recommended: date | None = None
    past_due: date | None = None
    latest: date | None = None
    unadjusted_recommended: date | None = None
    unadjusted_past_due: date | None = None
    vaccines: tuple[str, ...] = ()
    priority: bool = False


@dataclass(frozen=True, slots=True)
class PatientSeriesForecast:
    """A relevant patient series: evaluated, forecast, and whether it is a best one."""

    antigen: str
    series: str
    series_group: str
    series_type: SeriesType
    status: PatientSeriesStatus
    reason: ForecastReason | None
    forecast: Forecast
    target_doses: tuple[TargetDose, ...]
    evaluations: tuple[Evaluation, ...]
    prioritized: bool
    best: bool


@dataclass(frozen=True, slots=True)
class VaccineGroupForecast:
    """A forecast for a vaccine group; a group may have several, for series of different kinds."""

    vaccine_group: str
    series_type: SeriesType
    status: PatientSeriesStatus
    forecast: Forecast
    antigens: tuple[str, ...] = ()
    reasons: tuple[ForecastReason, ...] = ()
    guidance: tuple[str, ...] = ()
    series: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DoseEvaluation:
    """One dose in one vaccine group. ``status`` is None for a dose that no series could be asked about."""

    dose: DoseAdministered
    vaccine_group: str | None
    status: EvaluationStatus | None
    reasons: tuple[EvaluationReason, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """Forecasts in the order of the schedule's vaccine groups; doses by date, one row for each group."""

    on: date
    forecasts: tuple[VaccineGroupForecast, ...]
    doses: tuple[DoseEvaluation, ...]
    series: tuple[PatientSeriesForecast, ...]

    def of(self, vaccine_group: str) -> tuple[VaccineGroupForecast, ...]:
        """The forecasts of one vaccine group; empty if nothing in the schedule is meant for the patient."""
        return tuple(f for f in self.forecasts if f.vaccine_group == vaccine_group)

    def doses_of(self, vaccine_group: str) -> tuple[DoseEvaluation, ...]:
        """The doses that count for one vaccine group, by date."""
        return tuple(d for d in self.doses if d.vaccine_group == vaccine_group)
