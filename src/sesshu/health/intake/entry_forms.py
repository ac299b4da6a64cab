"""The form of one result, in the order in which a questionnaire is read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sesshu.health.ledger.models import NotVaccinatedReason
from sesshu.health.providers import selectors as providers
from sesshu.health.providers.models import Provider
from sesshu.web.fields import DateField

# Kept from one questionnaire to the next: a pile comes from one clinic.
STICKY = ("date", "lot", "provider_code", "doctor", "screening_doctor", "group")


class EntryForm(forms.Form):
    code = forms.CharField(label="予診票番号または宛名番号", max_length=15)
    screening = forms.BooleanField(label="予診のみ（接種していない）", required=False)
    date = DateField(label="実施日")
    lot = forms.CharField(label="ロット番号", max_length=20, required=False)
    vaccine = forms.ChoiceField(label="ワクチン", required=False)
    expires_on = DateField(label="有効期限", required=False)
    volume_ml = forms.DecimalField(
        label="接種量（mL）", max_digits=4, decimal_places=2, min_value=0, required=False
    )
    programme = forms.ChoiceField(label="接種種類", required=False)
    reason = forms.ChoiceField(
        label="未接種理由", choices=[("", "選んでください"), *NotVaccinatedReason.choices], required=False
    )
    reason_text = forms.CharField(label="未接種理由（その他）", max_length=200, required=False)
    provider_code = forms.CharField(label="医療機関コード", max_length=10)
    screening_doctor = forms.CharField(label="予診医師名", max_length=100, required=False)
    doctor = forms.CharField(label="接種医師名", max_length=100, required=False)
    group = forms.BooleanField(label="集団接種", required=False)
    confirmed = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        vaccines: tuple[tuple[str, str], ...],
        programmes: tuple[tuple[str, str], ...],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vaccine"].choices = [("", "自動（ロット・予診票から）"), *vaccines]  # type: ignore[attr-defined]
        self.fields["programme"].choices = [("", "予診票から自動"), *programmes]  # type: ignore[attr-defined]

    def clean_provider_code(self) -> str:
        code = str(self.cleaned_data["provider_code"]).strip()
        if providers.provider(code) is None:
            raise ValidationError(f"医療機関コード「{code}」は登録されていません。")
        return code

    def provider(self) -> Provider | None:
        return providers.provider(self.cleaned_data["provider_code"])

    def said(self) -> str:
        """What was typed, to tell whether a confirmation is of the same entry."""
        names = (
            "code",
            "screening",
            "date",
            "lot",
            "vaccine",
            "programme",
            "reason",
            "expires_on",
            "volume_ml",
        )
        return "|".join(str(self.cleaned_data.get(name) or "") for name in names)
