"""Each dose's verdict and each person's open windows, stored so that a city can be asked at once."""

from __future__ import annotations

from typing import Any

from django.db import models

from sesshu.addressees.models import Addressee
from sesshu.health.ledger.models import Dose
from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel


class DoseVerdict(TenantModel):
    """How the law of its day judges a dose; derived by :mod:`sesshu.schedule`, refreshed with the ledger."""

    dose = models.OneToOneField(Dose, on_delete=models.CASCADE, primary_key=True, related_name="verdict")
    programme = models.CharField("接種種類", max_length=30)
    dose_number = models.IntegerField("回", null=True)
    dose_label = models.CharField("回の名称", max_length=20, blank=True)
    evaluation = models.CharField("判定", max_length=12)
    routine = models.BooleanField("定期")
    reasons: Any = models.JSONField("理由", default=list)


class WindowKind(models.TextChoices):
    DUE = "due", "接種可能"
    COMPLETE = "complete", "完了"
    AGED_OUT = "aged_out", "期間経過"


class Window(TenantModel):
    """A span of days in which the person's next dose of a programme may be given as routine, or an end state.

    Rows exist only where there is something to say: spans that touch the horizon of the last refresh.
    """

    addressee = models.ForeignKey(Addressee, on_delete=models.CASCADE, related_name="windows")
    programme = models.CharField("接種種類", max_length=30)
    kind = models.CharField("種別", max_length=10, choices=WindowKind)
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日", null=True)
    dose_number = models.IntegerField("回", null=True)
    dose_label = models.CharField("回の名称", max_length=20, blank=True)
    period = models.CharField("期", max_length=30, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["municipality_code", "programme", "kind", "starts_on", "ends_on"], name="window_by_day"
            ),
            models.Index(fields=["addressee"], name="window_by_addressee"),
        ]


class Refresh(TenantModel):
    """When the stored windows were last made, for which horizon and by which pack."""

    refreshed_at = models.DateTimeField("更新日時")
    horizon_from = models.DateField("対象期間（から）")
    horizon_to = models.DateField("対象期間（まで）")
    pack_version = models.CharField("ルールの版", max_length=64)
    persons = models.IntegerField("人数")


class Extraction(TenantModel):
    """A list of persons to be notified, as extracted and then corrected by hand."""

    programme = models.CharField("接種種類", max_length=30)
    on = models.DateField("基準日")
    purpose = models.CharField("用途", max_length=20, default="questionnaire")
    conditions: Any = models.JSONField("抽出条件", default=dict)
    counts: Any = models.JSONField("理由別件数", default=dict)
    made_at = models.DateTimeField("抽出日時")
    made_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, verbose_name="抽出者")
    closed_at = models.DateTimeField("確定日時", null=True)


class ExtractionRow(TenantModel):
    """A person of an extraction: a target, or left out for a reason worth a look."""

    extraction = models.ForeignKey(Extraction, on_delete=models.CASCADE, related_name="rows")
    addressee = models.ForeignKey(Addressee, on_delete=models.CASCADE, related_name="+")
    included = models.BooleanField("対象")
    reason = models.CharField("理由", max_length=30)
    dose_number = models.IntegerField("回", null=True)
    dose_label = models.CharField("回の名称", max_length=20, blank=True)
    due_from = models.DateField("接種可能日", null=True)
    due_to = models.DateField("接種期限", null=True)
    changed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    change_reason = models.CharField("追加・除外の理由", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["extraction", "addressee"], name="extraction_person_once"),
        ]
