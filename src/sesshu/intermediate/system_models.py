"""What keeps the server going: what is to be sent and to whom, and the network's list and directory."""

from __future__ import annotations

from django.db import models

from sesshu.intermediate.choices import OutboxKind
from sesshu.protection.tenancy import TenantModel


class Outbox(TenantModel):
    """A message that has not been acknowledged. Written in the transaction of what it tells of.

    :ivar peer: base address of the door, empty for the network's core. :ivar key: processing number or
        permit; with ``kind`` it stands once. :ivar next_at: not before this; ahead while it is being sent.
    """

    kind = models.CharField("種類", max_length=10, choices=OutboxKind)
    peer = models.CharField("相手", max_length=200, blank=True)
    key = models.CharField("対象", max_length=64)
    sealed = models.BinaryField("内容", null=True)
    made_at = models.DateTimeField("作成日時")
    attempts = models.PositiveIntegerField("送信回数", default=0)
    next_at = models.DateTimeField("次の送信")
    alone = models.BooleanField("一件ずつ送る", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "kind", "key"], name="outbox_once"),
        ]
        indexes = [models.Index(fields=["municipality_code", "peer", "kind", "next_at"], name="outbox_due")]


class Correspondent(TenantModel):
    """How a door was reached lately; one that does not answer is left alone for a while, by itself."""

    peer = models.CharField("相手", max_length=200, blank=True)
    failures = models.PositiveIntegerField("続けて失敗した回数", default=0)
    retry_at = models.DateTimeField("次の接続", null=True)
    last_error = models.CharField("最後の失敗", max_length=200, blank=True)
    reached_at = models.DateTimeField("最後の成功", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality_code", "peer"], name="correspondent")]


class ListCopy(TenantModel):
    """Our own copy of 照会許可用照合リスト, as the core signed it; the highest version is in use (M11)."""

    version = models.PositiveIntegerField("版")
    token = models.TextField("署名されたリスト")
    received_at = models.DateTimeField("受信日時")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality_code", "version"], name="list_version")]


class DirectoryCopy(TenantModel):
    """The institutions of the network, as the core signed them; the newest is in use."""

    issued_at = models.BigIntegerField("発行時刻")
    token = models.TextField("署名された一覧")
    received_at = models.DateTimeField("受信日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "issued_at"], name="directory_issued"),
        ]


class Notice(TenantModel):
    """運用のお知らせ (M10)."""

    text = models.CharField("お知らせ", max_length=500)
    starts_at = models.DateTimeField("表示開始")
    ends_at = models.DateTimeField("表示終了")
    posted_by = models.CharField("登録者", max_length=60)


class ExpiryRun(TenantModel):
    """One deletion of what is past its period: how many of what (M10, control 65)."""

    at = models.DateTimeField("日時")
    records = models.PositiveIntegerField("情報提供等記録")
    inquiries = models.PositiveIntegerField("照会")
    provisions = models.PositiveIntegerField("提供")
    acquisitions = models.PositiveIntegerField("符号の取得")
    replicas = models.PositiveIntegerField("副本")
    persons = models.PositiveIntegerField("本人")
