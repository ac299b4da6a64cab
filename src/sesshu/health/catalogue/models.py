"""A city's own programmes, products and lots; the national programmes come from the schedule's pack."""

from __future__ import annotations

from django.db import models

from sesshu.protection.tenancy import TenantModel


class OwnProgramme(TenantModel):
    """A programme of the city's own (任意接種の助成 and the like), set up without code."""

    code = models.CharField("コード", max_length=30)
    name = models.CharField("事業名", max_length=60)
    short_name = models.CharField("略称", max_length=20)
    vaccine = models.CharField("ワクチン", max_length=60)
    sex = models.CharField("性別", max_length=1, blank=True, choices=[("1", "男"), ("2", "女")])
    age_from_months = models.IntegerField("対象開始（月齢）")
    age_to_months = models.IntegerField("対象終了（月齢）")
    doses = models.IntegerField("回数", default=1)
    interval_days = models.IntegerField("接種間隔（日以上）", default=0)
    volume_ml = models.DecimalField("接種量（mL）", max_digits=4, decimal_places=2, null=True, blank=True)
    route = models.CharField("接種方法", max_length=10, blank=True)
    valid_from = models.DateField("開始日")
    valid_to = models.DateField("終了日", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "code"], name="own_programme_code_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class Product(TenantModel):
    """A product that is or was used in this city."""

    vaccine = models.CharField("ワクチンコード", max_length=30)
    name = models.CharField("ワクチン名", max_length=100)
    maker = models.CharField("製造販売業者", max_length=60, blank=True)
    volume_ml = models.DecimalField("標準接種量（mL）", max_digits=4, decimal_places=2, null=True, blank=True)
    route = models.CharField("接種方法", max_length=10, blank=True)
    valid_from = models.DateField("使用開始日", null=True, blank=True)
    valid_to = models.DateField("使用終了日", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "vaccine", "name", "maker"], name="product_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Lot(TenantModel):
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="lots", verbose_name="ワクチン"
    )
    number = models.CharField("ロット番号", max_length=20)
    expires_on = models.DateField("有効期限", null=True, blank=True)
    recalled = models.BooleanField("回収", default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "number"], name="lot_unique")]

    def __str__(self) -> str:
        return self.number
