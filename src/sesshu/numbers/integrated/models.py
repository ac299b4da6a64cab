"""Who has which 団体内統合宛名番号, and under which 宛名番号 each business knows the person (U01–U03)."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sesshu.numbers.models import Holder
from sesshu.protection.keys.models import TenantKey
from sesshu.protection.tenancy import TenantModel


class Person(TenantModel):
    """One 団体内統合宛名番号. The row is never removed, so that no number is given twice.

    The number stands here sealed with the municipality's key, since it is read in bulk, and as a keyed
    digest; basic information is sealed with the person's own key.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number_sealed = models.BinaryField("統合宛名番号の暗号文", max_length=64)
    number_digest = models.BinaryField("統合宛名番号の索引", max_length=32)
    tenant_key = models.ForeignKey(TenantKey, null=True, on_delete=models.PROTECT, verbose_name="鍵の版")
    holder = models.ForeignKey(
        Holder, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="個人番号の本人"
    )
    key_id = models.UUIDField("鍵", null=True)
    basic_sealed = models.BinaryField("基本情報の暗号文", max_length=4096)
    basic_digest = models.BinaryField("氏名カナ・生年月日・性別の索引", max_length=32)
    assigned_at = models.DateTimeField("付番日時")
    updated_at = models.DateTimeField("更新日時")
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="absorbed", verbose_name="名寄せ先"
    )
    ended_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "tenant_key", "number_digest"], name="integrated_number_once"
            ),
            models.UniqueConstraint(
                fields=["holder"], condition=Q(ended_at=None), name="integrated_holder_once"
            ),
        ]
        indexes = [
            models.Index(fields=["municipality_code", "number_digest"], name="integrated_by_number"),
            models.Index(fields=["municipality_code", "basic_digest"], name="integrated_by_basic"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Link(TenantModel):
    """A business's 宛名番号 of a person. ``is_shared``: it is the city's, the same in other businesses."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="links", verbose_name="本人")
    business = models.CharField("業務ID", max_length=3)
    addressee_number = models.CharField("宛名番号", max_length=15)
    is_shared = models.BooleanField("市共通の宛名番号", default=True)
    linked_at = models.DateTimeField("結付け日時")
    ended_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "business", "addressee_number"],
                condition=Q(ended_at=None),
                name="link_of_addressee",
            )
        ]

    def __str__(self) -> str:
        return f"{self.business}:{self.addressee_number}"


class Merge(TenantModel):
    """One 名寄せ, and its undoing: what was moved is kept, so that it can be moved back."""

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="残した人")
    absorbed = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="寄せた人")
    links = ArrayField(models.BigIntegerField(), verbose_name="移した宛名番号")
    reason = models.CharField("理由", max_length=200)
    at = models.DateTimeField("日時")
    by = models.CharField("操作者", max_length=120)
    undone_at = models.DateTimeField("解除日時", null=True)
    undone_by = models.CharField("解除した人", max_length=120, blank=True)
    undone_reason = models.CharField("解除の理由", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"], condition=Q(undone_at=None), name="merge_in_force_once"
            )
        ]


class CodeTask(TenantModel):
    """The outbox of 符号: what is to be asked of intermediate server and network until they have taken it.

    ``acquisition_number`` stands here only from its issue to its acceptance (番号法21条の2).
    """

    class Kind(models.TextChoices):
        ACQUIRE = "acquire", "符号の取得"
        INVALIDATE = "invalidate", "符号の失効"

    class State(models.TextChoices):
        DUE = "due", "未送信"
        ASKED = "asked", "取得番号の発行済み"
        DONE = "done", "完了"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="code_tasks")
    kind = models.CharField("区分", max_length=10, choices=Kind)
    state = models.CharField("状態", max_length=6, choices=State, default=State.DUE)
    again = models.BooleanField("失効後に取得し直す", default=False)
    acquisition_number = models.CharField("取得番号", max_length=41, blank=True)
    attempts = models.PositiveIntegerField("回数", default=0)
    next_at = models.DateTimeField("次の送信日時")
    trouble = models.CharField("前回の結果", max_length=60, blank=True)
    made_at = models.DateTimeField("登録日時")
    done_at = models.DateTimeField("完了日時", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=~Q(state="done"), name="code_task_open_once")
        ]
        indexes = [
            models.Index(
                fields=["municipality_code", "next_at"], condition=~Q(state="done"), name="code_tasks_open"
            )
        ]
