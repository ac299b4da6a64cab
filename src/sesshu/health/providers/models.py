"""Medical institutions and the city's own venues."""

from __future__ import annotations

from django.db import models

from sesshu.protection.tenancy import TenantModel


class ProviderKind(models.TextChoices):
    INDIVIDUAL = "individual", "個別（医療機関）"
    GROUP = "group", "集団（市の会場）"


class Provider(TenantModel):
    code = models.CharField("医療機関コード", max_length=10)
    name = models.CharField("医療機関名", max_length=100)
    name_kana = models.CharField("読み仮名", max_length=100, blank=True)
    kind = models.CharField("区分", max_length=10, choices=ProviderKind, default=ProviderKind.INDIVIDUAL)
    address = models.CharField("所在地", max_length=200, blank=True)
    telephone = models.CharField("電話番号", max_length=15, blank=True)
    outside = models.BooleanField("市外", default=False)
    provisional = models.BooleanField("仮登録", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "code"], name="provider_code_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class Doctor(TenantModel):
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="doctors")
    name = models.CharField("医師名", max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "name"], name="doctor_once_per_provider")]

    def __str__(self) -> str:
        return self.name
