"""提供の確認: what the first of two persons thinks of a provision that nobody may answer automatically."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel


class Opinion(TenantModel):
    """Whether to provide; another person decides accordingly or sends it back with a ``remark``."""

    provision = models.ForeignKey("Provision", on_delete=models.CASCADE, verbose_name="提供")
    provide = models.BooleanField("提供する")
    reason = models.CharField("理由", max_length=200)
    given_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name="確かめた人"
    )
    given_at = models.DateTimeField("確かめた日時")
    sent_back_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="差し戻した人"
    )
    sent_back_at = models.DateTimeField("差戻し日時", null=True)
    remark = models.CharField("差戻しの理由", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provision"], condition=Q(sent_back_at=None), name="opinion_one_in_force"
            ),
        ]
