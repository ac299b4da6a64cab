"""Forms of signing in, enrolling and recovering."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation

from sesshu.protection.models import Account
from sesshu.protection.sign_in.choices import CheckMethod
from sesshu.protection.sign_in.passwords import LONGEST


def _needed(label: str, verb: str = "入力") -> dict[str, str]:
    return {"required": f"{label}を{verb}してください。"}


def _password(label: str, autocomplete: str, help_text: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(
        label=label, strip=False, widget=widget, help_text=help_text, error_messages=_needed(label)
    )


def _login() -> forms.CharField:
    # No length is told here: it would be another answer for what cannot be an id.
    attributes = {
        "autocomplete": "username",
        "autocapitalize": "none",
        "spellcheck": "false",
        "autofocus": True,
    }
    widget = forms.TextInput(attrs=attributes)
    return forms.CharField(label="利用者ID", widget=widget, error_messages=_needed("利用者ID"))


class PasswordForm(forms.Form):
    username = _login()
    password = _password("パスワード", "current-password")


class AgainForm(forms.Form):
    password = _password("パスワード", "current-password")


class TicketForm(forms.Form):
    username = _login()
    code = forms.CharField(
        label="登録コード",
        help_text="登録票に書かれた20文字です。ハイフンと大文字・小文字の区別は要りません。",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
        error_messages=_needed("登録コード"),
    )


class NewPasswordForm(forms.Form):
    """A new password, twice, by the rules of ``AUTH_PASSWORD_VALIDATORS``."""

    new_password = _password(
        "新しいパスワード",
        "new-password",
        "12文字以上。長い文（単語をいくつか並べたもの）が覚えやすく安全です。定期的に変える必要はありません。",
    )
    repeated = _password("新しいパスワード（確認）", "new-password")

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_new_password(self) -> str:
        password = str(self.cleaned_data["new_password"])
        if len(password) > LONGEST:
            raise forms.ValidationError(f"{LONGEST}文字以内で入力してください。")
        password_validation.validate_password(password, self.account)
        return password

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("new_password") and given.get("repeated") and given["new_password"] != given["repeated"]:
            self.add_error("repeated", "2回の入力が違います。同じパスワードを入力してください。")
        return given


class OwnPasswordForm(NewPasswordForm):
    """A change of one's own password asks for the present one, too; the command checks it."""

    present = _password("今のパスワード", "current-password")
    field_order = ("present", "new_password", "repeated")


class AuthenticatorForm(forms.Form):
    """The name that one gives to an authenticator; its answer comes with it in a hidden field."""

    name = forms.CharField(
        label="認証器の名前",
        max_length=40,
        help_text="自分で見分けるための名前です（例: 席のパソコンの指紋、青いセキュリティキー）。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages=_needed("認証器の名前") | {"max_length": "40文字以内で入力してください。"},
    )


class RecoveryForm(forms.Form):
    account = forms.ModelChoiceField(
        label="利用者",
        queryset=Account.objects.none(),
        empty_label="選んでください",
        error_messages=_needed("利用者", "選択") | {"invalid_choice": "利用者を一覧から選んでください。"},
    )
    method = forms.ChoiceField(
        label="本人確認の方法",
        choices=CheckMethod.choices,
        widget=forms.RadioSelect,
        error_messages=_needed("本人確認の方法", "選択"),
    )
    note = forms.CharField(
        label="確認した内容",
        max_length=200,
        help_text="いつ・どこで・何を見て確認したか。証明書の番号は書かないでください。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages=_needed("確認した内容") | {"max_length": "200文字以内で入力してください。"},
    )

    def __init__(self, *args: Any, staff: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = staff
        field.label_from_instance = _named  # type: ignore[method-assign,assignment]


def _named(account: Account) -> str:
    return f"{account.name}（{account.login}）"
