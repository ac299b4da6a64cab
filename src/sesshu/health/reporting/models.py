"""Reports as they were handed in: kept whole beside what a recount finds later (H09)."""

from __future__ import annotations

from typing import Any

from django.db import models

from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel


class ReportKind(models.TextChoices):
    COMMUNITY_HEALTH = "community-health", "地域保健・健康増進事業報告"


class ReportSnapshot(TenantModel):
    """The figures of one report at one moment. Numbers only, no person; never changed and never removed."""

    report = models.CharField("報告", max_length=30, choices=ReportKind)
    fiscal_year = models.IntegerField("報告年度")
    version = models.IntegerField("版")
    rows: Any = models.JSONField("集計値")
    total = models.IntegerField("計")
    definition = models.CharField("集計定義の版", max_length=64)
    note = models.CharField("備考", max_length=200, blank=True)
    made_at = models.DateTimeField("作成日時")
    made_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="作成者"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "report", "fiscal_year", "version"],
                name="report_snapshot_version_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_report_display()} {self.fiscal_year}年度 第{self.version}版"
