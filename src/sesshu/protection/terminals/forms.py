"""Forms of the register of terminals."""

from __future__ import annotations

from typing import Any

from django import forms

from sesshu.protection.terminals.choices import Kind
from sesshu.protection.terminals.models import LONGEST_REQUEST

_MISSING = {"required": "入力してください。"}


class _WithSigningRequest(forms.Form):
    signing_request = forms.FileField(
        label="証明書署名要求（CSR）",
        required=False,
        help_text="端末で鍵を作成した場合に、PEM 形式のファイルを指定します。指定しないときは、承認の後に"
        "鍵と証明書をまとめたファイルを一度だけ受け取ります。",
    )

    def clean_signing_request(self) -> str:
        file: Any = self.cleaned_data["signing_request"]
        if file is None:
            return ""
        if (file.size or 0) > LONGEST_REQUEST:
            raise forms.ValidationError(
                "ファイルが大きすぎます。端末で作成した CSR（PEM 形式）を指定してください。"
            )
        content: bytes = file.read()
        return content.decode("utf-8", "replace")


class RegistrationForm(_WithSigningRequest):
    name = forms.CharField(
        label="名称", max_length=40, error_messages=_MISSING,
        help_text="置き場所と番号で付けます。職員の氏名は入れません。例 健康課窓口1",
    )  # fmt: skip
    place = forms.CharField(
        label="設置場所", max_length=60, error_messages=_MISSING, help_text="例 本庁舎1階 健康課"
    )
    kind = forms.ChoiceField(label="種類", choices=Kind.choices)
    section = forms.CharField(label="管理課", max_length=40, error_messages=_MISSING)
    may_take_out = forms.BooleanField(
        label="持出しファイルの受取りに使う", required=False,
        help_text="個人情報のファイルは、許可された端末でだけ受け取れます。承認者が一緒に確かめます。",
    )  # fmt: skip
    reason = forms.CharField(label="申請理由", max_length=200, required=False)

    field_order = ("name", "place", "kind", "section", "may_take_out", "reason", "signing_request")


class CertificateForm(_WithSigningRequest):
    """Of a renewal or a reissue."""

    reason = forms.CharField(
        label="申請理由", max_length=200, required=False,
        help_text="有効期限が近い更新では省けます。再発行では、証明書を失くした、端末を入れ替えたなどの理由を書きます。",
    )  # fmt: skip

    field_order = ("reason", "signing_request")


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="理由", max_length=200, error_messages={"required": "理由を入力してください。"}
    )

    def said(self) -> str:
        """The reason; empty when the form is not valid, for the command to refuse."""
        return str(self.cleaned_data["reason"]) if self.is_valid() else ""
