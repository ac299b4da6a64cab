"""Forms of the ledger: a dose, a screening without a dose, a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sesshu.health.catalogue import selectors as catalogue
from sesshu.health.ledger.models import NotVaccinatedReason, Route
from sesshu.health.providers import selectors as providers
from sesshu.health.providers.models import Provider
from sesshu.web.fields import DateField

_CHOOSE = ("", "選んでください")


class EventForm(forms.Form):
    """What a dose and a screening share."""

    date = DateField(label="実施日")
    provider_code = forms.CharField(label="医療機関コード", max_length=10, required=False)
    facility_name = forms.CharField(label="施設名・接種場所", max_length=100, required=False)
    screening_doctor = forms.CharField(label="予診医師名", max_length=100, required=False)
    outside_municipality = forms.BooleanField(label="市町外接種", required=False)
    group = forms.BooleanField(label="集団接種", required=False)
    publicly_funded = forms.BooleanField(label="公費で実施", required=False, initial=True)
    note = forms.CharField(label="備考", max_length=300, required=False)

    def clean_provider_code(self) -> str:
        code = str(self.cleaned_data["provider_code"]).strip()
        if code and providers.provider(code) is None:
            raise ValidationError(
                f"医療機関コード「{code}」は登録されていません。先に医療機関を登録してください。"
            )
        return code

    def provider(self) -> Provider | None:
        """The provider of the code given."""
        return providers.provider(self.cleaned_data["provider_code"])

    def items(self) -> dict[str, Any]:
        """The fields of the ledger entry, all but person, date and kind of vaccination."""
        names = (
            "facility_name",
            "screening_doctor",
            "outside_municipality",
            "group",
            "publicly_funded",
            "note",
        )
        provider = self.provider()
        found = {name: self.cleaned_data[name] for name in names}
        name = provider.name if provider else ""
        return found | {"provider": provider, "screening_provider": provider, "provider_name": name}


class DoseForm(EventForm):
    vaccine = forms.ChoiceField(label="ワクチン")
    programme = forms.ChoiceField(
        label="接種種類", required=False, help_text="選ばないと、年齢と接種歴から決めます。"
    )
    product_name = forms.CharField(label="ワクチン名（販売名）", max_length=100, required=False)
    maker = forms.CharField(label="製造販売業者", max_length=60, required=False)
    lot_number = forms.CharField(label="ロット番号", max_length=20, required=False)
    expires_on = DateField(label="有効期限", required=False)
    volume_ml = forms.DecimalField(
        label="接種量（mL）", max_digits=4, decimal_places=2, min_value=0, required=False
    )
    route = forms.ChoiceField(label="接種方法", choices=[_CHOOSE, *Route.choices], required=False)
    site = forms.CharField(label="接種部位", max_length=30, required=False)
    doctor = forms.CharField(label="接種医師名", max_length=100, required=False)
    adverse_event = forms.BooleanField(label="副反応疑いあり", required=False)
    follow_up = forms.CharField(label="フォロー登録", max_length=200, required=False)
    confirmed = forms.BooleanField(widget=forms.HiddenInput, required=False)

    field_order = ["date", "vaccine", "programme", "lot_number", "expires_on", "volume_ml", "route", "site"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vaccine"].choices = [_CHOOSE, *catalogue.vaccine_names().items()]  # type: ignore[attr-defined]
        programmes = [(found.code, found.name) for found in catalogue.programmes()]
        self.fields["programme"].choices = [("", "自動"), *programmes]  # type: ignore[attr-defined]

    def items(self) -> dict[str, Any]:
        names = ("product_name", "maker", "lot_number", "expires_on", "volume_ml", "route", "site", "doctor")
        more = ("adverse_event", "follow_up")
        return super().items() | {name: self.cleaned_data[name] for name in (*names, *more)}


class ScreeningForm(EventForm):
    programme = forms.ChoiceField(label="接種種類")
    reason = forms.ChoiceField(label="未接種理由", choices=[_CHOOSE, *NotVaccinatedReason.choices])
    reason_text = forms.CharField(label="未接種理由（その他）", max_length=200, required=False)

    field_order = ["date", "programme", "reason", "reason_text"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programmes = [(found.code, found.name) for found in catalogue.programmes()]
        self.fields["programme"].choices = [_CHOOSE, *programmes]  # type: ignore[attr-defined]

    def items(self) -> dict[str, Any]:
        return super().items() | {"reason_text": self.cleaned_data["reason_text"]}


class ReasonForm(forms.Form):
    """Why an entry is voided or corrected."""

    void_reason = forms.CharField(
        label="取消・訂正の理由", max_length=200, error_messages={"required": "理由を入力してください。"}
    )
