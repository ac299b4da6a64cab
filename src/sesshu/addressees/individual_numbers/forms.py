"""Forms with a number. What was typed is never put back into a page."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sesshu.addressees.forms import TextField
from sesshu.addressees.individual_numbers.choices import IdentityCheck, NumberPurpose
from sesshu.kernel import clock
from sesshu.kernel.check_digits import is_individual_number
from sesshu.web.fields import DateField
from sesshu.web.forms import StaffForm

_SEPARATORS = str.maketrans("", "", " -\u3000‐－")


class NumberInput(forms.PasswordInput):
    """Shown as typed to who types it, kept by no browser; rendered empty always."""

    input_type = "text"

    def __init__(self) -> None:
        super().__init__(
            {"autocomplete": "off", "inputmode": "numeric", "maxlength": "20", "spellcheck": "false"},
            render_value=False,
        )


class NumberField(forms.CharField):
    """Twelve digits with the right check digit; groups and wide digits are understood."""

    widget = NumberInput

    def clean(self, value: Any) -> str:
        text = unicodedata.normalize("NFKC", str(super().clean(value) or "")).translate(_SEPARATORS)
        if len(text) != 12 or not text.isdecimal():
            raise ValidationError("12桁の数字で入力してください。")
        if not is_individual_number(text):
            raise ValidationError("検査用数字が合いません。書類と1桁ずつ照合して入力し直してください。")
        return text


class SearchForm(StaffForm):
    number = NumberField(label="個人番号")


class RevealForm(StaffForm):
    purpose = forms.ChoiceField(label="利用の目的", choices=[("", "選んでください"), *NumberPurpose.choices])


class RegisterForm(StaffForm):
    number = NumberField(label="個人番号")
    method = forms.ChoiceField(
        label="本人確認の方法", choices=[("", "選んでください"), *IdentityCheck.choices],
        help_text="番号法16条。確認していない番号は登録できません。",
    )  # fmt: skip
    on = DateField(label="本人確認をした日")
    request_id = forms.UUIDField(widget=forms.HiddenInput)

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if day > clock.today():
            raise ValidationError("今日までの日付を入力してください。")
        return day


class ChangeForm(RegisterForm):
    changed_on = DateField(label="番号が変わった日")
    reason = TextField(label="変更の理由", length=100)
