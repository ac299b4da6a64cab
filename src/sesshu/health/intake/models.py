"""Files in: what was loaded, and each row's fate until a person commits it."""

from __future__ import annotations

from typing import Any

from django.db import models

from sesshu.addressees.models import Addressee
from sesshu.health.providers.models import Provider
from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel


class BatchState(models.TextChoices):
    READING = "reading", "読込中"
    REVIEW = "review", "確認待ち"
    COMMITTED = "committed", "登録済"
    DISCARDED = "discarded", "破棄"


class Batch(TenantModel):
    """One clinic's file of results."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+", verbose_name="医療機関")
    file_name = models.CharField("ファイル名", max_length=200)
    digest = models.CharField("ハッシュ値", max_length=64)
    state = models.CharField("状態", max_length=10, choices=BatchState, default=BatchState.READING)
    counts: Any = models.JSONField("件数", default=dict)
    loaded_at = models.DateTimeField("取込日時")
    loaded_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    committed_at = models.DateTimeField("登録日時", null=True)
    committed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")


class RowFate(models.TextChoices):
    NEW = "new", "新規"
    UNCHANGED = "unchanged", "登録済みと同じ"
    UNDECIDED = "undecided", "本人の確認が必要"
    WARNING = "warning", "注意あり"
    REJECTED = "rejected", "エラー"
    SKIPPED = "skipped", "取り込まない"


class BatchRow(TenantModel):
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    row = models.IntegerField("行")
    fate = models.CharField("判定", max_length=10, choices=RowFate)
    addressee = models.ForeignKey(Addressee, null=True, on_delete=models.PROTECT, related_name="+")
    cells: Any = models.JSONField("内容")
    messages: Any = models.JSONField("指摘", default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="batch_row_once")]
