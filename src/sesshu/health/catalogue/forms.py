"""Forms of the catalogue."""

from __future__ import annotations

from typing import Any

from django import forms

from sesshu.health.catalogue import national
from sesshu.health.catalogue.models import Product
from sesshu.protection.tenancy import current
from sesshu.web.fields import DateField

_ROUTES = [("", "選んでください"), ("SC", "皮下"), ("IM", "筋肉内"), ("PO", "経口"), ("PC", "経皮")]


class OwnProgrammeForm(forms.Form):
    """A programme of the city's own."""

    code = forms.CharField(label="コード", max_length=30, help_text="半角英小文字・数字・ハイフン。例 mumps")
    name = forms.CharField(label="事業名", max_length=60)
    short_name = forms.CharField(label="略称", max_length=20)
    vaccine = forms.CharField(label="ワクチン", max_length=60)
    sex = forms.ChoiceField(label="性別", choices=[("", "男女"), ("1", "男"), ("2", "女")], required=False)
    age_from_months = forms.IntegerField(label="対象開始（月齢）", min_value=0, max_value=1500)
    age_to_months = forms.IntegerField(label="対象終了（月齢）", min_value=1, max_value=1500)
    doses = forms.IntegerField(label="回数", min_value=1, max_value=9, initial=1)
    interval_days = forms.IntegerField(label="接種間隔（日以上）", min_value=0, initial=0)
    volume_ml = forms.DecimalField(label="接種量（mL）", max_digits=4, decimal_places=2, required=False)
    route = forms.ChoiceField(label="接種方法", choices=_ROUTES, required=False)
    valid_from = DateField(label="開始日")
    valid_to = DateField(label="終了日", required=False)


class ProductForm(forms.Form):
    vaccine = forms.ChoiceField(label="ワクチン")
    name = forms.CharField(label="販売名", max_length=100)
    maker = forms.CharField(label="製造販売業者", max_length=60, required=False)
    volume_ml = forms.DecimalField(
        label="標準接種量（mL）", max_digits=4, decimal_places=2, required=False, min_value=0
    )
    route = forms.ChoiceField(label="接種方法", choices=_ROUTES, required=False)
    valid_from = DateField(label="使用開始日", required=False)
    valid_to = DateField(label="使用終了日", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(code, found.name) for code, found in national.vaccines().items()]
        self.fields["vaccine"].choices = names  # type: ignore[attr-defined]


class LotForm(forms.Form):
    """A lot; the product is the city's own row or one of the data file, told by vaccine, name and maker."""

    product = forms.ChoiceField(label="ワクチン")
    number = forms.CharField(label="ロット番号", max_length=20)
    expires_on = DateField(label="有効期限", required=False)

    def __init__(self, *args: Any, products: tuple[national.ProductInUse, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._products = {f"{found.vaccine}|{found.name}|{found.maker}": found for found in products}
        names = [(key, f"{found.name}（{found.maker}）") for key, found in self._products.items()]
        self.fields["product"].choices = [("", "選んでください"), *names]  # type: ignore[attr-defined]

    def chosen(self) -> national.ProductInUse:
        return self._products[self.cleaned_data["product"]]


def own_row(found: national.ProductInUse) -> Product | None:
    """The city's row of a product, if it has one."""
    return Product.objects.filter(municipality_code=current(), pk=found.pk).first() if found.pk else None
