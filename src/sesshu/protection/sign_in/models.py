"""Sessions, counters of wrong tries, tickets of enrolment and the recovery of a lost authenticator.

Three tables stand outside the tenants because they are read before anybody is known: sessions, counters and
refusals of unknown ids. They hold keyed digests, numbers and addresses, never what somebody typed.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q

from sesshu.protection.models import Account
from sesshu.protection.sign_in.choices import CheckMethod, RecoveryState, Stray, TicketKind
from sesshu.protection.tenancy import TenantModel


class Session(AbstractBaseSession):
    """A browser's session. The key is the digest of the cookie: a copy of this table opens nothing."""

    session_key = models.CharField(max_length=64, primary_key=True)
    # No foreign key: the row is written and read before a tenant is known, and says an id only.
    account_id = models.BigIntegerField("利用者", null=True, db_index=True)
    terminal = models.CharField("端末", max_length=64, blank=True)
    opened_at = models.DateTimeField("開始日時")
    seen_at = models.DateTimeField("最後の操作日時")

    @classmethod
    def get_session_store_class(cls) -> Any:
        from sesshu.protection.sign_in.sessions import SessionStore

        return SessionStore


class Counter(models.Model):
    """Wrong tries on one id, terminal or second factor, under its digest; shared by all workers."""

    digest = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    level = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest[:8]


class StrayRefusal(models.Model):
    """A refused sign-in with an id that belongs to no municipality. Only grows."""

    at = models.DateTimeField("日時", db_index=True)
    digest = models.CharField("入力の要約値", max_length=64)
    terminal = models.CharField("端末", max_length=64, blank=True)
    reason = models.CharField("理由", max_length=20, choices=Stray.choices)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.reason}"


class Ticket(TenantModel):
    """登録票: lets one account set its password and register an authenticator, once and for a short time."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("種別", max_length=10, choices=TicketKind.choices)
    secret = models.CharField("登録コードの要約値", max_length=128)
    issued_at = models.DateTimeField("発行日時")
    expires_at = models.DateTimeField("有効期限")
    requested_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    used_at = models.DateTimeField("使用日時", null=True)
    void_at = models.DateTimeField("失効日時", null=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.issued_at:%Y-%m-%d %H:%M}"


class Recovery(TenantModel):
    """A request that an account may enrol (anew); one administrator asks, another one approves (S01, S11)."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="利用者")
    kind = models.CharField("種別", max_length=10, choices=TicketKind.choices)
    requested_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("申請日時")
    check_method = models.CharField("本人確認の方法", max_length=20, choices=CheckMethod.choices)
    check_note = models.CharField("確認した内容", max_length=200)
    state = models.CharField(
        "状態", max_length=10, choices=RecoveryState.choices, default=RecoveryState.ASKED
    )
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("決裁日時", null=True)
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(requested_by=F("account")), name="recovery_not_for_oneself"),
            models.CheckConstraint(
                condition=~Q(state=RecoveryState.APPROVED)
                | (
                    ~Q(decided_by=F("requested_by"))
                    & ~Q(decided_by=F("account"))
                    & Q(decided_by__isnull=False)
                ),
                name="recovery_by_two",
            ),
            models.UniqueConstraint(
                fields=["municipality_code", "account"],
                condition=Q(state=RecoveryState.ASKED),
                name="recovery_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.requested_at:%Y-%m-%d %H:%M}"
