"""Forms of the providers."""

from __future__ import annotations

from django import forms

from sesshu.health.providers.models import ProviderKind


class ProviderForm(forms.Form):
    code = forms.CharField(label="医療機関コード", max_length=10)
    name = forms.CharField(label="医療機関名", max_length=100)
    name_kana = forms.CharField(label="読み仮名", max_length=100, required=False)
    kind = forms.ChoiceField(
        label="区分", choices=ProviderKind.choices, widget=forms.RadioSelect, initial="individual"
    )
    address = forms.CharField(label="所在地", max_length=200, required=False)
    telephone = forms.CharField(label="電話番号", max_length=15, required=False)
    outside = forms.BooleanField(label="市外の医療機関", required=False)


class DoctorForm(forms.Form):
    doctor = forms.CharField(label="医師名", max_length=60)
