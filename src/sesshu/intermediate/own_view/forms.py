from __future__ import annotations

from django import forms

from sesshu.web.forms import StaffForm


class CodeForm(StaffForm):
    code = forms.CharField(
        label="確認コード",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )
