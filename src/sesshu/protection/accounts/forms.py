"""What is typed for accounts, rights, roles, contracts and reviews."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sesshu.kernel import clock
from sesshu.kernel.wareki import parse_date
from sesshu.protection import programmes
from sesshu.protection.accounts import defining, selectors, sharing
from sesshu.protection.accounts.asking import Wanted
from sesshu.protection.accounts.choices import AccountKind
from sesshu.protection.accounts.models import Contract
from sesshu.protection.action_words import WORDS
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.purposes import Purpose


class DayField(forms.CharField):
    """A day, typed as 2026-11-22 or R8.11.22."""

    def __init__(self, **values: Any) -> None:
        widget = forms.TextInput({"autocomplete": "off", "placeholder": "例 R8.11.22"})
        super().__init__(widget=widget, max_length=20, **values)

    def clean(self, value: Any) -> date | None:
        text = super().clean(value)
        try:
            return parse_date(text) if text else None
        except ValueError as error:
            raise ValidationError(str(error)) from None


_CHOSEN = (forms.ChoiceField, forms.ModelChoiceField, forms.FileField)


class _Form(forms.Form):
    """Says in plain words which field is missing."""

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        for field in self.fields.values():
            verb = "選んでください" if isinstance(field, _CHOSEN) else "入力してください"
            field.error_messages["required"] = f"{field.label}を{verb}。"


class ReasonForm(_Form):
    reason = forms.CharField(label="理由", max_length=200)


class GrantForm(_Form):
    """One role for some days."""

    role = forms.ChoiceField(label="役割")
    programmes = forms.MultipleChoiceField(
        label="接種種類",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="何も選ばなければ、すべての接種種類を扱えます。",
    )
    starts_on = DayField(label="開始日")
    ends_on = DayField(label="最終日", required=False, help_text="空なら定めなし。委託先は契約の終わりまで。")
    reason = forms.CharField(label="申請の理由", max_length=200)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        roles = [(code, role.label) for code, role in defining.definitions().items() if role.actions]
        self.fields["role"].choices = [("", "選んでください"), *roles]  # type: ignore[attr-defined]
        self.fields["programmes"].choices = programmes.choices()  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = clock.today().isoformat()

    def wanted(self) -> Wanted:
        given = self.cleaned_data
        return Wanted.of(
            given["role"],
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            programmes=given["programmes"] or None,
        )


class OpenForm(GrantForm):
    """A new account with its first role."""

    field_order = ("kind", "login", "name", "section", "employee_number", "contract", "role")
    kind = forms.ChoiceField(label="種別", choices=AccountKind.choices, initial=AccountKind.STAFF)
    login = forms.CharField(label="利用者ID", max_length=40, help_text="英小文字・数字・. _ - の3〜40文字")
    name = forms.CharField(label="氏名", max_length=60)
    section = forms.CharField(label="所属", max_length=40)
    employee_number = forms.CharField(label="職員番号", max_length=20, required=False)
    contract = forms.ModelChoiceField(
        label="契約（委託先のとき）", queryset=Contract.objects.none(), required=False, empty_label="なし"
    )
    members = forms.ModelMultipleChoiceField(
        label="使う人", queryset=Account.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    terminals = forms.CharField(
        label="使える端末", max_length=300, required=False, help_text="端末の名前を空白で区切って入力します。"
    )
    serves_until = DayField(label="有効期限", required=False)

    def __init__(self, *args: Any, shared: bool = False, **values: Any) -> None:
        super().__init__(*args, **values)
        self.fields["contract"].queryset = selectors.contracts().filter(ends_on__gte=clock.today())  # type: ignore[attr-defined]
        if shared:
            self.fields["members"].queryset = selectors.accounts().exclude(  # type: ignore[attr-defined]
                profile__kind=AccountKind.SHARED
            )
            return
        for name in ("members", "terminals", "serves_until"):
            del self.fields[name]
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            choice for choice in AccountKind.choices if choice[0] != AccountKind.SHARED
        ]

    def values(self) -> dict[str, Any]:
        """The arguments of :func:`asking.ask_to_open` but ``by``."""
        given = self.cleaned_data
        names = ("login", "name", "kind", "section", "employee_number", "contract", "reason")
        values = {name: given[name] for name in names} | {"wanted": [self.wanted()]}
        if "members" in given:
            values["members"] = [member.pk for member in given["members"]]
            values["terminals"] = given["terminals"].split()
            values["serves_until"] = given["serves_until"]
        return values


class NarrowForm(ReasonForm):
    """Suspend, transfer or retire."""

    what = forms.ChoiceField(
        label="内容",
        choices=[("suspend", "すぐに停止する"), ("transfer", "異動する"), ("retire", "退職する")],
    )
    on = DayField(label="異動日・最後の日", required=False, help_text="異動は発令日、退職は最後に勤める日")
    section = forms.CharField(label="異動後の所属", max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("what") in {"transfer", "retire"} and not given.get("on") and "on" not in self.errors:
            self.add_error("on", "日を入力してください。先の日でも構いません。")
        if given.get("what") == "transfer" and not given.get("section"):
            self.add_error("section", "異動後の所属を入力してください。")
        return given


class RoleForm(ReasonForm):
    """What a role may do, and for what."""

    field_order: tuple[str, ...] = ("label", "actions", "purposes", "reason")
    label = forms.CharField(label="名称", max_length=30)
    actions = forms.MultipleChoiceField(
        label="操作", widget=forms.CheckboxSelectMultiple, choices=[(a.value, WORDS[a][0]) for a in Action]
    )
    purposes = forms.MultipleChoiceField(
        label="住民を開く目的", widget=forms.CheckboxSelectMultiple, choices=Purpose.choices, required=False
    )


class NewRoleForm(RoleForm):
    field_order = ("code", "label", "actions", "purposes", "reason")
    code = forms.SlugField(
        label="コード", max_length=30, help_text="英小文字・数字・- で、あとから変えられません。"
    )

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if code in defining.definitions():
            raise ValidationError(f"コード「{code}」の役割はすでにあります。")
        return code


class ContractForm(_Form):
    company = forms.CharField(label="委託先", max_length=100)
    purpose = forms.CharField(label="委託する業務", max_length=200)
    starts_on = DayField(label="契約期間（から）")
    ends_on = DayField(label="契約期間（まで）")
    sub_contractor = forms.CharField(label="再委託先", max_length=100, required=False)
    sub_contract_permission = forms.CharField(
        label="再委託の許諾", max_length=200, required=False, help_text="市が許諾した文書の番号と日付"
    )


class ContractEndForm(ReasonForm):
    last_day = DayField(label="最後の日")


class CampaignForm(_Form):
    name = forms.CharField(label="名称", max_length=60)
    deadline = DayField(label="期限", help_text="期限を過ぎて未確認の権限は使えなくなります。")


class PersonnelForm(_Form):
    file = forms.FileField(label="人事異動ファイル（CSV）")


class DutyForm(_Form):
    member = forms.TypedChoiceField(label="いま使う人", coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, shared: Account, **values: Any) -> None:
        super().__init__(*args, **values)
        named = [(m.member_id, m.member.name) for m in sharing.members(shared) if m.member.in_service]
        self.fields["member"].choices = named  # type: ignore[attr-defined]
