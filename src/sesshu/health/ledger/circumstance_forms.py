"""Forms of a person's circumstances (個別の事情), one for each kind; every field is structured."""

from __future__ import annotations

from typing import Any

from django import forms

from sesshu.health.ledger.choices import DISEASES, Basis, CircumstanceKind
from sesshu.health.ledger.circumstance_checks import codes
from sesshu.kernel import clock
from sesshu.schedule import load_pack
from sesshu.web.fields import DateField

_CHOOSE = ("", "選んでください")
_UNCHOSEN = {"required": "選んでください。"}
_UNFILLED = {"required": "入力してください。"}
# What the clerk may name; the last is for files alone.
_BASES = [(basis.value, basis.label) for basis in Basis if basis is not Basis.FILE]


class CircumstanceForm(forms.Form):
    """What every kind asks: by what, when and by whom it was found."""

    kind: CircumstanceKind
    field_order = ("code", "due_on", "starts_on", "ends_on", "concerns", "basis")
    basis = forms.ChoiceField(label="確認の根拠", choices=[_CHOOSE, *_BASES], error_messages=_UNCHOSEN)
    confirmed_on = DateField(label="確認日", error_messages=_UNFILLED)
    confirmed_by = forms.CharField(
        label="確認した医師・機関", max_length=100, required=False, help_text="例 見本病院 小児科 医師名"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["confirmed_on"].initial = clock.today
        if "code" in self.fields:
            known = codes(self.kind, load_pack("jp"))
            self.fields["code"].choices = [_CHOOSE, *self.named(known)]  # type: ignore[attr-defined]

    def named(self, known: dict[str, str]) -> list[tuple[str, str]]:
        """The choices of the ground."""
        return list(known.items())


class IllnessForm(CircumstanceForm):
    kind = CircumstanceKind.LONG_TERM_ILLNESS
    code = forms.ChoiceField(label="特別の事情", error_messages=_UNCHOSEN)
    starts_on = DateField(label="始まった日", required=False, help_text="分からなければ空のまま")
    ends_on = DateField(
        label="なくなった日",
        required=False,
        help_text="この日から特例の期間を数えます。続いている間は空のまま",
    )
    concerns = forms.MultipleChoiceField(
        label="対象とする接種種類",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="選ばないと、法令が特例を定めるすべての予防接種になります。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        later = {disease for window in load_pack("jp").later_windows for disease in window.diseases}
        self.fields["concerns"].choices = [  # type: ignore[attr-defined]
            (one.code, one.name) for one in load_pack("jp").programmes.values() if later & set(one.diseases)
        ]


class ExclusionForm(CircumstanceForm):
    kind = CircumstanceKind.EXCLUSION
    code = forms.ChoiceField(label="事由", error_messages=_UNCHOSEN)
    starts_on = DateField(
        label="いつから",
        required=False,
        help_text="空のままでは、それより前のすべての接種も対象外と判定します。",
    )
    ends_on = DateField(
        label="いつまで", required=False, help_text="この日を含みます。期限がなければ空のまま"
    )
    concerns = forms.MultipleChoiceField(
        label="対象の疾病",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=list(DISEASES.items()),
        help_text="「当該疾病」「相当する予防接種」「アナフィラキシー」では必ず選びます。"
        "ほかの事由で選ばないと、その事由が及ぶすべての疾病になります。",
    )

    def named(self, known: dict[str, str]) -> list[tuple[str, str]]:
        grounds = load_pack("jp").grounds
        return [(code, f"{grounds[code].article}　{name}") for code, name in known.items()]


class ConditionForm(CircumstanceForm):
    kind = CircumstanceKind.CONDITION
    code = forms.ChoiceField(label="事由", error_messages=_UNCHOSEN)


class PregnancyForm(CircumstanceForm):
    kind = CircumstanceKind.PREGNANCY
    due_on = DateField(
        label="分娩予定日",
        help_text="RSウイルス感染症（母子免疫）の期間をここから数えます。",
        error_messages=_UNFILLED,
    )


FORMS: dict[str, type[CircumstanceForm]] = {
    form.kind: form for form in (IllnessForm, ExclusionForm, ConditionForm, PregnancyForm)
}
