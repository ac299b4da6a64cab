"""The register of terminals: what was asked for, by whom it was approved, and each certificate (S03)."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q

from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel
from sesshu.protection.terminals.choices import Application, Kind, State

# A signing request of a few hundred bytes; what is much longer is none.
LONGEST_REQUEST = 8_192


class Terminal(TenantModel):
    """A machine of the city. Its name says where it stands, never who sits before it."""

    number = models.PositiveIntegerField("端末番号")
    name = models.CharField("名称", max_length=40)
    place = models.CharField("設置場所", max_length=60)
    kind = models.CharField("種類", max_length=20, choices=Kind.choices)
    section = models.CharField("管理課", max_length=40)
    may_take_out = models.BooleanField("持出しの許可", default=False)
    state = models.CharField("状態", max_length=20, choices=State.choices, default=State.REQUESTED)
    state_reason = models.CharField("理由", max_length=200, blank=True)
    state_at = models.DateTimeField("状態の日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "number"], name="terminal_number"),
        ]

    def __str__(self) -> str:
        return f"{self.identifier} {self.name}"

    @property
    def identifier(self) -> str:
        """What the certificate and the audit log call it."""
        return f"T{self.number:04d}"


class TerminalApplication(TenantModel):
    """One asks, another decides; PostgreSQL refuses the row in which both are one person."""

    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="applications")
    kind = models.CharField("申請の種類", max_length=20, choices=Application.choices)
    reason = models.CharField("申請理由", max_length=200, blank=True)
    signing_request = models.TextField(
        "証明書署名要求", blank=True, validators=[MaxLengthValidator(LONGEST_REQUEST)]
    )
    requested_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("申請日時")
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("決定日時", null=True)
    approved = models.BooleanField("承認", null=True)
    decision_reason = models.CharField("決定の理由", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="terminal_decided_by_another",
            ),
            models.UniqueConstraint(
                fields=["terminal"],
                condition=Q(decided_at__isnull=True),
                name="terminal_one_open_application",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.terminal_id}"


class Certificate(TenantModel):
    """A certificate of ours. What is refused is decided by this row, at every request."""

    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="certificates")
    application = models.OneToOneField(TerminalApplication, on_delete=models.PROTECT)
    serial = models.CharField("シリアル番号", max_length=40)
    fingerprint = models.CharField("フィンガープリント（SHA-256）", max_length=64, unique=True)
    pem = models.TextField("証明書")
    starts_at = models.DateTimeField("有効期間の始め")
    ends_at = models.DateTimeField("有効期間の終わり")
    revoked_at = models.DateTimeField("失効日時", null=True)
    revoked_reason = models.CharField("失効理由", max_length=200, blank=True)

    def __str__(self) -> str:
        return self.serial


class Sighting(TenantModel):
    """When a certificate was last shown. Apart from it, so that a busy terminal delays no revocation."""

    certificate = models.OneToOneField(Certificate, primary_key=True, on_delete=models.CASCADE)
    at = models.DateTimeField("最終使用日時", null=True)

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.at}"
