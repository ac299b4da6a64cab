"""A patient series while it is worked on: target doses and what each dose came to."""

from dataclasses import dataclass, field
from datetime import date

from sesshu.schedule.cdsi.model import Forecast
from sesshu.schedule.cdsi.situation import Shot
from sesshu.schedule.cdsi.statuses import (
    EvaluationReason,
    EvaluationStatus,
    ForecastReason,
    PatientSeriesStatus,
    TargetDoseStatus,
)
from sesshu.schedule.cdsi.supporting import AntigenSeries, SeriesDose

NO_FORECAST = Forecast()


@dataclass(slots=True, eq=False)
class Target:
    """A target dose: a series dose to be satisfied or skipped."""

    dose: SeriesDose
    status: TargetDoseStatus = "Not Satisfied"
    satisfied_on: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What a record came to in the series."""

    shot: Shot
    status: EvaluationStatus
    reasons: tuple[EvaluationReason, ...]
    target: Target | None
    inadvertent: bool = False


@dataclass(slots=True, eq=False)
class PatientSeries:
    """An antigen series on its way through chapters 6 to 8 for one patient.

    ``valid_doses`` counts the target doses that are Satisfied (SELECTB-21); ``previous`` is the date that an
    interval from the previous dose runs from (CALCDTINT-1).
    """

    series: AntigenSeries
    records: list[Shot]
    targets: list[Target]
    verdicts: list[Verdict] = field(default_factory=list)
    current: int = 0
    satisfied: dict[int, date] = field(default_factory=dict)
    valid_doses: int = 0
    previous: date | None = None
    status: PatientSeriesStatus = "Not Complete"
    reason: ForecastReason | None = None
    forecast: Forecast = NO_FORECAST
    prioritized: bool = False
    best: bool = False

    @classmethod
    def begin(cls, series: AntigenSeries, records: list[Shot]) -> "PatientSeries":
        """A patient series before its first evaluation; ``records`` are those of the series' antigen."""
        return cls(series, records, [Target(dose) for dose in series.doses])

    @property
    def target(self) -> Target | None:
        """The current target dose; None once all are satisfied or skipped."""
        return self.targets[self.current] if self.current < len(self.targets) else None

    def skip(self, target: Target) -> None:
        """Pass over the current target dose; it is never revisited."""
        target.status = "Skipped"
        self.current += 1

    def record(self, verdict: Verdict) -> None:
        """Note a verdict; later intervals are counted from a Valid or Not Valid dose, not inadvertent."""
        self.verdicts.append(verdict)
        if verdict.status in ("Valid", "Not Valid") and not verdict.inadvertent:
            self.previous = verdict.shot.day

    def satisfy(self, target: Target, day: date) -> None:
        """Satisfy the current target dose; a recurring one is followed by its like (4.4, step 5)."""
        target.status, target.satisfied_on = "Satisfied", day
        self.satisfied[target.dose.number] = day
        self.valid_doses += 1
        if target.dose.recurring:
            self.targets.insert(self.current + 1, Target(target.dose))
        self.current += 1

    def verdict_on(self, shot: Shot) -> Verdict | None:
        """The verdict on a shot of the history; None if this series has not evaluated it."""
        return next((verdict for verdict in self.verdicts if verdict.shot is shot), None)
