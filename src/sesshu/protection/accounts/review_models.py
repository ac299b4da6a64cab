"""The periodic review of ids and rights, and the personnel files that end rights."""

from __future__ import annotations

from typing import Any

from django.db import models

from sesshu.protection.accounts.choices import Decision, Fate
from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel


class Campaign(TenantModel):
    """One review (棚卸し). What stands unconfirmed after ``deadline`` is locked from the next day on."""

    name = models.CharField("名称", max_length=60)
    deadline = models.DateField("期限")
    started_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name="始めた人"
    )
    started_at = models.DateTimeField("開始日時")
    locked_at = models.DateTimeField("未確認を止めた日時", null=True)
    signed_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="確認した責任者"
    )
    signed_at = models.DateTimeField("確認日時", null=True)
    sign_note = models.CharField("所見", max_length=500, blank=True)

    def __str__(self) -> str:
        return self.name


class ReviewItem(TenantModel):
    """One right of one account in a review, as it stood when the review began."""

    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="items", verbose_name="棚卸し"
    )
    grant = models.ForeignKey(
        "accounts.Grant", on_delete=models.PROTECT, related_name="review_items", verbose_name="権限"
    )
    section = models.CharField("所属", max_length=40, blank=True)
    last_used = models.DateTimeField("最後に使った日時", null=True)
    decision = models.CharField("判断", max_length=10, choices=Decision, default=Decision.OPEN, blank=True)
    decided_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="確かめた人"
    )
    decided_at = models.DateTimeField("確かめた日時", null=True)
    note = models.CharField("理由", max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "grant"], name="right_reviewed_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.grant_id} {self.get_decision_display()}"


class PersonnelFile(TenantModel):
    """A personnel file (人事異動) that was read."""

    name = models.CharField("ファイル名", max_length=200)
    digest = models.CharField("SHA-256", max_length=64)
    counts: Any = models.JSONField("件数", default=dict)
    read_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="取り込んだ人"
    )
    read_at = models.DateTimeField("取込日時")

    def __str__(self) -> str:
        return self.name


class PersonnelRow(TenantModel):
    """A row of a personnel file and what became of it."""

    file = models.ForeignKey(
        PersonnelFile, on_delete=models.PROTECT, related_name="rows", verbose_name="ファイル"
    )
    number = models.IntegerField("行")
    employee_number = models.CharField("職員番号", max_length=20, blank=True)
    account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="利用者"
    )
    move = models.CharField("区分", max_length=10, blank=True)
    on = models.DateField("異動年月日", null=True)
    section = models.CharField("異動後の所属", max_length=40, blank=True)
    fate = models.CharField("結果", max_length=10, choices=Fate)
    message = models.CharField("説明", max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.number} {self.get_fate_display()}"
