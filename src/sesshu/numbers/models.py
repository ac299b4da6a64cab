"""What the vault keeps. A number stands here as ciphertext and as a keyed digest, never otherwise."""

from __future__ import annotations

import secrets
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sesshu.numbers.choices import IdentityCheck, NumberPurpose, Scope
from sesshu.protection.keys.models import TenantKey
from sesshu.protection.tenancy import TenantModel


class System(models.Model):
    """A system on the list of those that may connect (U05, control 58). The vault's process only reads it."""

    client = models.CharField("クライアントID", max_length=60, primary_key=True)
    name = models.CharField("名称", max_length=100)
    certificate = models.CharField("証明書の指紋(SHA-256)", max_length=43)
    public_key = models.JSONField("公開鍵(JWK)")
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope), verbose_name="権限")
    purposes = ArrayField(models.CharField(max_length=20, choices=NumberPurpose), verbose_name="目的")
    municipalities = ArrayField(models.CharField(max_length=6), verbose_name="市区町村")
    business = models.CharField("業務ID", max_length=3, default="019")
    # Its 宛名番号 are numbers of its own, and say nothing of who has the same one elsewhere in the city.
    own_numbers = models.BooleanField("独自の宛名番号", default=False)
    is_active = models.BooleanField("有効", default=True)

    def __str__(self) -> str:
        return self.client


class Assertion(models.Model):
    """A client's assertion that was used; none serves twice (RFC 7523 §3)."""

    client = models.CharField("クライアントID", max_length=60)
    jti = models.CharField("識別子", max_length=100)
    expires_at = models.DateTimeField("有効期限")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "jti"], name="assertion_once")]


class Holder(TenantModel):
    """An addressee with a number, known here by the 宛名番号 alone."""

    addressee_number = models.CharField("宛名番号", max_length=15)
    key_id = models.UUIDField("鍵")
    erased_at = models.DateTimeField("消去日時", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "addressee_number"],
                condition=Q(erased_at=None),
                name="holder_addressee",
            ),
        ]

    def __str__(self) -> str:
        return self.addressee_number


class IndividualNumber(TenantModel):
    """One number of a holder. After 番号変更 the old one stays as history with its last day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.ForeignKey(Holder, on_delete=models.PROTECT, related_name="numbers", verbose_name="本人")
    sealed = models.BinaryField("暗号文", max_length=64)
    index_key = models.ForeignKey(TenantKey, on_delete=models.PROTECT, verbose_name="索引鍵の版")
    digest = models.BinaryField("索引", max_length=32)
    identity_check = models.CharField("本人確認の方法", max_length=20, choices=IdentityCheck)
    checked_on = models.DateField("本人確認日")
    checked_by = models.CharField("本人確認者", max_length=60)
    registered_at = models.DateTimeField("登録日時")
    valid_from = models.DateField("有効開始日")
    ended_on = models.DateField("変更日", null=True)
    reason = models.CharField("変更理由", max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "index_key", "digest"],
                condition=Q(ended_on=None),
                name="number_of_one_holder",
            ),
            models.UniqueConstraint(
                fields=["holder"], condition=Q(ended_on=None), name="holder_has_one_number"
            ),
        ]
        indexes = [models.Index(fields=["municipality_code", "digest"], name="number_by_digest")]


class ResidentCode(TenantModel):
    """The 住民票コード of a holder: ciphertext under the holder's key, and a keyed digest against doubles.

    Used for one thing, the acquisition of a 符号 (番号法21条の2).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.OneToOneField(Holder, on_delete=models.PROTECT, related_name="resident_code")
    sealed = models.BinaryField("暗号文", max_length=64)
    index_key = models.ForeignKey(TenantKey, on_delete=models.PROTECT, verbose_name="索引鍵の版")
    digest = models.BinaryField("索引", max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "index_key", "digest"], name="resident_code_of_one_holder"
            ),
        ]


def new_token() -> str:
    """160 random bits. The letter before them keeps a token from ever looking like a number."""
    return f"t{secrets.token_hex(20)}"


class Token(TenantModel):
    """What another system holds in a number's place: random, and another one for each purpose and system."""

    value = models.CharField("トークン", max_length=41, default=new_token, unique=True)
    holder = models.ForeignKey(Holder, on_delete=models.CASCADE, related_name="tokens", verbose_name="本人")
    client = models.CharField("システム", max_length=60)
    purpose = models.CharField("目的", max_length=20, choices=NumberPurpose)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder", "client", "purpose"], name="token_once")]


class DuplicateAlarm(TenantModel):
    """A number was offered for one addressee while another has it; refused, and to be cleared up by hand."""

    at = models.DateTimeField("日時")
    offered_for = models.CharField("登録しようとした宛名番号", max_length=15)
    held_by = models.CharField("登録済みの宛名番号", max_length=15)
    origin = models.CharField("経路", max_length=60)
    resolved_at = models.DateTimeField("確認日時", null=True)
    resolved_by = models.CharField("確認者", max_length=120, blank=True)
    resolution = models.CharField("確認結果", max_length=200, blank=True)


class Answer(TenantModel):
    """What was answered under an Idempotency-Key; a repeated request gets it again."""

    client = models.CharField("システム", max_length=60)
    key = models.CharField("キー", max_length=100)
    index_key = models.ForeignKey(TenantKey, on_delete=models.CASCADE, verbose_name="鍵の版")
    fingerprint = models.BinaryField("内容の指紋", max_length=32)
    status = models.PositiveSmallIntegerField("応答コード")
    body = models.JSONField("応答")
    at = models.DateTimeField("日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "client", "key"], name="answer_once")
        ]


class Attempt(TenantModel):
    """How often someone searched or revealed in a span of time; for the limits."""

    client = models.CharField("システム", max_length=60)
    actor = models.CharField("操作者", max_length=60)
    operation = models.CharField("操作", max_length=20)
    span = models.BigIntegerField("時間帯")
    count = models.PositiveIntegerField("回数", default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "client", "actor", "operation", "span"], name="attempts_of_span"
            )
        ]


class Access(TenantModel):
    """Each use of a number: who, for what, on what ground. Never a number (S05, control 22)."""

    at = models.DateTimeField("日時")
    request_id = models.UUIDField("要求ID")
    client = models.CharField("システム", max_length=60)
    actor = models.CharField("操作者", max_length=60)
    terminal = models.CharField("端末", max_length=64, blank=True)
    operation = models.CharField("操作", max_length=20)
    purpose = models.CharField("目的", max_length=20, blank=True)
    addressee_number = models.CharField("宛名番号", max_length=15, blank=True)
    count = models.PositiveIntegerField("件数", default=1)
    result = models.CharField("結果", max_length=20)

    class Meta:
        indexes = [
            models.Index(fields=["municipality_code", "at"], name="access_by_time"),
            models.Index(fields=["municipality_code", "request_id"], name="access_by_request"),
        ]
