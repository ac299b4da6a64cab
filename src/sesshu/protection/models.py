"""Municipalities, staff accounts and the audit log."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from sesshu.protection.roles import Role
from sesshu.protection.tenancy import TenantModel


class Municipality(models.Model):
    """A city that this installation serves. Public facts only; no resident's data."""

    code = models.CharField("市区町村コード", max_length=6, primary_key=True)
    prefecture = models.CharField("都道府県", max_length=4)
    name = models.CharField("名称", max_length=20)
    section = models.CharField("担当課", max_length=40, default="健康課")
    section_telephone = models.CharField("担当課電話番号", max_length=20, blank=True)
    section_address = models.CharField("担当課所在地", max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(login=username)


class Account(AbstractBaseUser):
    """A member of staff. Sign-in comes before any tenant is known, so this table has no tenant policy."""

    login = models.CharField("利用者ID", max_length=40, unique=True)
    name = models.CharField("氏名", max_length=60)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, verbose_name="市区町村")
    roles = ArrayField(models.CharField(max_length=30, choices=Role.choices), verbose_name="役割")
    is_active = models.BooleanField("有効", default=True)

    USERNAME_FIELD = "login"
    objects = AccountManager()

    def __str__(self) -> str:
        return self.name

    def may(self, action: str) -> bool:
        """Whether one of this account's roles allows ``action``."""
        return self.is_active and any(action in Role(role).actions for role in self.roles)


class AuditEvent(TenantModel):
    """Who did what to whom, when and why. Ids only; never a name, never an Individual Number (S05)."""

    at = models.DateTimeField("日時")
    account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, db_index=False, verbose_name="操作者"
    )
    actor = models.CharField("操作主体", max_length=60)
    terminal = models.CharField("端末", max_length=64, blank=True)
    action = models.CharField("操作", max_length=60)
    purpose = models.CharField("目的", max_length=60, blank=True)
    subjects = ArrayField(models.BigIntegerField(), default=list, verbose_name="対象者")
    count = models.IntegerField("件数")
    detail: Any = models.JSONField("内容", default=dict)
    result = models.CharField("結果", max_length=20, default="ok")

    class Meta:
        indexes = [
            models.Index(fields=["municipality_code", "at"], name="audit_by_time"),
            models.Index(fields=["municipality_code", "account", "at"], name="audit_by_account"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"
