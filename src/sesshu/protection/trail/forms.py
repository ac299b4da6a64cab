"""What is asked of the log, and what is said about its accesses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings

from sesshu.kernel import clock
from sesshu.protection import acts
from sesshu.protection.acts import SORT_LABELS
from sesshu.protection.trail.models import AlertState, Finding
from sesshu.protection.trail.reviews import NOTES
from sesshu.protection.trail.rules import Rule
from sesshu.protection.trail.selectors import RESULTS, Asked

_ANY = [("", "すべて")]
_REQUIRED = {"required": "入力してください。", "invalid": "正しく入力してください。"}


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=_REQUIRED,
    )


class SearchForm(forms.Form):
    since = _day("いつから")
    until = _day("いつまで")
    account = forms.CharField(label="利用者ID", max_length=60, required=False)
    terminal = forms.CharField(label="端末", max_length=64, required=False)
    sort = forms.ChoiceField(label="種類", required=False)
    action = forms.ChoiceField(label="操作", required=False)
    result = forms.ChoiceField(label="結果", required=False, choices=[*_ANY, *RESULTS.items()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sorts: Any = self.fields["sort"]
        sorts.choices = [*_ANY, *((sort.value, label) for sort, label in SORT_LABELS.items())]
        actions: Any = self.fields["action"]
        actions.choices = [
            *_ANY,
            *sorted(((act.code, act.label) for act in acts.acts()), key=lambda each: each[1]),
        ]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and since > until:
            self.add_error("until", "「いつまで」を「いつから」より後の日にしてください。")
        return values

    def asked(self) -> Asked:
        return Asked(**self.cleaned_data)


def first_asked() -> dict[str, str]:
    """A week until today."""
    today: date = clock.today()
    return {"since": (today - timedelta(days=6)).isoformat(), "until": today.isoformat()}


class PersonForm(forms.Form):
    number = forms.CharField(max_length=15, error_messages=_REQUIRED)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].label = settings.PERSON_NUMBER


class FindingForm(forms.Form):
    finding = forms.ChoiceField(
        label="所見", choices=[each for each in Finding.choices if each[0]], error_messages=_REQUIRED
    )
    note = forms.ChoiceField(label="理由", choices=list(NOTES.items()), error_messages=_REQUIRED)


class AlertForm(forms.Form):
    state = forms.ChoiceField(
        label="確認の結果",
        choices=[each for each in AlertState.choices if each[0] != AlertState.OPEN],
        error_messages=_REQUIRED,
    )
    note = forms.ChoiceField(label="理由", choices=list(NOTES.items()), error_messages=_REQUIRED)


class WitnessForm(forms.Form):
    key = forms.CharField(label="証人の公開鍵", max_length=200, error_messages=_REQUIRED)
    body = forms.CharField(label="団体名", max_length=60, error_messages=_REQUIRED)
    url = forms.CharField(label="依頼先（HTTP で依頼するとき）", max_length=200, required=False)


class StaffPersonForm(forms.Form):
    login = forms.CharField(label="利用者ID", max_length=40, error_messages=_REQUIRED)
    number = forms.CharField(label="本人の宛名番号（空欄にすると登録を削除）", max_length=15, required=False)


class RuleForm(forms.Form):
    """The thresholds of one rule, with the city's closed days where the rule asks for them."""

    enabled = forms.BooleanField(label="この規則を使う", required=False)

    def __init__(self, rule: Rule, *args: Any, closed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule
        for name, (value, words) in rule.thresholds.items():
            self.fields[f"limit-{name}"] = forms.IntegerField(
                label=words, min_value=0, max_value=100_000, initial=value, error_messages=_REQUIRED
            )
        if closed:
            self.fields["closed_days"] = forms.CharField(
                label="閉庁日（1行に1日、例 2026-11-23）",
                required=False,
                widget=forms.Textarea(attrs={"rows": 6}),
            )

    def clean_closed_days(self) -> list[date]:
        lines = [line.strip() for line in self.cleaned_data["closed_days"].splitlines() if line.strip()]
        try:
            return [date.fromisoformat(line) for line in lines]
        except ValueError:
            raise forms.ValidationError(
                "閉庁日は 2026-11-23 の形で、1行に1日ずつ入力してください。"
            ) from None

    def limits(self) -> dict[str, int]:
        return {name: self.cleaned_data[f"limit-{name}"] for name in self.rule.thresholds}
