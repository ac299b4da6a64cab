"""What the core keeps: institutions, lists, persons without a name, and who asked whom. Never a content.

No 住民票コード, no 符号 and no 取得番号 stands here in clear: the first and the last as keyed digests, a 符号
within sealed messages on their way.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from sesshu.network.choices import Kind, Sort


class Institution(models.Model):
    """An institution enrolled in the network. The process at the door only reads this table."""

    code = models.CharField("機関コード", max_length=16, primary_key=True)
    name = models.CharField("名称", max_length=100)
    kind = models.CharField("種別", max_length=20, choices=Kind)
    address = models.CharField("経路情報", max_length=200)
    certificate = models.CharField("中間サーバーの証明書(x5t#S256)", max_length=43)
    juki_certificate = models.CharField("統合端末の証明書(x5t#S256)", max_length=43, blank=True)
    signing_key = models.JSONField("署名の公開鍵(JWK)")
    sealing_key = models.JSONField("封緘の公開鍵(JWK)")
    is_active = models.BooleanField("有効", default=True)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ListVersion(models.Model):
    """A version of 照会許可用照合リスト; the highest that has begun is in force. None is ever changed."""

    version = models.PositiveIntegerField("版", primary_key=True)
    starts_on = models.DateField("適用開始日")
    published_at = models.DateTimeField("公開日時")
    rows = models.JSONField("行")
    token = models.TextField("署名済みリスト(JWS)")

    def __str__(self) -> str:
        return f"第{self.version}版"


class CoreKey(models.Model):
    """A private key (JWK) of the core, sealed under its master key."""

    purpose = models.CharField("用途", max_length=10, primary_key=True)
    sealed = models.BinaryField("暗号文")
    made_at = models.DateTimeField("作成日時")


class Person(models.Model):
    """Somebody, known by a random 連携用ID and the keyed digest of the 住民票コード."""

    link = models.BinaryField("連携用ID", max_length=16, unique=True)
    resident = models.BinaryField("住民票コードの鍵付きダイジェスト", max_length=32, unique=True)


class Assignment(models.Model):
    """A person's 符号 at an institution. The 符号 itself is derived; ``generation`` makes it another one
    each time it is acquired anew after an invalidation."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, verbose_name="本人")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, verbose_name="機関")
    generation = models.PositiveIntegerField("世代", default=1)
    assigned_at = models.DateTimeField("付与日時")
    invalidated_at = models.DateTimeField("失効日時", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "institution"], name="assignment_of_institution")
        ]


class Acquisition(models.Model):
    """That a 取得番号 has served: its keyed digest, for a short while (番号法21条の2第3項)."""

    number = models.BinaryField("取得番号の鍵付きダイジェスト", max_length=32, primary_key=True)
    resident = models.BinaryField("住民票コードの鍵付きダイジェスト", max_length=32)
    at = models.DateTimeField("日時", db_index=True)


class Outgoing(models.Model):
    """A message to an institution; gone as soon as it is acknowledged."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, db_index=False, verbose_name="宛先"
    )
    sort = models.CharField("種類", max_length=10, choices=Sort)
    reference = models.CharField("提供許可証番号", max_length=40, blank=True)
    sealed = models.BinaryField("暗号文")
    queued_at = models.DateTimeField("登録日時")
    expires_at = models.DateTimeField("期限", null=True, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["institution", "sort", "queued_at"], name="outgoing_by_institution")]


class Route(models.Model):
    """How the deliveries to an institution go: one that does not answer is left alone for a while."""

    institution = models.OneToOneField(
        Institution, on_delete=models.PROTECT, primary_key=True, verbose_name="機関"
    )
    attempts = models.PositiveIntegerField("失敗の回数", default=0)
    next_at = models.DateTimeField("次に送る日時")
    error = models.CharField("状況", max_length=60, blank=True)


class Record(models.Model):
    """情報提供等の記録 of the core (番号法23条3項): every permit and every refusal, for seven years."""

    permit = models.CharField("提供許可証番号", max_length=40, unique=True, null=True)
    processing_number = models.CharField("処理通番", max_length=40)
    inquirer = models.CharField("情報照会者", max_length=16)
    inquirer_name = models.CharField("情報照会者の名称", max_length=100)
    provider = models.CharField("情報提供者", max_length=16)
    provider_name = models.CharField("情報提供者の名称", max_length=100, blank=True)
    item = models.CharField("表の項", max_length=8)
    work = models.CharField("事務", max_length=16)
    procedure = models.CharField("事務手続", max_length=16)
    information = models.CharField("特定個人情報名", max_length=16)
    starts_on = models.DateField("照会開始日付", null=True)
    ends_on = models.DateField("照会終了日付", null=True)
    list_version = models.PositiveIntegerField("照合リストの版")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, verbose_name="本人")
    asked_at = models.DateTimeField("求めの日時", db_index=True)
    answer_by = models.DateTimeField("回答期限", null=True)
    refusal = models.CharField("不許可の理由", max_length=30, blank=True)
    asked = models.BinaryField("照会内容の鍵付きダイジェスト", max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inquirer", "processing_number"], name="record_of_inquiry"),
            models.CheckConstraint(
                condition=Q(permit=None, answer_by=None) & ~Q(refusal="")
                | Q(permit__isnull=False, answer_by__isnull=False, refusal=""),
                name="record_permits_or_refuses",
            ),
        ]


class Reply(models.Model):
    """The inquirer's permit, sealed, to be given again to a repeated request while it counts."""

    record = models.OneToOneField(
        Record, on_delete=models.CASCADE, primary_key=True, related_name="reply", verbose_name="記録"
    )
    sealed = models.BinaryField("暗号文")
    until = models.DateTimeField("期限", db_index=True)


class Ending(models.Model):
    """How a permit ended, as one side or the core itself (undelivered) tells. No content (番号法23条)."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="endings", verbose_name="記録")
    side = models.CharField("申告者", max_length=10)
    result = models.CharField("結果", max_length=10)
    refusal = models.CharField("理由", max_length=30, blank=True)
    at = models.DateTimeField("提供・終了の日時")
    told_at = models.DateTimeField("受付日時")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "side"], name="ending_of_side")]


class Corrected(models.Model):
    """A correction of a 情報提供等記録 that was passed on to the other side (番号法31条)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, verbose_name="記録")
    sender = models.CharField("申告者", max_length=16)
    receiver = models.CharField("通知先", max_length=16)
    sealed = models.BinaryField("訂正の内容(暗号文)")
    digest = models.BinaryField("鍵付きダイジェスト", max_length=32)
    at = models.DateTimeField("日時")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "digest"], name="corrected_once")]
