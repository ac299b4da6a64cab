"""The tree over the audit log, its checkpoints and witnesses, reviews of the log and alerts."""

from __future__ import annotations

from typing import Any

from django.db import models

from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.tenancy import TenantModel


class Leaf(TenantModel):
    """The place of a committed event in the tree; added once, never changed."""

    event = models.OneToOneField(
        AuditEvent, on_delete=models.DO_NOTHING, primary_key=True, db_constraint=False, verbose_name="記録"
    )
    index = models.BigIntegerField("順番")
    hash = models.BinaryField("ハッシュ値", max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality_code", "index"], name="leaf_once")]


class Subtree(TenantModel):
    """The root of a complete subtree of 2^level leaves; level is a multiple of 8."""

    level = models.SmallIntegerField("段")
    index = models.BigIntegerField("順番")
    hash = models.BinaryField("ハッシュ値", max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "level", "index"], name="subtree_once")
        ]


class Settling(TenantModel):
    """Up to this id of the log no event is outstanding: each has its leaf or was rolled back."""

    settled = models.BigIntegerField("確定した記録番号")
    at = models.DateTimeField("日時")

    class Meta:
        indexes = [models.Index(fields=["municipality_code", "-settled"], name="settling_newest")]


class SigningKey(TenantModel):
    """A public key that signed checkpoints, since when."""

    key = models.CharField("公開鍵", max_length=200)
    first_used_at = models.DateTimeField("使い始め")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality_code", "key"], name="signing_key_once")]


class Checkpoint(TenantModel):
    """A signed statement of the log's size and root."""

    size = models.BigIntegerField("件数")
    root = models.BinaryField("ルートハッシュ", max_length=32)
    note = models.TextField("署名した文書")
    at = models.DateTimeField("日時")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality_code", "size"], name="checkpoint_once")]

    @property
    def short_root(self) -> str:
        """The beginning of the root, to be compared by eye."""
        return bytes(self.root).hex()[:16]


class Witness(TenantModel):
    """Another body that signs the city's checkpoints with a key that the city does not hold."""

    key = models.CharField("公開鍵", max_length=200)
    body = models.CharField("団体名", max_length=60)
    url = models.CharField("依頼先", max_length=200, blank=True)
    is_active = models.BooleanField("有効", default=True)
    registered_at = models.DateTimeField("登録日時")
    asked_at = models.DateTimeField("最後の依頼", null=True)
    failure = models.CharField("依頼の失敗", max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality_code", "key"], name="witness_once")]

    def __str__(self) -> str:
        return self.body


class Cosignature(TenantModel):
    """A witness's signature line under a checkpoint."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="cosignatures")
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="cosignatures")
    line = models.CharField("署名", max_length=300)
    at = models.DateTimeField("日時")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="cosigned_once")]


class RefusalCount(TenantModel):
    """Refusals of one account in one minute: the first ones are events, a flood is counted."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, verbose_name="利用者")
    minute = models.DateTimeField("分")
    seen = models.IntegerField("回数")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "account", "minute"], name="refusals_once")
        ]


class StaffPerson(TenantModel):
    """Which addressee a member of staff is: only to notice that the own household is looked at."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, verbose_name="利用者")
    addressee_id = models.BigIntegerField("本人の宛名")
    registered_at = models.DateTimeField("登録日時")


class RuleSetting(TenantModel):
    """A municipality's own thresholds of a rule; what is not set has the default."""

    rule = models.CharField("規則", max_length=30)
    enabled = models.BooleanField("有効", default=True)
    thresholds: Any = models.JSONField("しきい値", default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality_code", "rule"], name="rule_once")]


class AlertState(models.TextChoices):
    OPEN = "open", "未対応"
    CHECKING = "checking", "確認中"
    JUSTIFIED = "justified", "問題なし"
    IMPROPER = "improper", "不適切"


class Alert(TenantModel):
    """Unusual use of the log's own evidence: ids of events and counts, no person's data."""

    rule = models.CharField("規則", max_length=30)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="alerts", verbose_name="利用者"
    )
    day = models.DateField("対象日")
    key = models.CharField("区別", max_length=60, blank=True)
    grave = models.BooleanField("至急", default=False)
    evidence: Any = models.JSONField("根拠", default=dict)
    raised_at = models.DateTimeField("検知日時")
    state = models.CharField("状態", max_length=12, choices=AlertState, default=AlertState.OPEN)
    note = models.CharField("確認結果", max_length=30, blank=True)
    handled_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="確認者"
    )
    handled_at = models.DateTimeField("確認日時", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "rule", "account", "day", "key"], name="alert_once"
            )
        ]
        indexes = [models.Index(fields=["municipality_code", "-raised_at"], name="alert_newest")]


class Watching(TenantModel):
    """How far the rules have read the log."""

    size = models.BigIntegerField("読んだ件数", default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality_code"], name="watching_once")]


class Review(TenantModel):
    """The review of one month's log: a random sample and every alert, signed off by the security officer."""

    month = models.DateField("対象月")
    seed = models.CharField("乱数の種", max_length=64)
    log_size = models.BigIntegerField("種を定めた時の件数")
    opened_at = models.DateTimeField("開始日時")
    due = models.DateField("期限")
    drawn_at = models.DateTimeField("抽出日時", null=True)
    signed_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="承認者"
    )
    signed_at = models.DateTimeField("承認日時", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality_code", "month"], name="review_once")]


class Finding(models.TextChoices):
    NONE = "", "未確認"
    FINE = "fine", "問題なし"
    CHECKING = "checking", "確認中"
    IMPROPER = "improper", "不適切"


class ReviewItem(TenantModel):
    """One access to look at: drawn, or brought by an alert."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="items")
    event = models.ForeignKey(AuditEvent, null=True, on_delete=models.PROTECT, related_name="+")
    alert = models.ForeignKey(Alert, null=True, on_delete=models.PROTECT, related_name="+")
    stratum = models.CharField("層", max_length=30)
    finding = models.CharField("所見", max_length=10, choices=Finding, blank=True, default="")
    note = models.CharField("理由", max_length=30, blank=True)
    found_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="確認者"
    )
    found_at = models.DateTimeField("確認日時", null=True)

    class Meta:
        indexes = [models.Index(fields=["review", "id"], name="review_items")]
