"""What a clerk chooses for an extraction, and why a list is changed by hand."""

from __future__ import annotations

from typing import Any

from django import forms

from sesshu.addressees.selectors import addressees, is_protected
from sesshu.health.catalogue.selectors import programmes
from sesshu.health.eligibility.choices import Purpose
from sesshu.health.eligibility.conditions import Conditions
from sesshu.kernel import clock
from sesshu.web.fields import DateField
from sesshu.web.forms import StaffForm


class ExtractForm(StaffForm):
    programme = forms.ChoiceField(label="接種種類")
    on = DateField(label="基準日")
    purpose = forms.ChoiceField(label="用途", choices=Purpose.choices, initial=Purpose.QUESTIONNAIRE)
    dose_number = forms.IntegerField(label="回", required=False, min_value=1, max_value=9)
    district = forms.ChoiceField(label="地区", required=False)
    born_from = DateField(label="生年月日（から）", required=False)
    born_to = DateField(label="生年月日（まで）", required=False)
    recommended_started = forms.BooleanField(label="標準的な接種期間に入った方だけ", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today()
        self.fields["programme"].choices = [("", "選んでください"), *((p.code, p.name) for p in programmes())]  # type: ignore[attr-defined]
        self.fields["district"].choices = [("", "すべての地区"), *((name, name) for name in _districts())]  # type: ignore[attr-defined]

    def conditions(self) -> Conditions:
        given = self.cleaned_data
        return Conditions(
            dose_number=given["dose_number"],
            district=given["district"],
            born_from=given["born_from"],
            born_to=given["born_to"],
            recommended_started=given["recommended_started"],
        )


class ReasonForm(StaffForm):
    reason = forms.CharField(label="理由", max_length=200)


class AddForm(ReasonForm):
    number = forms.CharField(label="宛名番号", max_length=15)


def _districts() -> list[str]:
    # A district that only a protected person lives in would tell where.
    shown = addressees().exclude(district="").exclude(pk__in=is_protected())
    return list(shown.order_by("district").values_list("district", flat=True).distinct())
