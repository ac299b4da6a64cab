"""A job: long work that a person planned, may watch and may cancel."""

from __future__ import annotations

from typing import Any

from django.db import models

from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel


class JobState(models.TextChoices):
    QUEUED = "queued", "待機中"
    RUNNING = "running", "処理中"
    DONE = "done", "完了"
    FAILED = "failed", "失敗"
    CANCELLED = "cancelled", "取消"
    REVOKED = "revoked", "権限の失効で停止"


class Job(TenantModel):
    kind = models.CharField("種類", max_length=40)
    title = models.CharField("処理名", max_length=100)
    state = models.CharField("状態", max_length=10, choices=JobState, default=JobState.QUEUED)
    payload: Any = models.JSONField("入力", default=dict)
    result: Any = models.JSONField("結果", default=dict)
    error = models.TextField("エラー", blank=True)
    done = models.IntegerField("済", default=0)
    total = models.IntegerField("全体", default=0)
    message = models.CharField("進み具合", max_length=200, blank=True)
    cancel_requested = models.BooleanField("取消の求め", default=False)
    attempts = models.IntegerField("実行回数", default=0)
    planned_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, verbose_name="依頼者")
    programme = models.CharField("接種種類", max_length=40, blank=True)
    purpose = models.CharField("目的", max_length=60, blank=True)
    planned_at = models.DateTimeField("依頼日時")
    started_at = models.DateTimeField("開始日時", null=True)
    finished_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        indexes = [models.Index(fields=["municipality_code", "-planned_at"], name="job_by_time")]

    def __str__(self) -> str:
        return f"{self.title}（{self.get_state_display()}）"

    @property
    def is_over(self) -> bool:
        return self.state not in {JobState.QUEUED, JobState.RUNNING}

    @property
    def percent(self) -> int:
        return 100 if self.state == JobState.DONE else int(100 * self.done / self.total) if self.total else 0
