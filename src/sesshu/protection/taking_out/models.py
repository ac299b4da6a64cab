"""Requests to take data out, and the register of media (媒体管理簿, S06)."""

from __future__ import annotations

from typing import Any

from django.db import models

from sesshu.protection.models import Account
from sesshu.protection.taking_out.choices import ErasureMethod, LegalBasis, MediumEvent, MediumKind, State
from sesshu.protection.tenancy import TenantModel


class Medium(TenantModel):
    """A medium that may carry data: dedicated, numbered, in somebody's care."""

    serial_number = models.CharField("製造番号", max_length=60)
    label = models.CharField("管理番号", max_length=30)
    kind = models.CharField("種類", max_length=10, choices=MediumKind)
    keeper = models.CharField("保管場所・保管者", max_length=80)
    encrypts = models.BooleanField("媒体自体の暗号化機能", default=False)
    state = models.CharField(
        "状態", max_length=12, choices=MediumEvent, default=MediumEvent.REGISTERED, editable=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "serial_number"], name="medium_serial"),
            models.UniqueConstraint(fields=["municipality_code", "label"], name="medium_label"),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.get_kind_display()}）"


class TakingOut(TenantModel):
    """One request: what, why, to whom, on what; who asked, who decided; the file and its end.

    ``conditions`` is the query part of the address that shows the same list; it names no person.
    """

    producer = models.CharField("データの種類", max_length=40)
    title = models.CharField("名称", max_length=100)
    conditions = models.CharField("抽出条件", max_length=1000, blank=True)
    columns: Any = models.JSONField("項目", default=list)
    expected = models.IntegerField("件数（申請時）")
    form = models.CharField("形式", max_length=8)
    basis = models.CharField("根拠", max_length=20, choices=LegalBasis)
    reason = models.CharField("目的", max_length=200)
    recipient = models.CharField("提供先・使用者", max_length=100)
    medium = models.ForeignKey(Medium, null=True, blank=True, on_delete=models.PROTECT, verbose_name="媒体")
    erase_by = models.DateField("消去の期限")
    asked_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="申請者"
    )
    asked_at = models.DateTimeField("申請日時")
    decided_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="承認者"
    )
    decided_at = models.DateTimeField("承認日時", null=True)
    remark = models.CharField("承認者の意見", max_length=200, blank=True)
    state = models.CharField("状態", max_length=12, choices=State, default=State.REQUESTED)
    failure = models.CharField("失敗の理由", max_length=200, blank=True)
    file_name = models.CharField("ファイル", max_length=60, blank=True)
    digest = models.CharField("SHA-256", max_length=64, blank=True)
    # The passphrase follows from this and the installation's secret; without it nobody opens the file.
    nonce = models.CharField("合言葉の種", max_length=64, blank=True)
    count = models.IntegerField("件数", null=True)
    made_at = models.DateTimeField("作成日時", null=True)
    fetched_at = models.DateTimeField("受取日時", null=True)
    erased_on = models.DateField("消去日", null=True)
    erasure_method = models.CharField("消去の方法", max_length=10, choices=ErasureMethod, blank=True)
    erasure_seen_by = models.CharField("消去の確認者", max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["municipality_code", "-asked_at"], name="taking_out_by_time")]

    def __str__(self) -> str:
        return f"{self.title}（{self.get_state_display()}）"


class MediumEntry(TenantModel):
    """One line of the register: appended, never changed."""

    medium = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="entries", verbose_name="媒体")
    event = models.CharField("区分", max_length=12, choices=MediumEvent)
    at = models.DateTimeField("日時")
    by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, verbose_name="記入者")
    taking_out = models.ForeignKey(TakingOut, null=True, on_delete=models.PROTECT, verbose_name="持出し")
    method = models.CharField("消去の方法", max_length=10, choices=ErasureMethod, blank=True)
    note = models.CharField("備考", max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.medium_id} {self.event}"
