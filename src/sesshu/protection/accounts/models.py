"""Who holds which role, for what, how long and by whose leave; nothing here is overwritten or removed."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from sesshu.protection.accounts.choices import AccountKind, NarrowingKind, RequestKind, RequestState
from sesshu.protection.accounts.review_models import Campaign, PersonnelFile, PersonnelRow, ReviewItem
from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel

__all__ = [
    "AuthorityRequest", "Campaign", "Contract", "Grant", "Narrowing", "PersonnelFile", "PersonnelRow",
    "Profile", "ReviewItem", "RoleVersion", "SharedIds", "SharedMember",
]  # fmt: skip


def _who(words: str, *, related: str = "+", null: bool = True) -> Any:
    return models.ForeignKey(
        Account, null=null, on_delete=models.PROTECT, related_name=related, verbose_name=words
    )


class RoleVersion(TenantModel):
    """What a role of this city held from ``recorded_at`` on; the last one of a code is in force.

    A role without a version is as :mod:`sesshu.protection.roles` defines it.
    """

    role = models.CharField("コード", max_length=30)
    label = models.CharField("名称", max_length=30)
    actions: Any = ArrayField(models.CharField(max_length=60), verbose_name="操作")
    purposes: Any = ArrayField(models.CharField(max_length=60), verbose_name="目的")
    reason = models.CharField("理由", max_length=200)
    asked_by = _who("申請者")
    approved_by = _who("承認者")
    recorded_at = models.DateTimeField("日時")

    class Meta:
        indexes = [models.Index(fields=["municipality_code", "role", "-id"], name="role_by_last")]

    def __str__(self) -> str:
        return self.label


class Contract(TenantModel):
    """A contract under which others work for the city. Its accounts end with it."""

    company = models.CharField("委託先", max_length=100)
    sub_contractor = models.CharField("再委託先", max_length=100, blank=True)
    sub_contract_permission = models.CharField("再委託の許諾", max_length=200, blank=True)
    purpose = models.CharField("委託する業務", max_length=200)
    starts_on = models.DateField("契約期間（から）")
    ends_on = models.DateField("契約期間（まで）")
    ended_on = models.DateField("打切りの日", null=True)
    end_reason = models.CharField("打切りの理由", max_length=200, blank=True)
    registered_by = _who("登録者")
    registered_at = models.DateTimeField("登録日時")

    def __str__(self) -> str:
        return f"{self.company}（{self.purpose}）"


class Profile(TenantModel):
    """What is known of an account beside its name. A contractor's hangs on the contract."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, related_name="profile", verbose_name="利用者"
    )
    kind = models.CharField("種別", max_length=10, choices=AccountKind, default=AccountKind.STAFF)
    section = models.CharField("所属", max_length=40, blank=True)
    employee_number = models.CharField("職員番号", max_length=20, blank=True)
    contract = models.ForeignKey(
        Contract, null=True, on_delete=models.PROTECT, related_name="profiles", verbose_name="契約"
    )
    terminals: Any = ArrayField(
        models.CharField(max_length=64), default=list, blank=True, verbose_name="使える端末"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "employee_number"],
                condition=~models.Q(employee_number=""),
                name="one_account_per_employee",
            )
        ]

    def __str__(self) -> str:
        return f"{self.section} {self.get_kind_display()}"


class Grant(TenantModel):
    """One role held: for which programmes (NULL: all), on which days, why, by whose asking and leave."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="grants", verbose_name="利用者"
    )
    role = models.CharField("役割", max_length=30)
    programmes: Any = ArrayField(models.CharField(max_length=40), null=True, verbose_name="接種種類")
    starts_on = models.DateField("開始日", null=True)
    ends_on = models.DateField("最終日", null=True)
    reason = models.CharField("理由", max_length=200)
    contract = models.ForeignKey(Contract, null=True, on_delete=models.PROTECT, verbose_name="契約")
    asked_by = _who("申請者")
    approved_by = _who("承認者")
    granted_at = models.DateTimeField("付与日時")
    withdrawn_at = models.DateTimeField("取消日時", null=True)
    withdrawn_by = _who("取消した人")
    withdraw_reason = models.CharField("取消の理由", max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "withdrawn_at"], name="grant_by_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.role}"


class Narrowing(TenantModel):
    """One suspension, transfer or retirement with its reason; ``on``: its day (退職: the last in office)."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="narrowings", verbose_name="利用者"
    )
    kind = models.CharField("種類", max_length=10, choices=NarrowingKind)
    on = models.DateField("日")
    reason = models.CharField("理由", max_length=200)
    by = _who("登録者")
    recorded_at = models.DateTimeField("日時")

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="narrowing_by_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.get_kind_display()}"


class AuthorityRequest(TenantModel):
    """What one person asks for and another decides; ``values`` says what, in the terms of its kind."""

    kind = models.CharField("種類", max_length=10, choices=RequestKind)
    account = _who("対象の利用者", related="requests")
    values: Any = models.JSONField("内容", default=dict)
    reason = models.CharField("理由", max_length=200)
    state = models.CharField("状態", max_length=10, choices=RequestState, default=RequestState.WAITING)
    asked_by = _who("申請者", null=False)
    asked_at = models.DateTimeField("申請日時")
    decided_by = _who("決めた人")
    decided_at = models.DateTimeField("決めた日時", null=True)
    decision_note = models.CharField("決めた理由", max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["municipality_code", "state", "-asked_at"], name="request_by_state")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.get_state_display()}）"

    @property
    def about(self) -> str:
        """Whom or what it is about, in a list."""
        if self.account is not None:
            return str(self.account.name)
        return str(self.values.get("name") or self.values.get("label") or "－")


class SharedIds(TenantModel):
    """Whether the city lets several persons use one id; the last row counts, without one they may not."""

    permitted = models.BooleanField("共用IDを認める")
    reason = models.CharField("理由", max_length=200)
    asked_by = _who("申請者")
    approved_by = _who("承認者")
    recorded_at = models.DateTimeField("日時")

    def __str__(self) -> str:
        return "認める" if self.permitted else "認めない"


class SharedMember(TenantModel):
    """A person named to use a shared id."""

    shared = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="shared_members", verbose_name="共用ID"
    )
    member = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="shared_uses", verbose_name="使う人"
    )
    ended_at = models.DateTimeField("外した日時", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shared", "member"], name="member_named_once")]

    def __str__(self) -> str:
        return f"{self.shared_id} {self.member_id}"
