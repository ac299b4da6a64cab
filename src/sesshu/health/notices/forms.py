"""Forms of the counter and of the post-room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sesshu.health.catalogue.selectors import programme_name
from sesshu.health.notices.models import IdentityDocument
from sesshu.kernel.check_digits import has_check_digit
from sesshu.schedule import ProgrammeStatus
from sesshu.web.forms import StaffForm


class CounterForm(StaffForm):
    programme = forms.ChoiceField(label="接種種類")
    identity_document = forms.ChoiceField(
        label="本人確認書類", choices=[("", "選んでください"), *IdentityDocument.choices]
    )

    def __init__(self, *args: Any, due: Sequence[ProgrammeStatus], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].choices = [  # type: ignore[attr-defined]
            ("", "選んでください"),
            *((one.programme, f"{programme_name(one.programme)}　{one.next_label or ''}") for one in due),
        ]


class ReturnedForm(StaffForm):
    code = forms.CharField(label="予診票番号・通知番号", max_length=14)

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip()
        if not (code.isdigit() and len(code) == 14 and has_check_digit(code)):
            raise ValidationError("番号を読み取れませんでした。14桁の番号をもう一度読み取ってください。")
        return code
