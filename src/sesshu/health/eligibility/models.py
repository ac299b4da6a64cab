"""Each dose's verdict and each person's standing in each programme, stored to ask a whole city at once.

A standing is stored in two parts. ``Standing.letters`` holds one letter for each programme: the status
that fills the horizon but for the days of the person's ``Window`` rows. ``Window`` holds the spans that
differ from it, and every span in which a dose is due. Both together say the status of any day of the
horizon; ask :mod:`sesshu.health.eligibility.selectors` rather than the tables.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from sesshu.addressees.models import Addressee
from sesshu.health.eligibility.choices import Fate, Purpose, WindowKind
from sesshu.health.ledger.models import Dose
from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel

__all__ = [
    "DoseVerdict",
    "Extraction",
    "ExtractionRow",
    "Refresh",
    "Stale",
    "Standing",
    "Window",
    "WindowKind",
]


class DoseVerdict(TenantModel):
    """How the law of its day judges a dose; derived by :mod:`sesshu.schedule`, refreshed with the ledger."""

    dose = models.OneToOneField(Dose, on_delete=models.CASCADE, primary_key=True, related_name="verdict")
    programme = models.CharField("接種種類", max_length=30)
    dose_number = models.IntegerField("回", null=True)
    dose_label = models.CharField("回の名称", max_length=40, blank=True)
    evaluation = models.CharField("判定", max_length=12)
    routine = models.BooleanField("定期")
    reasons: Any = models.JSONField("理由", default=list)


class Refresh(TenantModel):
    """One generation of standings: for which days and by which rules they are made.

    It is current once ``completed_at`` is set; a generation that was killed half-way is taken up again.
    """

    refreshed_at = models.DateTimeField("更新開始日時")
    completed_at = models.DateTimeField("更新完了日時", null=True)
    horizon_from = models.DateField("対象期間（から）")
    horizon_to = models.DateField("対象期間（まで）")
    pack_version = models.CharField("ルールの版", max_length=100)
    programmes: Any = models.JSONField("接種種類", default=list)
    persons = models.IntegerField("人数", default=0)


class Standing(TenantModel):
    """The status in each of ``refresh.programmes`` on the days of which no :class:`Window` speaks."""

    addressee = models.OneToOneField(
        Addressee, on_delete=models.CASCADE, primary_key=True, related_name="standing"
    )
    refresh = models.ForeignKey(Refresh, null=True, on_delete=models.PROTECT, related_name="+")
    letters = models.CharField("状態", max_length=200)


class Window(TenantModel):
    """A span of days, both inclusive and cut to the horizon, with one status and one next dose."""

    addressee = models.ForeignKey(Addressee, on_delete=models.CASCADE, related_name="windows")
    programme = models.CharField("接種種類", max_length=30)
    kind = models.CharField("種別", max_length=10, choices=WindowKind)
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日")
    dose_number = models.IntegerField("回", null=True)
    dose_label = models.CharField("回の名称", max_length=40, blank=True)
    recommended_from = models.DateField("標準的な接種期間（から）", null=True)
    recommended_to = models.DateField("標準的な接種期間（まで）", null=True)
    # The statutory last day of this dose's period, which may lie beyond the horizon.
    last_day = models.DateField("接種期限", null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["municipality_code", "programme", "kind", "starts_on", "ends_on"],
                name="window_by_day",
            ),
            models.Index(fields=["addressee", "programme"], name="window_by_addressee"),
        ]


class Stale(TenantModel):
    """A note, left by a database trigger, that a person's doses, circumstances, birth or sex changed.

    A row for each change and no key to wait for: two imports that touch the same persons never block each
    other here.
    """

    addressee = models.ForeignKey(
        Addressee, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )


class Extraction(TenantModel):
    """A list of persons to be notified, as extracted and then corrected by hand."""

    programme = models.CharField("接種種類", max_length=30)
    on = models.DateField("基準日")
    purpose = models.CharField("用途", max_length=20, choices=Purpose, default=Purpose.QUESTIONNAIRE)
    conditions: Any = models.JSONField("抽出条件", default=dict)
    counts: Any = models.JSONField("理由別件数", default=dict)
    made_at = models.DateTimeField("抽出日時")
    made_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, verbose_name="抽出者")
    closed_at = models.DateTimeField("確定日時", null=True)

    class Meta:
        indexes = [models.Index(fields=["municipality_code", "-made_at"], name="extraction_by_time")]


class ExtractionRow(TenantModel):
    """A person of an extraction: a target, or left out for a reason worth a look.

    ``reason`` is the fate that the extraction found; ``included`` differs from it only where somebody
    decided otherwise, and then ``change_reason`` says why.
    """

    extraction = models.ForeignKey(Extraction, on_delete=models.CASCADE, related_name="rows")
    addressee = models.ForeignKey(Addressee, on_delete=models.CASCADE, related_name="+")
    included = models.BooleanField("対象")
    reason = models.CharField("理由", max_length=30, choices=Fate)
    dose_number = models.IntegerField("回", null=True)
    dose_label = models.CharField("回の名称", max_length=40, blank=True)
    due_from = models.DateField("接種可能日", null=True)
    due_to = models.DateField("接種期限", null=True)
    changed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField("変更日時", null=True)
    change_reason = models.CharField("追加・除外の理由", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["extraction", "addressee"], name="extraction_person_once"),
        ]
        indexes = [models.Index(fields=["extraction", "reason"], name="extraction_row_by_reason")]
