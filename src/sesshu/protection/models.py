"""Municipalities, staff accounts and the audit log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from sesshu.kernel import clock
from sesshu.protection import rights as holding
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
    is_active = models.BooleanField("有効", default=True)
    serves_from = models.DateField("使い始める日", null=True, blank=True)
    serves_until = models.DateField("使える最後の日", null=True, blank=True)

    USERNAME_FIELD = "login"
    objects = AccountManager()
    _rights: holding.Rights | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def in_service(self) -> bool:
        """Neither suspended nor outside the days for which the account was opened."""
        today = clock.today()
        begun = self.serves_from is None or self.serves_from <= today
        return self.is_active and begun and (self.serves_until is None or today <= self.serves_until)

    @property
    def rights(self) -> holding.Rights:
        """Today's rights; read once for this object, which lives no longer than its request."""
        if self._rights is None or self._rights.day != clock.today():
            self._rights = holding.rights_of(self) if self.pk else holding.by_roles(())
        return self._rights

    @property
    def roles(self) -> list[str]:
        """The codes of the roles held today."""
        return self.rights.roles

    @roles.setter
    def roles(self, roles: Iterable[str]) -> None:
        """For an account that is not saved; a saved one is given roles by an approved request."""
        self._rights = holding.by_roles(roles)

    def may(self, action: str, programme: str | None = None) -> bool:
        """Whether a role held today allows ``action``; with ``programme``, for that programme."""
        return self.in_service and self.rights.allow(action, programme)

    def programmes_for(self, action: str) -> holding.Programmes:
        """For which programmes this account may do ``action``; None is all of them."""
        return self.rights.programmes(action) if self.in_service else frozenset()

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        self._rights = None
        super().refresh_from_db(*args, **kwargs)


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
