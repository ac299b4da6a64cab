"""Loads antigen series and their doses from CDC's antigen supporting data."""

from collections.abc import Iterator
from typing import Any, Final

from sesshu.schedule.cdsi.statuses import Gender, SeriesType, SkipContext
from sesshu.schedule.cdsi.supporting import (
    AgeRow,
    AntigenSeries,
    ConditionalSkip,
    Indication,
    IntervalRow,
    SeriesDose,
    SkipCondition,
    SkipSet,
    VaccineRow,
)
from sesshu.schedule.packs.elements import Element, cvx

_TYPES: Final[dict[str, SeriesType]] = {
    "standard": "Standard",
    "risk": "Risk",
    "evaluation only": "Evaluation Only",
}
_GENDERS: Final[dict[str, Gender]] = {
    "female": "Female",
    "f": "Female",
    "male": "Male",
    "m": "Male",
    "unknown": "Unknown",
    "u": "Unknown",
    "transgender": "Unknown",
}
_CONTEXTS: Final[dict[str, frozenset[SkipContext]]] = {
    "evaluation": frozenset({"Evaluation"}),
    "forecast": frozenset({"Forecast"}),
    "both": frozenset({"Evaluation", "Forecast"}),
}
_LOGIC: Final = {"and": "and", "or": "or", "n/a": "n/a"}
_CONDITIONS: Final[dict[str, Any]] = {
    "age": "age",
    "interval": "interval",
    "completed series": "completed series",
    "vaccine count by age": "vaccine count",
    "vaccine count by date": "vaccine count",
    "vaccine count by date and age": "vaccine count",
    "vaccine count by age and date": "vaccine count",
}
_COUNT_LOGIC: Final[dict[str, Any]] = {
    "greater than": "greater than",
    "equal to": "equal to",
    "equal": "equal to",
    "equals": "equal to",
    "less than": "less than",
}
_DOSE_TYPES: Final = {"valid": True, "total": False}


def series(element: Element) -> AntigenSeries:
    """One ``<series>``; ``PackError`` naming series, dose and element if it cannot be used."""
    name = element.required("seriesName")
    element = element.named(name)
    select = next(element.children("selectSeries", "selectBest"), element)
    genders = element.texts("requiredGender") or select.texts("requiredGender") or _genders_of_doses(element)
    return AntigenSeries(
        name=name,
        antigen=element.required("targetDisease"),
        vaccine_group=element.required("vaccineGroup"),
        type=element.choice("seriesType", _TYPES, "standard"),
        doses=tuple(_dose(dose) for dose in element.children("seriesDose")),
        group=select.text("seriesGroup") or "",
        group_name=select.text("seriesGroupName") or "",
        equivalent_groups=frozenset(
            part.strip() for part in (element.text("equivalentSeriesGroups") or "").split(";") if part.strip()
        ),
        genders=frozenset(_gender(element, text) for text in genders),
        indications=tuple(_indications(element)),
        default=select.flag("defaultSeries"),
        product_path=select.flag("productPath"),
        priority=select.text("seriesPriority") or "A",
        preference=select.number("seriesPreference"),
        min_age_to_start=select.duration("minAgeToStart"),
        max_age_to_start=select.duration("maxAgeToStart"),
        guidance=element.texts("seriesAdminGuidance"),
    )


def _genders_of_doses(element: Element) -> tuple[str, ...]:
    """Before version 3 the required gender stood with the doses."""
    return next((dose.texts("requiredGender") for dose in element.children("seriesDose")), ())


def _gender(element: Element, text: str) -> Gender:
    if text.lower() not in _GENDERS:
        raise element.error("requiredGender", f"「{text}」は使えません。")
    return _GENDERS[text.lower()]


def _indications(element: Element) -> Iterator[Indication]:
    for row in element.children("indication"):
        for observation in row.children("observationCode"):
            code = observation.text("code")
            if code is not None:
                yield Indication(
                    code=code,
                    description=row.text("description") or "",
                    begin_age=row.duration("beginAge"),
                    end_age=row.duration("endAge"),
                    guidance=row.text("guidance") or "",
                )


def _dose(element: Element) -> SeriesDose:
    name = element.required("doseNumber")
    element = element.named(name)
    number = element.number("doseNumber")
    assert number is not None
    season = next(element.children("seasonalRecommendation"), None)
    return SeriesDose(
        number=number,
        ages=tuple(map(_age, element.children("age"))),
        intervals=tuple(map(_interval, element.children("interval"))),
        allowable_intervals=tuple(map(_interval, element.children("allowableInterval"))),
        preferable=tuple(map(_vaccine, element.children("preferableVaccine"))),
        allowable=_by_type([_vaccine(row) for row in element.children("allowableVaccine")]),
        inadvertent=frozenset(cvx(row.required("cvx")) for row in element.children("inadvertentVaccine")),
        skips=tuple(map(_skip, element.children("conditionalSkip"))),
        recurring=element.flag("recurringDose"),
        season_start=season.day("startDate") if season else None,
        season_end=season.day("endDate") if season else None,
    )


def _by_type(rows: list[VaccineRow]) -> dict[str, tuple[VaccineRow, ...]]:
    found: dict[str, tuple[VaccineRow, ...]] = {}
    for row in rows:
        found[row.cvx] = (*found.get(row.cvx, ()), row)
    return found


def _age(row: Element) -> AgeRow:
    return AgeRow(
        effective=row.day("effectiveDate"),
        cessation=row.day("cessationDate"),
        absolute_minimum=row.duration("absMinAge"),
        minimum=row.duration("minAge"),
        earliest_recommended=row.duration("earliestRecAge"),
        latest_recommended=row.duration("latestRecAge"),
        maximum=row.duration("maxAge"),
    )


def _interval(row: Element) -> IntervalRow:
    observation = next(row.children("fromRelevantObs"), None)
    return IntervalRow(
        effective=row.day("effectiveDate"),
        cessation=row.day("cessationDate"),
        from_previous=row.flag("fromPrevious"),
        from_target_dose=row.number("fromTargetDose"),
        from_most_recent=row.codes("fromMostRecent"),
        from_observation=observation.text("code") if observation else None,
        absolute_minimum=row.duration("absMinInt"),
        minimum=row.duration("minInt"),
        earliest_recommended=row.duration("earliestRecInt"),
        latest_recommended=row.duration("latestRecInt"),
        priority=(row.text("intervalPriority") or "n").lower() in ("override", "y", "yes"),
    )


def _vaccine(row: Element) -> VaccineRow:
    return VaccineRow(
        cvx=cvx(row.required("cvx")),
        name=row.text("vaccineType") or "",
        begin_age=row.duration("beginAge"),
        end_age=row.duration("endAge"),
        trade_name=row.text("tradeName"),
        mvx=row.text("mvx"),
        volume=row.decimal("volume"),
        forecast=row.flag("forecastVaccineType"),
    )


def _skip(element: Element) -> ConditionalSkip:
    return ConditionalSkip(
        contexts=element.choice("context", _CONTEXTS, "both"),
        sets=tuple(map(_set, element.children("set"))),
        all_sets=element.choice("setLogic", _LOGIC, "n/a") == "and",
    )


def _set(element: Element) -> SkipSet:
    return SkipSet(
        effective=element.day("effectiveDate"),
        cessation=element.day("cessationDate"),
        conditions=tuple(map(_condition, element.children("condition"))),
        any_condition=element.choice("conditionLogic", _LOGIC, "n/a") == "or",
    )


def _condition(row: Element) -> SkipCondition:
    kind = row.choice("conditionType", _CONDITIONS)
    counting = kind == "vaccine count"
    return SkipCondition(
        type=kind,
        begin_age=row.duration("beginAge"),
        end_age=row.duration("endAge"),
        start=row.day("startDate"),
        end=row.day("endDate"),
        interval=row.duration("interval"),
        dose_count=row.number("doseCount") or 0,
        dose_count_logic=row.choice("doseCountLogic", _COUNT_LOGIC) if counting else "greater than",
        valid_only=row.choice("doseType", _DOSE_TYPES, "total") if counting else False,
        vaccine_types=row.codes("vaccineTypes"),
        series_groups=frozenset(
            part.strip() for part in (row.text("seriesGroups") or "").split(";") if part.strip()
        ),
    )
