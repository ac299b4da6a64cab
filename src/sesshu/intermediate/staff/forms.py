"""What is asked of inquiries, records and flags, and what is entered about them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms

from sesshu.intermediate import correcting, network_copies
from sesshu.intermediate.choices import InquiryState, Side
from sesshu.kernel import clock
from sesshu.protocol import codes
from sesshu.web.fields import DateField
from sesshu.web.forms import StaffForm

_ANY = ("", "すべて")
_LONGEST = 200
OPEN = "open"
_NUMBER = codes.INTEGRATED_NUMBER


def _institutions() -> list[tuple[str, str]]:
    return [_ANY, *sorted(network_copies.names().items(), key=lambda each: each[1])]


def beginning(day: date | None) -> datetime | None:
    """The first moment of a day in Japan."""
    return None if day is None else datetime.combine(day, time(), clock.TOKYO)


def end(day: date | None) -> datetime | None:
    """The first moment that no longer belongs to a day."""
    return None if day is None else datetime.combine(day, time(), clock.TOKYO) + timedelta(days=1)


class PeriodForm(StaffForm):
    since = DateField(label="いつから", required=False)
    until = DateField(label="いつまで", required=False)
    institution = forms.ChoiceField(label="相手の機関", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["institution"]
        chosen.choices = _institutions()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and since > until:
            self.add_error("until", "「いつまで」を「いつから」より後の日にしてください。")
        return values

    def conditions(self) -> dict[str, Any]:
        """For the log: a number becomes a digest there."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class InquiryFilter(PeriodForm):
    state = forms.ChoiceField(
        label="状態", required=False, choices=[_ANY, (OPEN, "回答を待っているもの"), *InquiryState.choices]
    )
    number = forms.CharField(
        label="処理通番・参照番号",
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        return str(self.cleaned_data["number"]).strip()


class PersonForm(StaffForm):
    """A person by the one number that there is here."""

    number = forms.CharField(
        label="団体内統合宛名番号",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_number(self) -> str:
        number = str(self.cleaned_data["number"]).strip()
        if number and not re.fullmatch(_NUMBER, number):
            raise forms.ValidationError("団体内統合宛名番号は、15桁の数字で入力してください。")
        return number


class RecordFilter(PeriodForm, PersonForm):
    side = forms.ChoiceField(label="照会・提供の別", required=False, choices=[_ANY, *Side.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].required = False

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.errors and not values.get("number") and not values.get("since"):
            self.add_error("since", "本人を指定しないときは、「いつから」を入力してください。")
        return values


class OpinionForm(StaffForm):
    provide = forms.ChoiceField(
        label="確かめた結果",
        choices=[("yes", "提供してよい"), ("no", "提供しない")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="理由",
        max_length=_LONGEST,
        help_text="決定者が読みます。相手の機関には伝わりません。個人の名前や番号は書かないでください。",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RemarkForm(StaffForm):
    remark = forms.CharField(label="差し戻す理由", max_length=_LONGEST)


class CorrectionForm(StaffForm):
    field = forms.ChoiceField(label="訂正する項目", choices=[("", "選ぶ"), *correcting.FIELDS.items()])
    after = forms.CharField(
        label="正しい値",
        max_length=_LONGEST,
        help_text="求めの日時は「2026-11-22 10:05」、件数は数字、不開示は「不開示」か「開示」と入力します。",
    )
    reason = forms.CharField(label="訂正の理由", max_length=_LONGEST, help_text="相手の機関へも伝わります。")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("field") and values.get("after"):
            try:
                values["after"] = _stored(values["field"], values["after"].strip())
            except ValueError as error:
                self.add_error("after", str(error))
        return values


def _stored(field: str, typed: str) -> str:
    if field == "nondisclosure":
        typed = {"不開示": "True", "開示": "False"}.get(typed, typed)
        if typed not in ("True", "False"):
            raise ValueError("「不開示」か「開示」と入力してください。")
    if field == "count" and not re.fullmatch(r"[0-9]{1,6}", typed):
        raise ValueError("件数は、0以上の数字で入力してください。")
    if field == "item" and not re.fullmatch(r"[0-9]{1,3}(-[0-9]{1,2})?", typed):
        raise ValueError("別表の項は、「25-1」のように入力してください。")
    if field == "asked_at":
        return _moment(typed).isoformat()
    return typed


def _moment(typed: str) -> datetime:
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        raise ValueError("日時は「2026-11-22 10:05」のように入力してください。") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=clock.TOKYO)
    if moment > clock.now():
        raise ValueError("これから先の日時には訂正できません。")
    return moment


class NoticeForm(StaffForm):
    text = forms.CharField(label="お知らせ", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    starts_on = DateField(label="表示を始める日")
    ends_on = DateField(label="表示を終える日")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("starts_on") and values.get("ends_on") and values["starts_on"] > values["ends_on"]:
            self.add_error("ends_on", "表示を終える日を、始める日より後にしてください。")
        return values
