"""Tokens of the vault. No number stands in the city's database, in any form."""

from __future__ import annotations

from django.db import models

from sesshu.addressees.individual_numbers.choices import NumberPurpose
from sesshu.addressees.models import Addressee
from sesshu.protection.tenancy import TenantModel


class NumberToken(TenantModel):
    """Random; says nothing about the number, and another one stands for each purpose (control 40)."""

    addressee = models.ForeignKey(
        Addressee, on_delete=models.PROTECT, related_name="number_tokens", verbose_name="宛名"
    )
    purpose = models.CharField("目的", max_length=20, choices=NumberPurpose)
    token = models.CharField("トークン", max_length=60, unique=True)
    obtained_at = models.DateTimeField("取得日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "addressee", "purpose"], name="number_token_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.addressee_id} {self.purpose}"
