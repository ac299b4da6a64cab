"""Forms of an erasure."""

from __future__ import annotations

from django import forms


class DecisionForm(forms.Form):
    remark = forms.CharField(
        label="承認者の意見", max_length=200, required=False, help_text="却下するときは理由を入力します。"
    )


class ExcludeForm(forms.Form):
    subject = forms.IntegerField(
        label="対象",
        widget=forms.HiddenInput,
        error_messages={"required": "対象を選んでください。"},
    )
    reason = forms.CharField(
        label="除外する理由",
        max_length=200,
        help_text="例: 健康被害救済の審査中。氏名は書かないでください。",
        error_messages={"required": "除外する理由を入力してください。"},
    )
