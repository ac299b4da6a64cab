"""Addressees and their dated history (A01–A04)."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from sesshu.addressees.choices import ChangeReason, Kind, Sex, Status, TaxClass
from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel


class Addressee(TenantModel):
    """One person or business as known now; what was known before stands in :class:`AddresseeVersion`.

    ``*_key`` are words folded for search (:mod:`sesshu.addressees.keys`); names and addresses are kept whole.
    A column of N characters in the feed has room for 3N here: a character may carry variation selectors.
    """

    number = models.CharField("宛名番号", max_length=15)
    kind = models.CharField("宛名種別", max_length=1, choices=Kind, default=Kind.RESIDENT)
    name = models.CharField("氏名", max_length=300)
    name_kana = models.CharField("氏名_読み仮名", max_length=300, blank=True)
    alias = models.CharField("通称", max_length=300, blank=True)
    alias_kana = models.CharField("通称_読み仮名", max_length=300, blank=True)
    sex = models.CharField("性別", max_length=1, choices=Sex, default=Sex.UNKNOWN)
    birth_date = models.DateField("生年月日", null=True)
    birth_date_text = models.CharField("生年月日_不詳表記", max_length=216, blank=True)

    household_number = models.CharField("世帯番号", max_length=15, blank=True)
    relation = models.CharField("続柄", max_length=60, blank=True)
    household_head = models.CharField("世帯主氏名", max_length=300, blank=True)

    address_municipality_code = models.CharField("住所_市区町村コード", max_length=6, blank=True)
    town_code = models.CharField("住所_町字コード", max_length=7, blank=True)
    prefecture = models.CharField("住所_都道府県", max_length=12, blank=True)
    city = models.CharField("住所_市区郡町村名", max_length=36, blank=True)
    town = models.CharField("住所_町字", max_length=360, blank=True)
    house_number = models.CharField("住所_番地号表記", max_length=150, blank=True)
    building = models.CharField("住所_方書", max_length=900, blank=True)
    postal_code = models.CharField("住所_郵便番号", max_length=7, blank=True)
    telephone = models.CharField("電話番号", max_length=15, blank=True)
    district = models.CharField("地区", max_length=90, blank=True)

    status = models.CharField("住民状態", max_length=1, choices=Status, default=Status.RESIDENT)
    resident_since = models.DateField("住民となった年月日", null=True)
    removed_on = models.DateField("消除年月日", null=True)
    tax_class = models.CharField("課税非課税区分", max_length=1, choices=TaxClass, default=TaxClass.UNKNOWN)
    public_assistance = models.BooleanField("生活保護", default=False)
    # 住民基本台帳法7条8号: where one who moved in lived before.
    former_municipality_code = models.CharField("転入前住所_市区町村コード", max_length=6, blank=True)

    name_key = models.TextField(editable=False)
    address_key = models.TextField(editable=False)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_from",
        verbose_name="名寄せ先",
    )
    updated_at = models.DateTimeField("更新日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "number"], name="addressee_number_unique"),
        ]
        indexes = [
            models.Index(fields=["municipality_code", "birth_date", "sex"], name="addressee_by_birth"),
            models.Index(fields=["municipality_code", "household_number"], name="addressee_by_household"),
            GinIndex(fields=["name_key"], opclasses=["gin_trgm_ops"], name="addressee_name_trigrams"),
            GinIndex(fields=["address_key"], opclasses=["gin_trgm_ops"], name="addressee_address_trigrams"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def address(self) -> str:
        """The address in one line, without the prefecture of one's own city."""
        street = f"{self.city}{self.town}{self.house_number}"
        return f"{street}　{self.building}" if self.building else street


class AddresseeVersion(TenantModel):
    """What was known of an addressee from one recording to the next ("as known on").

    A version that is not ``applied`` came late: a newer change was known already, so it is history only.
    """

    addressee = models.ForeignKey(Addressee, on_delete=models.CASCADE, related_name="versions")
    reason = models.CharField("異動事由", max_length=2, choices=ChangeReason)
    effective_on = models.DateField("異動年月日")
    recorded_at = models.DateTimeField("登録日時")
    recorded_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, verbose_name="登録者")
    change_number = models.CharField("異動番号", max_length=20, blank=True)
    applied = models.BooleanField("反映", default=True)
    state: Any = models.JSONField("内容")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "change_number"],
                condition=~Q(change_number=""),
                name="addressee_change_once",
            ),
        ]
        indexes = [models.Index(fields=["addressee", "recorded_at"], name="addressee_history")]


class FeedImport(TenantModel):
    """A resident feed taken in whole; the digest tells the same file when it comes again."""

    digest = models.CharField("ファイルのSHA-256", max_length=64)
    is_changes = models.BooleanField("異動ファイル")
    counts: Any = models.JSONField("件数", default=dict)
    imported_at = models.DateTimeField("取込日時")
    imported_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["municipality_code", "digest"], name="feed_import_by_digest")]


class ProtectiveMeasure(TenantModel):
    """支援措置: while in force, address and household are masked everywhere and nothing is posted."""

    addressee = models.ForeignKey(Addressee, on_delete=models.CASCADE, related_name="protective_measures")
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日", null=True)
    note = models.CharField("備考", max_length=200, blank=True)
    end_note = models.CharField("終了の理由", max_length=200, blank=True)
    recorded_at = models.DateTimeField("登録日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["addressee", "starts_on"], name="protective_measure_once"),
        ]
        indexes = [models.Index(fields=["municipality_code", "ends_on"], name="protective_measure_period")]


class Merge(TenantModel):
    """A merge of two addressees that can be undone: which rows moved is kept."""

    winner = models.ForeignKey(Addressee, on_delete=models.PROTECT, related_name="+", verbose_name="残す宛名")
    loser = models.ForeignKey(
        Addressee, on_delete=models.PROTECT, related_name="+", verbose_name="統合する宛名"
    )
    moved: Any = models.JSONField("移した記録", default=dict)
    reason = models.CharField("理由", max_length=200)
    merged_at = models.DateTimeField("名寄せ日時")
    merged_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField("取消日時", null=True)
    undone_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
