"""Wrapped keys and their destruction. Nothing here opens anything without the root (A06, S08)."""

from __future__ import annotations

import uuid

from django.db import models

from sesshu.protection.tenancy import TenantModel


class TenantKey(TenantModel):
    """One version of a municipality's pair of keys, wrapped by a root version; the highest is in use."""

    version = models.PositiveIntegerField("版")
    root_version = models.PositiveIntegerField("ルート鍵の版")
    wrapped_cipher = models.BinaryField("包んだ暗号鍵", max_length=64)
    wrapped_index = models.BinaryField("包んだ索引鍵", max_length=64)
    made_at = models.DateTimeField("作成日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "version"], name="tenant_key_version"),
        ]

    def __str__(self) -> str:
        return f"{self.municipality_code} 第{self.version}版"


class SubjectKey(TenantModel):
    """The key of one person or one file, wrapped by a version of the municipality's key.

    The foreign key keeps a version alive for as long as a subject's key, even one written this moment,
    stands under it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.CharField("対象", max_length=120)
    tenant_key = models.ForeignKey(TenantKey, on_delete=models.PROTECT, verbose_name="市区町村の鍵")
    wrapped = models.BinaryField("包んだ鍵", max_length=128)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "subject"], name="subject_key_subject"),
        ]

    def __str__(self) -> str:
        return self.subject


class Destruction(TenantModel):
    """The destruction of keys: asked for by one person, approved by another, proved by a receipt."""

    class State(models.TextChoices):
        REQUESTED = "requested", "承認待ち"
        DELETED = "deleted", "鍵を削除済み・掛け替え待ち"
        DONE = "done", "完了"
        REFUSED = "refused", "不承認"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.CharField("対象", max_length=120, blank=True, help_text="空は市区町村の全ての鍵")
    reason = models.CharField("理由", max_length=200)
    requested_by = models.CharField("申請者", max_length=120)
    requested_at = models.DateTimeField("申請日時")
    approved_by = models.CharField("承認者", max_length=120, blank=True)
    approved_at = models.DateTimeField("承認日時", null=True)
    state = models.CharField("状態", max_length=10, choices=State, default=State.REQUESTED)
    key_ids = models.JSONField("鍵の識別子", default=list)
    proof = models.CharField("証跡", max_length=120, blank=True)
    receipt = models.TextField("廃棄証明", blank=True)

    def __str__(self) -> str:
        return f"{self.requested_at:%Y-%m-%d} {self.state}"
