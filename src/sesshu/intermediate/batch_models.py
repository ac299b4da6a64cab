"""What comes in bulk: the 副本 with the manifests of who registered what and when, and inquiries by file."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from sesshu.intermediate.choices import BatchState, Source
from sesshu.intermediate.person_models import Person
from sesshu.protection.tenancy import TenantModel


class Manifest(TenantModel):
    """Which process registered which information, when (M13, control 55). One for each message or file.

    :ivar digest: SHA-256 of the message or file; a file is known again by it. :ivar lines: how many lines of
        a file are registered; a killed run goes on behind them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    process = models.CharField("処理", max_length=60)
    source = models.CharField("登録方法", max_length=10, choices=Source)
    actor = models.CharField("操作者", max_length=60)
    digest = models.CharField("指紋(SHA-256)", max_length=64)
    information = ArrayField(models.CharField(max_length=16), default=list, verbose_name="特定個人情報名")
    state = models.CharField("状態", max_length=10, choices=BatchState, default=BatchState.RUNNING)
    started_at = models.DateTimeField("開始日時")
    ended_at = models.DateTimeField("終了日時", null=True)
    lines = models.PositiveIntegerField("行数", default=0)
    stored = models.PositiveIntegerField("登録", default=0)
    withdrawn = models.PositiveIntegerField("取下げ", default=0)
    known = models.PositiveIntegerField("登録済み", default=0)
    refused = models.PositiveIntegerField("拒否", default=0)

    class Meta:
        indexes = [
            models.Index(fields=["municipality_code", "started_at"], name="manifest_by_time"),
            models.Index(fields=["municipality_code", "digest"], name="manifest_by_digest"),
        ]


class Replica(TenantModel):
    """One record of the 副本 (M06). Withdrawn, it stays without content, so that no older one comes back."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, db_index=False, verbose_name="本人")
    record_id = models.CharField("レコード識別番号", max_length=64)
    information = models.CharField("特定個人情報名コード", max_length=16)
    sequence = models.BigIntegerField("版")
    withdrawn = models.BooleanField("取下げ")
    sealed = models.BinaryField("内容")
    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, db_index=False, verbose_name="登録")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "record_id"], name="replica_record"),
        ]
        indexes = [models.Index(fields=["person", "information"], name="replica_of_person")]


class InquiryBatch(TenantModel):
    """A .DAT file of inquiries, known by its digest; ``lines`` are done, a killed run goes on behind them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("ファイル名", max_length=100)
    digest = models.CharField("指紋(SHA-256)", max_length=64)
    actor = models.CharField("操作者", max_length=60)
    state = models.CharField("状態", max_length=10, choices=BatchState, default=BatchState.RUNNING)
    started_at = models.DateTimeField("開始日時")
    ended_at = models.DateTimeField("終了日時", null=True)
    lines = models.PositiveIntegerField("行数", default=0)
    accepted = models.PositiveIntegerField("受付", default=0)
    refused = models.PositiveIntegerField("拒否", default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "digest"], name="inquiry_batch_once"),
        ]


class Rejection(TenantModel):
    """A line of such a file that became no inquiry."""

    batch = models.ForeignKey(InquiryBatch, on_delete=models.CASCADE, verbose_name="一括照会")
    line = models.PositiveIntegerField("行")
    error = models.CharField("理由", max_length=30)
    message = models.CharField("説明", max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="rejection_of_line")]
