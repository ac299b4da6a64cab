"""情報照会: who was asked about whom for what, what came of it, and what was provided (M02)."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from sesshu.addressees.models import Addressee
from sesshu.health.inquiries import choices
from sesshu.health.ledger.models import Dose
from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel

_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def new_reference() -> str:
    """Random letters: no run of digits could look like a number of a person."""
    return secrets.token_hex(16).translate(_LETTERS)


class Institution(TenantModel):
    """A body that may be asked, from the list that the city loads (``sesshu institutions import``)."""

    code = models.CharField("機関コード", max_length=16)
    kind = models.CharField("種別", max_length=20, choices=choices.InstitutionKind)
    name = models.CharField("名称", max_length=100)
    name_kana = models.CharField("読み仮名", max_length=200, blank=True)
    prefecture = models.CharField("都道府県", max_length=12, blank=True)
    listed = models.BooleanField("一覧にある", default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "code"], name="institution_code_once")
        ]

    def __str__(self) -> str:
        return self.name


class InquiryRun(TenantModel):
    """Inquiries about several persons at once: all who moved in within a period."""

    since = models.DateField("転入日（から）")
    until = models.DateField("転入日（まで）")
    count = models.IntegerField("人数")
    made_at = models.DateTimeField("登録日時")
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")


class Inquiry(TenantModel):
    """One question about one person to one institution.

    :ivar reference: the city's own, random; the same message sent again is answered as it was the first time.
    :ivar refusal: a word of :class:`sesshu.protocol.refusals.Refusal`, or the door's own.
    :ivar key: of the answer's content, sealed until it is erased.
    """

    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, related_name="inquiries")
    # As it was asked under; a merge may lead the inquiry to another.
    number = models.CharField("照会した宛名番号", max_length=15)
    run = models.ForeignKey(InquiryRun, null=True, on_delete=models.PROTECT, related_name="inquiries")
    reference = models.CharField("照会番号", max_length=32, default=new_reference)
    kind = models.CharField("照会する情報", max_length=30)
    provider = models.CharField("照会先の機関コード", max_length=16)
    provider_name = models.CharField("照会先", max_length=100)
    starts_on = models.DateField("対象期間（から）", null=True)
    ends_on = models.DateField("対象期間（まで）", null=True)
    department = models.CharField("照会部署", max_length=60, blank=True)
    nondisclosure = models.BooleanField("不開示", default=False)
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("照会日時")
    terminal = models.CharField("端末", max_length=64, blank=True)

    state = models.CharField("状態", max_length=10, choices=choices.State, default=choices.State.QUEUED)
    attempts = models.IntegerField("送信回数", default=0)
    next_at = models.DateTimeField("次の送信", null=True)
    # Only while it is pending.
    cancel_requested = models.BooleanField("取りやめの求め", default=False)
    processing_number = models.CharField("処理通番", max_length=40, blank=True)
    refusal = models.CharField("理由", max_length=40, blank=True)
    message = models.CharField("説明", max_length=300, blank=True)
    answered_at = models.DateTimeField("回答日時", null=True)
    received_at = models.DateTimeField("受領日時", null=True)
    told_taken = models.BooleanField("受領を伝えた", default=False)
    key = models.UUIDField("鍵", null=True)
    closing = models.CharField("終わり方", max_length=10, choices=choices.Closing, blank=True)
    closed_at = models.DateTimeField("終了日時", null=True)
    closed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "reference"], name="inquiry_reference"),
            models.UniqueConstraint(
                fields=["municipality_code", "processing_number"],
                condition=~Q(processing_number=""),
                name="inquiry_processing_number",
            ),
        ]
        indexes = [
            models.Index(fields=["addressee", "-asked_at"], name="inquiry_by_addressee"),
            models.Index(fields=["municipality_code", "state", "-asked_at"], name="inquiry_by_state"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def chip(self) -> str:
        return f"inquiry-{self.state}"

    @property
    def is_pending(self) -> bool:
        return self.state in choices.PENDING


class Received(TenantModel):
    """One record as it was provided, sealed under the inquiry's key, and what was decided about it."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="received")
    place = models.IntegerField("順")
    content = models.BinaryField("内容", max_length=20_000)
    decision = models.CharField("決定", max_length=10, choices=choices.Decision, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    # A dose comes from one record only, so that nothing is taken twice.
    dose = models.OneToOneField(Dose, null=True, on_delete=models.PROTECT, related_name="received")
    # Of one that was found to be a dose of ours.
    same_as = models.ForeignKey(Dose, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("決定日時", null=True)
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "place"], name="received_once"),
        ]
