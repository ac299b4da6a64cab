"""Erasures: who asked, who approved, what went; and what is held back from them."""

from __future__ import annotations

from typing import Any

from django.db import models

from sesshu.protection.models import Account
from sesshu.protection.retention.choices import ItemState, RunState
from sesshu.protection.tenancy import TenantModel


class ErasureRun(TenantModel):
    """One list of subjects of one rule, decided on as a whole."""

    rule = models.CharField("区分", max_length=40)
    on = models.DateField("基準日")
    reason = models.CharField("申請の理由", max_length=200, blank=True)
    asked_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="申請者"
    )
    asked_at = models.DateTimeField("申請日時")
    decided_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="承認者"
    )
    decided_at = models.DateTimeField("承認日時", null=True)
    remark = models.CharField("承認者の意見", max_length=200, blank=True)
    state = models.CharField("状態", max_length=12, choices=RunState, default=RunState.REQUESTED)
    finished_at = models.DateTimeField("消去完了日時", null=True)
    receipt = models.TextField("消去証明", blank=True)

    class Meta:
        indexes = [models.Index(fields=["municipality_code", "-asked_at"], name="erasure_by_time")]

    def __str__(self) -> str:
        return f"{self.rule} {self.on}"


class ErasureItem(TenantModel):
    """A subject of a run: an internal id, which says nothing once the subject is gone."""

    run = models.ForeignKey(ErasureRun, on_delete=models.CASCADE, related_name="items")
    subject = models.BigIntegerField("対象")
    since = models.DateField("起算日の前日")
    state = models.CharField("状態", max_length=10, choices=ItemState, default=ItemState.LISTED)
    reason = models.CharField("除外の理由", max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "subject"], name="erasure_subject_once")]
        indexes = [models.Index(fields=["run", "state"], name="erasure_item_by_state")]


class ErasureRecord(TenantModel):
    """That a subject was erased: without its data, appended and never changed (H21)."""

    run = models.ForeignKey(ErasureRun, on_delete=models.PROTECT, related_name="records")
    rule = models.CharField("区分", max_length=40)
    subject = models.BigIntegerField("対象")
    since = models.DateField("起算日の前日")
    rows: Any = models.JSONField("消去した行数")
    erased_at = models.DateTimeField("消去日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "rule", "subject"], name="erasure_recorded_once"
            )
        ]


class Hold(TenantModel):
    """保全: a subject that must not be erased for now, whatever its period says."""

    rule = models.CharField("区分", max_length=40)
    subject = models.BigIntegerField("対象")
    reason = models.CharField("理由", max_length=200)
    set_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField("登録日時")
    released_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField("解除日時", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "rule", "subject"],
                condition=models.Q(released_at__isnull=True),
                name="hold_once",
            )
        ]
