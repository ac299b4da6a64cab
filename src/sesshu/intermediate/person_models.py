"""A person as the exchange knows one: two numbers of this municipality's own, both sealed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sesshu.protection.tenancy import TenantModel


class Person(TenantModel):
    """Found by the keyed digest of the 団体内統合宛名番号 or of the 符号 (M01)."""

    digest = models.BinaryField("統合宛名番号の索引", max_length=32)
    sealed_number = models.BinaryField("団体内統合宛名番号", max_length=100)
    code_digest = models.BinaryField("符号の索引", max_length=32, null=True)
    sealed_code = models.BinaryField("符号", max_length=200, null=True)
    code_stored_at = models.DateTimeField("符号の取得日時", null=True)
    no_auto_reply = models.BooleanField("自動応答不可", default=False)
    nondisclosure = models.BooleanField("不開示", default=False)
    registered_at = models.DateTimeField("登録日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "digest"], name="person_number"),
            models.UniqueConstraint(fields=["municipality_code", "code_digest"], name="person_code"),
        ]
        indexes = [
            models.Index(
                fields=["municipality_code", "id"],
                condition=Q(no_auto_reply=True) | Q(nondisclosure=True),
                name="person_flagged",
            ),
        ]
