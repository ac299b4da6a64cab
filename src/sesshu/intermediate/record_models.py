"""情報提供等記録 (番号法23条): rows are added and never changed; after seven years they may go (M05)."""

from __future__ import annotations

from django.db import models

from sesshu.intermediate.choices import Event, Side
from sesshu.protection.tenancy import TenantModel
from sesshu.protocol.refusals import sentence_of


class Record(TenantModel):
    """One event of one inquiry, on our side. The rows of one processing number make up its record.

    :ivar person_digest: keyed digest of the 団体内統合宛名番号; none where nobody was found.
    :ivar asked_at: when the provision was asked for, :ivar at: when this event was.
    :ivar corrects: the row that a correction (``field``, sealed ``before`` and ``after``) is of.
    :ivar message: digest of the other side's signed correction, so that it is taken in once.
    """

    side = models.CharField("照会・提供の別", max_length=10, choices=Side)
    event = models.CharField("内容", max_length=10, choices=Event)
    at = models.DateTimeField("日時")
    asked_at = models.DateTimeField("求めの日時")
    person_digest = models.BinaryField("本人の索引", max_length=32, null=True)
    inquirer = models.CharField("照会者の機関コード", max_length=16)
    provider = models.CharField("提供者の機関コード", max_length=16)
    processing_number = models.CharField("処理通番", max_length=33, blank=True)
    permit = models.CharField("提供許可証", max_length=33, blank=True)
    item = models.CharField("別表の項", max_length=6, blank=True)
    information = models.CharField("特定個人情報名コード", max_length=16, blank=True)
    information_name = models.CharField("特定個人情報名", max_length=200, blank=True)
    legal_basis = models.CharField("根拠", max_length=200, blank=True)
    count = models.PositiveIntegerField("提供した件数", default=0)
    nondisclosure = models.BooleanField("不開示", default=False)
    refusal = models.CharField("拒否の理由", max_length=30, blank=True)
    actor = models.CharField("操作者", max_length=60, blank=True)
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, verbose_name="訂正した記録")
    field = models.CharField("訂正した項目", max_length=60, blank=True)
    sealed_before = models.BinaryField("訂正前", null=True)
    sealed_after = models.BinaryField("訂正後", null=True)
    reason = models.CharField("訂正の理由", max_length=200, blank=True)
    message = models.BinaryField("通知の指紋", max_length=32, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "message"], name="record_message_once"),
        ]
        indexes = [
            models.Index(fields=["municipality_code", "person_digest", "at"], name="record_by_person"),
            models.Index(fields=["municipality_code", "at"], name="record_by_time"),
            models.Index(fields=["municipality_code", "permit"], name="record_by_permit"),
            models.Index(fields=["municipality_code", "processing_number"], name="record_by_number"),
        ]

    @property
    def refusal_sentence(self) -> str:
        """Why not, for people; empty when nothing was refused."""
        return sentence_of(self.refusal)
