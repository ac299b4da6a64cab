"""Forms of an inquiry."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from sesshu.health.catalogue import selectors as catalogue
from sesshu.health.inquiries.kinds import GROUPS, kinds_on
from sesshu.web.fields import DateField
from sesshu.web.forms import StaffForm


class InquiryForm(StaffForm):
    """What is asked for, whom, for which period."""

    kind = forms.ChoiceField(label="照会する情報", widget=forms.RadioSelect)
    text = forms.CharField(label="照会先を探す", required=False, max_length=60)
    provider = forms.RegexField(
        label="照会先",
        regex=r"^[0-9]{16}$",
        error_messages={"required": "照会先を選んでください。", "invalid": "照会先を選んでください。"},
    )
    starts_on = DateField(label="対象期間（から）", required=False)
    ends_on = DateField(label="対象期間（まで）", required=False)
    nondisclosure = forms.BooleanField(
        label="不開示とする",
        required=False,
        help_text="照会したことを、本人等の画面（マイナポータル）に表示しません。支援措置の対象者は必ず不開示になります。",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds_on(today)
        self.fields["kind"].choices = [(kind.code, kind.title) for kind in self.kinds]  # type: ignore[attr-defined]

    @property
    def groups(self) -> list[tuple[str, list[Any]]]:
        """The kinds under the work that they are asked for."""
        chosen = str(self["kind"].value() or "")
        return [
            (title, [(kind, kind.code == chosen) for kind in self.kinds if kind.group == group])
            for group, title in GROUPS.items()
        ]


class MoversForm(StaffForm):
    since = DateField(label="転入日（から）")
    until = DateField(label="転入日（まで）")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "転入日（まで）が転入日（から）より前です。どちらかを直してください。")
        return cleaned


class DecisionForm(forms.Form):
    """What is decided about one record."""

    decision = forms.ChoiceField(
        choices=[(name, name) for name in ("take", "same", "correct", "leave", "undo")]
    )
    reason = forms.CharField(max_length=200, required=False)
    vaccine = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vaccine"].choices = [("", ""), *catalogue.vaccine_names().items()]  # type: ignore[attr-defined]
