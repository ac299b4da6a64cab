"""The form of a person's flags."""

from __future__ import annotations

from django import forms

from sesshu.web.forms import StaffForm


class FlagsForm(StaffForm):
    no_auto_reply = forms.BooleanField(
        label="自動応答不可にする",
        required=False,
        help_text="ほかの機関から照会があっても、職員が確かめるまで提供しません。",
    )
    nondisclosure = forms.BooleanField(
        label="不開示にする",
        required=False,
        help_text="この方の情報提供等記録を、本人等の画面（マイナポータル）に表示しません。",
    )
    reason = forms.CharField(label="理由", max_length=200)
