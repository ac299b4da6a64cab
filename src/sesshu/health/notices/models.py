"""予診票 and letters that were issued, each person's issue history (H10, H11)."""

from __future__ import annotations

from django.db import models

from sesshu.addressees.models import Addressee
from sesshu.health.eligibility.models import Extraction
from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel


class NoticeKind(models.TextChoices):
    QUESTIONNAIRE = "questionnaire", "予診票"
    REMINDER = "reminder", "再勧奨通知"


class IssueReason(models.TextChoices):
    BULK = "bulk", "一括発行"
    COUNTER = "counter", "窓口発行"
    REISSUE = "reissue", "再発行"
    MOVE_IN = "move-in", "転入"


class IssueState(models.TextChoices):
    ISSUED = "issued", "発行"
    CANCELLED = "cancelled", "取消"
    RETURNED = "returned", "返戻"


class Issue(TenantModel):
    """One document issued to one person for one dose."""

    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, related_name="issues")
    kind = models.CharField("種類", max_length=20, choices=NoticeKind)
    code = models.CharField("予診票番号", max_length=14)
    programme = models.CharField("接種種類", max_length=30)
    dose_number = models.IntegerField("回", null=True)
    dose_label = models.CharField("回の名称", max_length=20, blank=True)
    fiscal_year = models.IntegerField("発行年度")
    reason = models.CharField("発行理由", max_length=20, choices=IssueReason)
    state = models.CharField("処理区分", max_length=10, choices=IssueState, default=IssueState.ISSUED)
    issued_on = models.DateField("発行日")
    valid_to = models.DateField("有効期限", null=True)
    extraction = models.ForeignKey(Extraction, null=True, on_delete=models.PROTECT, related_name="issues")
    issued_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, verbose_name="発行者")
    recorded_at = models.DateTimeField("登録日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "code"], name="issue_code_unique"),
            models.UniqueConstraint(fields=["extraction", "addressee", "kind"], name="issue_once_per_extraction"),
        ]
        indexes = [
            models.Index(fields=["addressee", "programme"], name="issue_by_addressee"),
        ]

    def __str__(self) -> str:
        return self.code
