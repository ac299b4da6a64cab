"""What one intermediate server keeps. 団体内統合宛名番号, 符号 and contents stand here as ciphertext and as
keyed digests, never otherwise (:mod:`.sealing`); a 個人番号, 住民票コード or 宛名番号 never comes here (M14).
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sesshu.intermediate.batch_models import InquiryBatch, Manifest, Rejection, Replica
from sesshu.intermediate.choices import AcquisitionState, InquiryState, ProvisionState
from sesshu.intermediate.opinion_models import Opinion
from sesshu.intermediate.person_models import Person
from sesshu.intermediate.record_models import Record
from sesshu.intermediate.system_models import (
    Correspondent,
    DirectoryCopy,
    ExpiryRun,
    ListCopy,
    Notice,
    Outbox,
)
from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel
from sesshu.protocol.refusals import sentence_of

__all__ = [
    "Acquisition", "Correspondent", "DirectoryCopy", "ExpiryRun", "InformationFlag", "Inquiry",
    "InquiryBatch", "ListCopy", "Manifest", "Notice", "Opinion", "Outbox", "Person", "Provision", "Record",
    "Rejection", "Replica",
]  # fmt: skip


class Acquisition(TenantModel):
    """One asking for a 符号. Its 取得番号 is forgotten when the 符号 has come (番号法21条の2第4項)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, verbose_name="本人")
    processing_number = models.CharField("処理通番", max_length=33)
    digest = models.BinaryField("取得番号の索引", max_length=32)
    sealed_number = models.BinaryField("取得番号", max_length=100)
    state = models.CharField("状態", max_length=10, choices=AcquisitionState, default=AcquisitionState.ASKED)
    refusal = models.CharField("拒否の理由", max_length=30, blank=True)
    asked_at = models.DateTimeField("取得依頼日時")
    ended_at = models.DateTimeField("完了日時", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "digest"], name="acquisition_digest"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="asked"), name="acquisition_one_pending"
            ),
        ]


class InformationFlag(TenantModel):
    """自動応答不可 and 不開示 of one 特定個人情報 of a person; those of the person stand in the person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, verbose_name="本人")
    information = models.CharField("特定個人情報名コード", max_length=16)
    no_auto_reply = models.BooleanField("自動応答不可", default=False)
    nondisclosure = models.BooleanField("不開示", default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "information"], name="flag_of_information")]


class Exchange(TenantModel):
    """What an inquiry and a provision have in common: what was asked of whom, by which row of the list."""

    processing_number = models.CharField("処理通番", max_length=33)
    item = models.CharField("別表の項", max_length=6)
    work = models.CharField("事務コード", max_length=16)
    procedure = models.CharField("事務手続コード", max_length=16)
    information = models.CharField("特定個人情報名コード", max_length=16)
    information_name = models.CharField("特定個人情報名", max_length=200)
    legal_basis = models.CharField("根拠", max_length=200)
    fields = ArrayField(models.CharField(max_length=60), default=list, verbose_name="提供を許された項目")
    starts_on = models.DateField("照会開始日付", null=True)
    ends_on = models.DateField("照会終了日付", null=True)
    list_version = models.PositiveIntegerField("照合リストの版")
    nondisclosure = models.BooleanField("不開示", default=False)
    refusal = models.CharField("拒否の理由", max_length=30, blank=True)
    answer_by = models.DateTimeField("回答期限")
    answered_at = models.DateTimeField("回答日時", null=True)
    ended_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        abstract = True

    @property
    def refusal_sentence(self) -> str:
        """Why not, for people; empty when nothing was refused."""
        return sentence_of(self.refusal)


class Inquiry(Exchange):
    """An inquiry of ours (SKI). ``reference`` is the city's; the same one again is the same inquiry."""

    reference = models.CharField("照会の参照番号", max_length=64)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, verbose_name="本人")
    provider = models.CharField("提供者の機関コード", max_length=16)
    department = models.CharField("照会者部署コード", max_length=20, blank=True)
    actor = models.CharField("照会者", max_length=60)
    batch = models.ForeignKey(InquiryBatch, null=True, on_delete=models.CASCADE, verbose_name="一括照会")
    line = models.PositiveIntegerField("行", null=True)
    state = models.CharField("状態", max_length=10, choices=InquiryState, default=InquiryState.ACCEPTED)
    permit = models.CharField("提供許可証", max_length=33, blank=True)
    asked_at = models.DateTimeField("受付日時")
    permitted_at = models.DateTimeField("許可日時", null=True)
    taken_at = models.DateTimeField("受取日時", null=True)
    answer_digest = models.BinaryField("回答の指紋", max_length=32, null=True)
    sealed_answer = models.BinaryField("回答", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "reference"], name="exchange_inquiry_reference"
            ),
            models.UniqueConstraint(fields=["municipality_code", "processing_number"], name="inquiry_number"),
        ]
        indexes = [
            models.Index(fields=["municipality_code", "permit"], name="inquiry_permit"),
            models.Index(
                fields=["municipality_code", "id"],
                condition=Q(taken_at=None, batch=None, state__in=["answered", "refused", "expired"]),
                name="inquiry_to_take",
            ),
            models.Index(
                fields=["municipality_code", "answer_by"],
                condition=Q(state__in=["accepted", "permitted"]),
                name="inquiry_open",
            ),
            models.Index(fields=["batch", "line"], name="inquiry_of_batch"),
            models.Index(fields=["municipality_code", "asked_at"], name="inquiry_by_time"),
        ]

    def __str__(self) -> str:
        return self.processing_number


class Provision(Exchange):
    """An inquiry of another institution that the network permitted (TKY).

    :ivar permit: the permit's id, :ivar token_digest: of what it allows; another permit of that id is a
        replay. :ivar decision_reason: of a person's decision; only the records of this side show it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    permit = models.CharField("提供許可証", max_length=33)
    token_digest = models.BinaryField("許可証の指紋", max_length=32)
    inquirer = models.CharField("照会者の機関コード", max_length=16)
    route = models.CharField("回答先", max_length=200)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, verbose_name="本人")
    state = models.CharField("状態", max_length=10, choices=ProvisionState, default=ProvisionState.RECEIVED)
    received_at = models.DateTimeField("受付日時")
    records_count = models.PositiveIntegerField("提供した件数", default=0)
    delivered_at = models.DateTimeField("送信日時", null=True)
    decided_at = models.DateTimeField("確認日時", null=True)
    decided_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="確認者"
    )
    decision_reason = models.CharField("確認の理由", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "permit"], name="provision_permit"),
            models.UniqueConstraint(
                fields=["municipality_code", "inquirer", "processing_number"], name="provision_number"
            ),
        ]
        indexes = [
            models.Index(
                fields=["municipality_code", "state", "received_at"],
                condition=Q(state__in=["received", "waiting", "answered"]),
                name="provision_open",
            ),
            models.Index(fields=["municipality_code", "received_at"], name="provision_by_time"),
        ]

    def __str__(self) -> str:
        return self.permit
