"""予診票 and letters that were issued, each person's issue history (H10, H11)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

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
    """``PREPARED`` has a number but no paper yet: it counts as nothing until its file is complete."""

    PREPARED = "prepared", "印刷準備中"
    ISSUED = "issued", "発行"
    CANCELLED = "cancelled", "取消"
    RETURNED = "returned", "返戻"
    UNPRINTABLE = "unprintable", "印刷不可"


class IdentityDocument(models.TextChoices):
    """What the person at the counter showed (本人確認書類)."""

    NUMBER_CARD = "number-card", "マイナンバーカード"
    LICENCE = "licence", "運転免許証"
    PASSPORT = "passport", "パスポート"
    RESIDENCE_CARD = "residence-card", "在留カード"
    INSURANCE = "insurance", "資格確認書など（2点）"
    HANDBOOK = "handbook", "母子健康手帳"
    OTHER = "other", "その他"


class RunState(models.TextChoices):
    PREPARED = "prepared", "印刷待ち"
    DONE = "done", "印刷済み"
    CANCELLED = "cancelled", "取消"


class PrintRun(TenantModel):
    """One print of an extraction: all of its documents are issued together with its file, or none is."""

    extraction = models.ForeignKey(Extraction, on_delete=models.PROTECT, related_name="runs")
    kind = models.CharField("種類", max_length=20, choices=NoticeKind)
    reissue = models.BooleanField("再発行を含む", default=False)
    state = models.CharField("状態", max_length=10, choices=RunState, default=RunState.PREPARED)
    file_name = models.CharField("ファイル", max_length=300, blank=True)
    documents = models.IntegerField("部数", default=0)
    pages = models.IntegerField("ページ数", default=0)
    refused = models.JSONField("印刷できなかったもの", default=list)
    planned_at = models.DateTimeField("依頼日時")
    printed_at = models.DateTimeField("印刷日時", null=True)
    planned_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, verbose_name="依頼者")

    class Meta:
        indexes = [models.Index(fields=["municipality_code", "-planned_at"], name="print_run_by_time")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.planned_at:%Y-%m-%d}"


class Issue(TenantModel):
    """One document issued to one person for one dose."""

    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, related_name="issues")
    kind = models.CharField("種類", max_length=20, choices=NoticeKind)
    code = models.CharField("予診票番号", max_length=14)
    programme = models.CharField("接種種類", max_length=30)
    dose_number = models.IntegerField("回", null=True)
    dose_label = models.CharField("回の名称", max_length=40, blank=True)
    fiscal_year = models.IntegerField("発行年度")
    reason = models.CharField("発行理由", max_length=20, choices=IssueReason)
    state = models.CharField("処理区分", max_length=12, choices=IssueState, default=IssueState.ISSUED)
    issued_on = models.DateField("発行日")
    valid_to = models.DateField("有効期限", null=True)
    extraction = models.ForeignKey(Extraction, null=True, on_delete=models.PROTECT, related_name="issues")
    run = models.ForeignKey(PrintRun, null=True, on_delete=models.PROTECT, related_name="issues")
    identity_document = models.CharField("本人確認書類", max_length=20, choices=IdentityDocument, blank=True)
    issued_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, verbose_name="発行者")
    recorded_at = models.DateTimeField("登録日時")
    closed_at = models.DateTimeField("取消・返戻日時", null=True)
    closed_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="取消・返戻の登録者"
    )
    closing_reason = models.CharField("取消・返戻の理由", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "code"], name="issue_code_unique"),
            # A number waiting for its paper is taken up again, never doubled.
            models.UniqueConstraint(
                fields=["addressee", "programme", "kind", "dose_number"],
                condition=Q(state="prepared"),
                nulls_distinct=False,
                name="issue_prepared_once",
            ),
        ]
        indexes = [
            models.Index(fields=["addressee", "programme"], name="issue_by_addressee"),
            models.Index(
                fields=["municipality_code", "programme", "kind", "state"], name="issue_by_programme"
            ),
            models.Index(fields=["run"], name="issue_by_run"),
        ]

    def __str__(self) -> str:
        return self.code


class IssueSequence(TenantModel):
    """The last document number given out in this municipality."""

    last = models.BigIntegerField("最終番号", default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality_code"], name="issue_sequence_once")]
