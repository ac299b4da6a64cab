"""住登外者 with every version of what was told of them, and the clients of the API with their tokens."""

from __future__ import annotations

import hashlib
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from sesshu.kernel import clock
from sesshu.numbers.unregistered import choices
from sesshu.protection.keys.models import TenantKey
from sesshu.protection.tenancy import TenantModel


class Unregistered(TenantModel):
    """One 住登外者宛名番号. After 名寄せ another number stands for it; it is never given again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    addressee_number = models.CharField("住登外者宛名番号", max_length=15)
    key_id = models.UUIDField("鍵", null=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, verbose_name="名寄せ先")
    made_at = models.DateTimeField("付番日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "addressee_number"], name="unregistered_number_once"
            )
        ]

    def __str__(self) -> str:
        return self.addressee_number


class Version(TenantModel):
    """What a business told, sealed with the person's key; found by digests of name, カナ and birth date."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Unregistered, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("履歴番号")
    kind = models.CharField("処理区分", max_length=1, choices=choices.Processing)
    business = models.CharField("業務ID", max_length=3)
    operator = models.CharField("操作者ID", max_length=10)
    told_at = models.DateTimeField("操作日時")
    at = models.DateTimeField("登録日時")
    is_hidden = models.BooleanField("他業務参照不可", default=False)
    sealed = models.BinaryField("内容の暗号文", max_length=8192)
    tenant_key = models.ForeignKey(
        TenantKey, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="鍵の版"
    )
    name_digest = models.BinaryField("氏名の索引", max_length=32)
    kana_digest = models.BinaryField("氏名カナの索引", max_length=32)
    birth_digest = models.BinaryField("生年月日の索引", max_length=32)
    request_digest = models.BinaryField("要求の指紋", max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "number"], name="version_once")]
        indexes = [
            models.Index(fields=["municipality_code", "name_digest"], name="unregistered_by_name"),
            models.Index(fields=["municipality_code", "kana_digest"], name="unregistered_by_kana"),
            models.Index(fields=["municipality_code", "birth_digest"], name="unregistered_by_birth"),
            models.Index(fields=["municipality_code", "request_digest"], name="unregistered_by_request"),
        ]


class Joining(TenantModel):
    """名寄せ and 解除 of two numbers: one line each, never changed."""

    source = models.ForeignKey(Unregistered, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Unregistered, on_delete=models.PROTECT, related_name="+")
    is_undoing = models.BooleanField("解除")
    at = models.DateTimeField("日時")
    by = models.CharField("操作者", max_length=120)


class ApiClient(models.Model):
    """A business that may call, in one municipality. Its secret is derived, and stands nowhere.

    The process at the door only reads this table. The methods are those that the OAuth server asks for.
    """

    client_id = models.CharField("クライアントID", max_length=32, primary_key=True)
    name = models.CharField("名称", max_length=100)
    city = models.CharField("市区町村コード", max_length=6)
    business = models.CharField("業務ID", max_length=3)
    scopes = ArrayField(models.CharField(max_length=80), verbose_name="スコープ")
    nonce = models.CharField("シークレットの種", max_length=64)
    is_active = models.BooleanField("有効", default=True)

    def __str__(self) -> str:
        return self.name

    def get_client_id(self) -> str:
        return self.client_id

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """What was asked for, if all of it is allowed; everything when nothing was."""
        asked = (scope or "").split()
        return " ".join(asked or self.scopes) if set(asked) <= set(self.scopes) else None

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_jwt"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"


def token_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class AccessToken(models.Model):
    """A token given, known by its digest alone and bound to the certificate of its connection."""

    digest = models.BinaryField("トークンの要約値", max_length=32, primary_key=True)
    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, verbose_name="クライアント")
    certificate = models.CharField("証明書の指紋(SHA-256)", max_length=43)
    scope = models.CharField("スコープ", max_length=400)
    issued_at = models.DateTimeField("発行日時")
    expires_at = models.DateTimeField("有効期限")
    revoked_at = models.DateTimeField("取消日時", null=True)

    def check_client(self, client: ApiClient) -> bool:
        return self.client_id == client.pk

    def get_scope(self) -> str:
        return self.scope

    def get_expires_in(self) -> int:
        return int((self.expires_at - self.issued_at).total_seconds())

    def is_expired(self) -> bool:
        return self.expires_at <= clock.now()

    def is_revoked(self) -> bool:
        return self.revoked_at is not None or not self.client.is_active
