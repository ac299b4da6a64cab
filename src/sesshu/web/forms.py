"""Forms whose messages name the field and say what to do."""

from __future__ import annotations

from typing import Any

from django import forms

_CHOSEN = (forms.ChoiceField, forms.ModelChoiceField, forms.FileField)


class StaffForm(forms.Form):
    """A form with plain Japanese for a missing value, unless the field has words of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        default = str(forms.Field.default_error_messages["required"])
        for name, field in self.fields.items():
            if str(field.error_messages.get("required")) == default:
                verb = "選んでください" if isinstance(field, _CHOSEN) else "入力してください"
                field.error_messages["required"] = f"{field.label or name}を{verb}。"
