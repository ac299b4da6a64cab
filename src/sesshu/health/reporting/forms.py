"""Conditions as staff choose them; every form is read from the address, so that a list can be bookmarked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sesshu.addressees.models import Addressee
from sesshu.health.catalogue.selectors import programmes
from sesshu.health.providers.selectors import providers
from sesshu.health.reporting.dimensions import DIMENSIONS, protected_ids
from sesshu.health.reporting.dose_selection import BOTH, ROUTINE, VOLUNTARY, DoseSelection
from sesshu.health.reporting.measures import measures_of
from sesshu.health.reporting.roster import GROUP, INDIVIDUAL, RosterConditions
from sesshu.health.reporting.unvaccinated import UnvaccinatedConditions, doses_due
from sesshu.kernel import clock, dates
from sesshu.kernel.wareki import to_wareki
from sesshu.protection.tenancy import current
from sesshu.web.fields import DateField
from sesshu.web.forms import StaffForm

YEARS_BACK = 10
Choices = list[tuple[str, str]]


def fiscal_year_choices() -> list[tuple[int, str]]:
    """This fiscal year and those before it, by era and by year."""
    this = dates.fiscal_year(clock.today())
    return [(year, fiscal_year_words(year)) for year in range(this, this - YEARS_BACK - 1, -1)]


def fiscal_year_words(year: int) -> str:
    """令和8年度（2026年度）, by the era of the year's last December day."""
    era = to_wareki(date(year, 12, 31)).partition("年")[0]
    return f"{era}年度（{year}年度）"


def _programme_choices(blank: str = "") -> Choices:
    found: Choices = [(item.code, item.name) for item in programmes()]
    return [("", blank), *found] if blank else found


def _district_choices() -> Choices:
    names = (
        Addressee.objects.filter(municipality_code=current())
        .exclude(district="")
        # A district that only a protected person lives in would tell where.
        .exclude(pk__in=protected_ids())
        .order_by("district")
        .values_list("district", flat=True)
        .distinct()
    )
    return [("", "すべての地区"), *((name, name) for name in names)]


def _flag(value: str) -> bool | None:
    return None if value == "" else value == "1"


class YearForm(StaffForm):
    """Which fiscal year, and of which dose the charts tell more."""

    year = forms.TypedChoiceField(label="年度", coerce=int)
    measure = forms.ChoiceField(label="くわしく見る予防接種", required=False)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.fields["year"].choices = fiscal_year_choices()  # type: ignore[attr-defined]
        year = self._year()
        self.fields["measure"].choices = _grouped(measures_of(year))  # type: ignore[attr-defined]

    def _year(self) -> int:
        given = str(self.data.get("year", ""))
        return int(given) if given.isdigit() else dates.fiscal_year(clock.today())


def _grouped(measures: Iterable[Any]) -> list[tuple[str, Choices]]:
    groups: dict[str, Choices] = {}
    for measure in measures:
        groups.setdefault(measure.group, []).append((measure.code, measure.name))
    return list(groups.items())


class ReportYearForm(StaffForm):
    year = forms.TypedChoiceField(label="年度", coerce=int)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.fields["year"].choices = fiscal_year_choices()  # type: ignore[attr-defined]


class UnvaccinatedForm(StaffForm):
    programme = forms.ChoiceField(label="予防接種")
    on = DateField(label="基準日")
    dose = forms.ChoiceField(label="回", required=False)
    # Its choices are asked for when it is shown (offer_districts), not each time an address is read.
    district = forms.CharField(
        label="地区",
        required=False,
        max_length=30,
        widget=forms.Select,
    )
    born_from = DateField(label="生年月日（から）", required=False)
    born_to = DateField(label="生年月日（まで）", required=False)
    closes_within = forms.TypedChoiceField(
        label="接種期限", required=False, coerce=int, empty_value=None,
        choices=[("", "すべて"), *((n, f"{n}か月以内に終わる") for n in (1, 2, 3, 6, 12))],
    )  # fmt: skip

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.fields["programme"].choices = _programme_choices()  # type: ignore[attr-defined]
        self.fields["dose"].choices = self._doses()  # type: ignore[attr-defined]

    def offer_districts(self) -> None:
        """For the screen: the districts there are."""
        self.fields["district"].widget.choices = _district_choices()

    def _doses(self) -> Choices:
        try:
            on = DateField().clean(self.data.get("on") or clock.today())
        except ValidationError:
            on = clock.today()
        labels = doses_due(str(self.data.get("programme", "")), on) if self.is_bound else ()
        chosen = str(self.data.get("dose", ""))
        shown = dict.fromkeys([*labels, *([chosen] if chosen else [])])
        return [("", "すべての回"), *((label, label or "（回なし）") for label in shown if label)]

    def conditions(self) -> UnvaccinatedConditions:
        given = self.cleaned_data
        return UnvaccinatedConditions(
            programme=given["programme"],
            on=given["on"],
            district=given["district"],
            born_from=given["born_from"],
            born_to=given["born_to"],
            dose=given["dose"],
            closes_within_months=given["closes_within"],
        )


class PeriodForm(StaffForm):
    start = DateField(label="接種年月日（から）")
    end = DateField(label="接種年月日（まで）")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("start") and given.get("end") and given["start"] > given["end"]:
            raise ValidationError("接種年月日の「から」が「まで」より後です。")
        return given


class RosterForm(PeriodForm):
    programme = forms.ChoiceField(label="予防接種", required=False)
    provider = forms.ChoiceField(label="医療機関", required=False)
    setting = forms.ChoiceField(
        label="個別・集団",
        required=False,
        choices=[("", "すべて"), (INDIVIDUAL, "個別"), (GROUP, "集団")],
    )
    outside = forms.ChoiceField(
        label="市内・市町外", required=False, choices=[("", "すべて"), ("0", "市内"), ("1", "市町外")]
    )
    routine = forms.ChoiceField(
        label="定期・任意", required=False, choices=[("", "すべて"), ("1", "定期"), ("0", "任意")]
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.fields["programme"].choices = _programme_choices("すべての予防接種")  # type: ignore[attr-defined]
        known = [(item.code, item.name) for item in providers()]
        self.fields["provider"].choices = [("", "すべての医療機関"), *known]  # type: ignore[attr-defined]

    def conditions(self) -> RosterConditions:
        given = self.cleaned_data
        return RosterConditions(
            start=given["start"],
            end=given["end"],
            programme=given["programme"],
            provider_code=given["provider"],
            setting=given["setting"],
            outside=_flag(given["outside"]),
            routine=_flag(given["routine"]),
        )


class PivotForm(PeriodForm):
    row = forms.ChoiceField(label="行", choices=[(item.name, item.title) for item in DIMENSIONS.values()])
    column = forms.ChoiceField(label="列", choices=[(item.name, item.title) for item in DIMENSIONS.values()])
    programme = forms.ChoiceField(label="予防接種", required=False)
    law = forms.ChoiceField(
        label="定期・任意", required=False, choices=[(ROUTINE, "定期"), (VOLUNTARY, "任意"), (BOTH, "すべて")]
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.fields["programme"].choices = _programme_choices("すべての予防接種")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("row") == given.get("column"):
            raise ValidationError("行と列に違うものを選んでください。")
        return given

    def selection(self) -> DoseSelection:
        given = self.cleaned_data
        programmes = (given["programme"],) if given["programme"] else ()
        return DoseSelection(given["start"], given["end"], given["law"], programmes=programmes)
