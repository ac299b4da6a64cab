"""Forms of requests and media. Refusals of the commands become errors of the form."""

from __future__ import annotations

from typing import Any

from django import forms

from sesshu.kernel import clock
from sesshu.kernel.wareki import parse_date
from sesshu.protection.taking_out import selectors
from sesshu.protection.taking_out.choices import ErasureMethod, LegalBasis, MediumEvent, MediumKind


class DayField(forms.CharField):
    """A day typed as 2026-11-22 or R8.11.22; ``value`` is a date."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_date(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


def _required(label: str, verb: str = "入力") -> dict[str, str]:
    return {"required": f"{label}を{verb}してください。"}


class RequestForm(forms.Form):
    form = forms.ChoiceField(label="形式", error_messages=_required("形式", "選択"))
    basis = forms.ChoiceField(
        label="根拠", choices=LegalBasis.choices, error_messages=_required("根拠", "選択")
    )
    reason = forms.CharField(
        label="目的",
        max_length=200,
        help_text="何のために、どう使うか。個人の氏名は書かないでください。",
        error_messages=_required("目的"),
    )
    recipient = forms.CharField(
        label="提供先・使用者", max_length=100, error_messages=_required("提供先・使用者")
    )
    medium: Any = forms.ModelChoiceField(
        label="媒体",
        queryset=None,
        required=False,
        empty_label="媒体を使わない（この端末で使う）",
        help_text="媒体管理簿にある、保管中の媒体だけを選べます。",
    )
    erase_by = DayField(label="消去の期限", help_text="例 R8.12.28", error_messages=_required("消去の期限"))

    def __init__(self, *args: Any, forms_offered: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {"csv": "CSV", "xlsx": "Excel（XLSX）"}
        offered: Any = self.fields["form"]
        offered.choices = [(form, words.get(form, form.upper())) for form in forms_offered]
        media: Any = self.fields["medium"]
        media.queryset = selectors.media_in_store()


class DecisionForm(forms.Form):
    remark = forms.CharField(
        label="承認者の意見", max_length=200, required=False, help_text="却下するときは理由を入力します。"
    )


class ErasureForm(forms.Form):
    method = forms.ChoiceField(
        label="消去の方法", choices=ErasureMethod.choices, error_messages=_required("消去の方法", "選択")
    )
    erased_on = DayField(label="消去日", error_messages=_required("消去日"))
    seen_by = forms.CharField(
        label="消去を確認した人",
        max_length=60,
        help_text="消去した本人とは別の職員の氏名",
        error_messages=_required("消去を確認した人"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["erased_on"].initial = clock.today().isoformat()


class MediumForm(forms.Form):
    label = forms.CharField(
        label="管理番号", max_length=30, help_text="媒体に貼った番号", error_messages=_required("管理番号")
    )
    serial_number = forms.CharField(label="製造番号", max_length=60, error_messages=_required("製造番号"))
    kind = forms.ChoiceField(
        label="種類", choices=MediumKind.choices, error_messages=_required("種類", "選択")
    )
    keeper = forms.CharField(
        label="保管場所・保管者", max_length=80, error_messages=_required("保管場所・保管者")
    )
    encrypts = forms.BooleanField(label="媒体自体に暗号化機能がある", required=False)


class MediumEventForm(forms.Form):
    """What happens to a medium by itself; lending and erasing come from its requests."""

    event = forms.ChoiceField(
        label="区分",
        choices=[
            (each.value, each.label)
            for each in (MediumEvent.RETURNED, MediumEvent.LOST, MediumEvent.DISPOSED)
        ],
        error_messages=_required("区分", "選択"),
    )
    note = forms.CharField(label="備考", max_length=200, required=False)
