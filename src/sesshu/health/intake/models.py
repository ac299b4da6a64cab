"""Files in: what was loaded, and each row's fate until a person commits it."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from sesshu.addressees.models import Addressee
from sesshu.health.providers.models import Provider
from sesshu.jobs.models import Job
from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel


class BatchState(models.TextChoices):
    READING = "reading", "読込中"
    REVIEW = "review", "確認待ち"
    COMMITTED = "committed", "登録済"
    DISCARDED = "discarded", "破棄"


class RowFate(models.TextChoices):
    """What the check made of a row."""

    NEW = "new", "新規"
    UPDATED = "updated", "変更"
    WARNING = "warning", "注意あり"
    UNDECIDED = "undecided", "確認が必要"
    REJECTED = "rejected", "エラー"
    UNCHANGED = "unchanged", "登録済みと同じ"


class Decision(models.TextChoices):
    """What a person made of it."""

    NONE = "", "未決定"
    TAKE = "take", "取り込む"
    SKIP = "skip", "取り込まない"


class Batch(TenantModel):
    """One clinic's file of results, from its upload to its commit."""

    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="+", verbose_name="医療機関"
    )
    file_name = models.CharField("ファイル名", max_length=200)
    file = models.FileField("ファイル", upload_to="intake/", max_length=300, blank=True)
    digest = models.CharField("ハッシュ値", max_length=64)
    state = models.CharField("状態", max_length=10, choices=BatchState, default=BatchState.READING)
    counts: Any = models.JSONField("件数", default=dict)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name="処理")
    loaded_at = models.DateTimeField("取込日時")
    loaded_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    committed_at = models.DateTimeField("登録日時", null=True)
    committed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["municipality_code", "-loaded_at"], name="batch_by_time")]

    def __str__(self) -> str:
        return self.file_name


class BatchRow(TenantModel):
    """A row of the file, the person it was matched with, what was found and what was decided."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    row = models.IntegerField("行")
    fate = models.CharField("判定", max_length=10, choices=RowFate)
    decision = models.CharField("決定", max_length=4, choices=Decision, blank=True, default=Decision.NONE)
    addressee = models.ForeignKey(Addressee, null=True, on_delete=models.PROTECT, related_name="+")
    candidates = ArrayField(models.BigIntegerField(), default=list, verbose_name="候補者")
    cells: Any = models.JSONField("内容")
    messages: Any = models.JSONField("指摘", default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="batch_row_once")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.row}"
