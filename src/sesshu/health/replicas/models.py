"""副本 upkeep: what stands at the intermediate server of each dose, and what is on its way there (M06).

The outbox is written by the database itself in the transaction of the change (:mod:`.watching`); it holds no
content of a person: that is read when it is sent.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sesshu.addressees.models import Addressee
from sesshu.health.ledger.models import Dose
from sesshu.health.replicas.choices import Kind, State
from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel


class Connection(TenantModel):
    """From when on the municipality keeps its 副本; before, nothing is noted for the outbox."""

    started_at = models.DateTimeField("開始日時")
    started_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality_code"], name="replicas_connected_once")]


class ReplicaRecord(TenantModel):
    """A dose as it stands, or is to stand, among the 副本 of one person.

    A merge moves a dose to another person: that is another record. ``record_id`` is random letters (no run of
    digits that could look like a number); ``sequence`` grows with each change of the record.
    """

    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, related_name="+")
    dose = models.ForeignKey(Dose, on_delete=models.PROTECT, related_name="replicas")
    record_id = models.CharField("レコード識別番号", max_length=32)
    sequence = models.IntegerField("更新の順序", default=1)
    put = models.BooleanField("登録", default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dose", "addressee"], name="replica_of_dose_once"),
            # Of the record alone: an index led by the city tempts the planner where it has no statistics yet.
            models.UniqueConstraint(fields=["record_id"], name="replica_record_id"),
        ]
        indexes = [models.Index(fields=["addressee"], name="replica_by_addressee")]


class Flag(TenantModel):
    """自動応答不可 and 不開示 of a person: what staff set, and what was last told to the intermediate server.

    A 支援措置 in force sets both by itself; what staff set adds to it and never takes it away.
    """

    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, related_name="+")
    no_auto_reply = models.BooleanField("自動応答不可", default=False)
    nondisclosure = models.BooleanField("不開示", default=False)
    reason = models.CharField("理由", max_length=200, blank=True)
    set_at = models.DateTimeField("設定日時", null=True)
    set_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    told_no_auto_reply = models.BooleanField(default=False)
    told_nondisclosure = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "addressee"], name="exchange_flag_once")
        ]


class OutboxEntry(TenantModel):
    """One message for the door of ``numbers``. Records of one person go in the order of their ids."""

    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("内容", max_length=10, choices=Kind)
    priority = models.SmallIntegerField(default=2)
    record = models.ForeignKey(ReplicaRecord, null=True, on_delete=models.CASCADE, related_name="+")
    sequence = models.IntegerField("更新の順序", default=0)
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    attempts = models.IntegerField("送信回数", default=0)
    next_at = models.DateTimeField("次の送信", null=True)
    claimed_at = models.DateTimeField("送信開始", null=True)
    message = models.CharField("理由", max_length=200, blank=True)
    made_at = models.DateTimeField("登録日時")
    sent_at = models.DateTimeField("送信日時", null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["municipality_code", "priority", "id"],
                condition=~Q(state="sent"),
                name="outbox_unsent",
            ),
            models.Index(fields=["addressee"], name="outbox_by_addressee"),
            models.Index(
                fields=["municipality_code", "sent_at"], condition=Q(state="sent"), name="outbox_sent"
            ),
        ]
