"""Forms of the addressee screens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sesshu.addressees.choices import Kind, Sex
from sesshu.addressees.models import Addressee
from sesshu.addressees.rules import holds_individual_number
from sesshu.kernel import clock
from sesshu.kernel.check_digits import is_municipality_code
from sesshu.kernel.kana import grapheme_length, is_kana, to_katakana
from sesshu.web.fields import DateField
from sesshu.web.forms import StaffForm

_NOT_RESIDENT = [(kind.value, kind.label) for kind in Kind if kind != Kind.RESIDENT]


class TextField(forms.CharField):
    """Text counted in characters as a reader counts them; an 個人番号 may not stand in it."""

    def __init__(self, *, length: int, **values: Any) -> None:
        self.length = length
        super().__init__(**values)

    def validate(self, value: str) -> None:
        super().validate(value)
        if grapheme_length(value) > self.length:
            raise ValidationError(f"{self.length}文字以内で入力してください。")
        if holds_individual_number(value):
            raise ValidationError("個人番号とみられる12桁の数字があります。個人番号は登録できません。")


class KanaField(TextField):
    """Kana; hiragana becomes katakana."""

    def clean(self, value: Any) -> Any:
        text = to_katakana(super().clean(value) or "")
        if text and not is_kana(text):
            raise ValidationError("かなで入力してください。")
        return text


class UnregisteredForm(StaffForm):
    """A 住登外者, 共有者 or 事業所 (A01)."""

    kind = forms.ChoiceField(label="宛名種別", choices=_NOT_RESIDENT)
    name = TextField(label="氏名", length=100, help_text="氏と名の間に空白を入れてください。")
    name_kana = KanaField(label="氏名の読み仮名", length=100, required=False)
    sex = forms.ChoiceField(label="性別", choices=Sex.choices)
    birth_date = DateField(label="生年月日", required=False)
    birth_date_text = TextField(
        label="生年月日（不詳のとき）", length=72, required=False, help_text="例 昭和10年頃"
    )
    household_number = forms.RegexField(
        r"^[0-9A-Za-z]{1,15}$",
        label="世帯番号",
        required=False,
        error_messages={"invalid": "半角の英数字15文字以内で入力してください。"},
    )
    postal_code = forms.RegexField(
        r"^[0-9]{7}$",
        label="郵便番号",
        required=False,
        help_text="半角数字7桁（ハイフンなし）",
        error_messages={"invalid": "半角数字7桁で入力してください。"},
    )
    address_municipality_code = forms.CharField(
        label="住所の市区町村コード", required=False, help_text="検査数字を含む6桁"
    )
    prefecture = TextField(label="都道府県", length=4, required=False)
    city = TextField(label="市区郡町村", length=12, required=False)
    town = TextField(label="町字", length=120, required=False)
    house_number = TextField(label="番地号", length=50, required=False)
    building = TextField(label="方書", length=300, required=False)
    telephone = forms.RegexField(
        r"^[0-9][0-9()-]{0,14}$",
        label="電話番号",
        required=False,
        error_messages={"invalid": "半角の数字とハイフンで15文字以内で入力してください。"},
    )

    def clean_address_municipality_code(self) -> str:
        code = str(self.cleaned_data["address_municipality_code"])
        if code and not is_municipality_code(code):
            raise ValidationError("検査数字が合いません。6桁を確かめてください（例 242039）。")
        return code

    def clean_birth_date(self) -> Any:
        day = self.cleaned_data["birth_date"]
        if day and day > clock.today():
            raise ValidationError("今日より後の日付です。生年月日を確かめてください。")
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        person = values.get("kind") == Kind.UNREGISTERED
        if person and not values.get("birth_date") and not values.get("birth_date_text"):
            self.add_error("birth_date", "生年月日を入力してください。不詳なら不詳の欄に書いてください。")
        if values.get("birth_date") and values.get("birth_date_text"):
            self.add_error("birth_date_text", "生年月日があるときは空にしてください。")
        return values

    @classmethod
    def initial_of(cls, addressee: Addressee) -> dict[str, Any]:
        return {name: getattr(addressee, name) for name in cls.base_fields}


class NumberedForm(UnregisteredForm):
    """A new one, for whom a number may be given."""

    number = forms.RegexField(
        r"^[0-9]{1,15}$",
        label="宛名番号",
        required=False,
        help_text="空欄なら自動で付けます。",
        error_messages={"invalid": "半角数字15桁以内で入力してください。"},
    )


class TelephoneForm(StaffForm):
    telephone = UnregisteredForm.base_fields["telephone"]


class MeasureForm(StaffForm):
    """A 支援措置 to put on a person."""

    starts_on = DateField(label="開始日")
    ends_on = DateField(label="終了日", required=False, help_text="決まっていなければ空欄")
    reason = TextField(label="理由・根拠", length=200)


class MeasureEndForm(StaffForm):
    ends_on = DateField(label="終了日", help_text="この日までが支援措置の期間です。")
    reason = TextField(label="終了の理由", length=200)


class ImportForm(StaffForm):
    file = forms.FileField(
        label="住民ファイル",
        help_text="全件ファイルか異動ファイル（CSV、UTF-8 または Shift_JIS）。どちらかは見出しで見分けます。",
        error_messages={"empty": "ファイルが空です。CSV で出力し直してください。"},
    )
    strict = forms.BooleanField(
        label="1行でも誤りがあれば、何も取り込まない",
        required=False,
        help_text="選ばなければ、誤りのない行を取り込みます。",
    )


class MergeForm(StaffForm):
    keep = forms.ChoiceField(label="残す宛名", widget=forms.RadioSelect)
    reason = TextField(label="名寄せの理由", length=200)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keep"].choices = choices  # type: ignore[attr-defined]
