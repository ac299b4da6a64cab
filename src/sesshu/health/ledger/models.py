"""予防接種台帳: doses, screenings that ended without one, and what else the rules must know of a person.

Nothing is overwritten (H01, H02, H22).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sesshu.addressees.models import Addressee
from sesshu.health.ledger.choices import Basis, CircumstanceKind
from sesshu.health.providers.models import Provider
from sesshu.protection.models import Account
from sesshu.protection.tenancy import TenantModel


class Route(models.TextChoices):
    SUBCUTANEOUS = "SC", "皮下"
    INTRAMUSCULAR = "IM", "筋肉内"
    ORAL = "PO", "経口"
    PERCUTANEOUS = "PC", "経皮"


class Source(models.TextChoices):
    ENTRY = "entry", "画面入力"
    FILE = "file", "ファイル取込"
    OTHER_CITY = "other-city", "他市町村"
    HANDBOOK = "handbook", "母子健康手帳"
    EXCHANGE = "exchange", "情報照会"


class NotVaccinatedReason(models.TextChoices):
    FEVER = "fever", "発熱"
    ILLNESS = "illness", "体調不良・急性疾患"
    TREATMENT = "treatment", "治療中・投薬中"
    ALLERGY = "allergy", "アレルギー"
    INTERVAL = "interval", "接種間隔不足"
    AGE = "age", "対象年齢外"
    DONE = "done", "接種済み"
    HAD_DISEASE = "had-disease", "罹患済み"
    REFUSED = "refused", "希望しない"
    OTHER = "other", "その他"


class LedgerEntry(TenantModel):
    """What a dose and a screening share. Voided entries stay, with who, when and why."""

    addressee = models.ForeignKey(
        Addressee, on_delete=models.PROTECT, related_name="%(class)ss", verbose_name="対象者"
    )
    programme = models.CharField("接種種類", max_length=30)
    date = models.DateField("実施日")
    provider = models.ForeignKey(
        Provider,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="接種医療機関",
    )
    provider_name = models.CharField("医療機関名", max_length=100, blank=True)
    facility_name = models.CharField("施設名・接種場所", max_length=100, blank=True)
    screening_provider = models.ForeignKey(
        Provider,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="予診医療機関",
    )
    screening_doctor = models.CharField("予診医師名", max_length=100, blank=True)
    outside_municipality = models.BooleanField("市町外接種", default=False)
    group = models.BooleanField("集団接種", default=False)
    publicly_funded = models.BooleanField("公費実施", default=True)
    claimable = models.BooleanField("請求対象", default=True)
    counted = models.BooleanField("集計対象", default=True)
    claim_month = models.DateField("請求月", null=True, blank=True)
    payment_month = models.DateField("支払月", null=True, blank=True)
    receipt_number = models.CharField("受付番号", max_length=20, blank=True)
    questionnaire_code = models.CharField("予診票番号", max_length=14, blank=True)
    source = models.CharField("入力元", max_length=10, choices=Source, default=Source.ENTRY)
    # The same row of the same clinic's file, whatever file it comes in; empty for entries by hand.
    source_key = models.CharField("取込キー", max_length=64, blank=True)
    # What that row said when it was last taken in, so that a correction by hand outlives the same file again.
    source_digest = models.CharField("取込内容", max_length=32, blank=True)
    note = models.CharField("備考", max_length=300, blank=True)
    recorded_at = models.DateTimeField("更新日時")
    recorded_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="更新者"
    )
    voided_at = models.DateTimeField("取消日時", null=True)
    voided_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    void_reason = models.CharField("取消理由", max_length=200, blank=True)
    replaced_by = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaces")

    class Meta:
        abstract = True

    @property
    def is_void(self) -> bool:
        return self.voided_at is not None


class Dose(LedgerEntry):
    """A dose that was given."""

    vaccine = models.CharField("ワクチンコード", max_length=30)
    product_name = models.CharField("ワクチン名", max_length=100, blank=True)
    maker = models.CharField("製造販売業者", max_length=60, blank=True)
    lot_number = models.CharField("ロット番号", max_length=20, blank=True)
    expires_on = models.DateField("有効期限", null=True, blank=True)
    volume_ml = models.DecimalField("接種量（mL）", max_digits=4, decimal_places=2, null=True, blank=True)
    route = models.CharField("接種方法", max_length=2, choices=Route, blank=True)
    site = models.CharField("接種部位", max_length=30, blank=True)
    doctor = models.CharField("接種医師名", max_length=100, blank=True)
    reported_dose_number = models.IntegerField("報告された回", null=True, blank=True)
    follow_up = models.CharField("フォロー登録", max_length=200, blank=True)
    adverse_event = models.BooleanField("副反応疑い", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "source_key"],
                condition=~Q(source_key="") & Q(voided_at__isnull=True),
                name="dose_imported_once",
            ),
        ]
        indexes = [
            models.Index(fields=["addressee", "date"], name="dose_by_addressee"),
            models.Index(fields=["municipality_code", "date"], name="dose_by_date"),
            models.Index(fields=["municipality_code", "programme", "date"], name="dose_by_programme"),
        ]

    def __str__(self) -> str:
        return f"{self.vaccine} {self.date}"


class Screening(LedgerEntry):
    """予診のみ: seen by a doctor, not vaccinated (H08)."""

    reason = models.CharField("未接種理由", max_length=20, choices=NotVaccinatedReason)
    reason_text = models.CharField("未接種理由（その他）", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "source_key"],
                condition=~Q(source_key="") & Q(voided_at__isnull=True),
                name="screening_imported_once",
            ),
        ]
        indexes = [models.Index(fields=["addressee", "date"], name="screening_by_addressee")]

    def __str__(self) -> str:
        return f"{self.programme} {self.date}"


class PersonalCircumstance(TenantModel):
    """個別の事情: recognised in one person, and told to the rules with the person (施行令3条, 施行規則2条).

    ``code`` is the schedule pack's; ``concerns`` are the diseases (exclusion) or programmes (long-term
    illness) it is limited to, none meaning all that law allows. Both days are inclusive; of an illness
    ``ends_on`` is the day the special circumstances ended. ``due_on`` is 分娩予定日, of a pregnancy only.
    """

    addressee = models.ForeignKey(
        Addressee, on_delete=models.PROTECT, related_name="circumstances", verbose_name="対象者"
    )
    kind = models.CharField("種別", max_length=20, choices=CircumstanceKind)
    code = models.CharField("事由", max_length=30, blank=True)
    concerns = ArrayField(models.CharField(max_length=30), default=list, blank=True, verbose_name="対象")
    starts_on = models.DateField("始まった日", null=True, blank=True)
    ends_on = models.DateField("終わった日", null=True, blank=True)
    due_on = models.DateField("分娩予定日", null=True, blank=True)
    basis = models.CharField("確認の根拠", max_length=20, choices=Basis)
    confirmed_on = models.DateField("確認日")
    confirmed_by = models.CharField("確認した医師・機関", max_length=100, blank=True)
    recorded_at = models.DateTimeField("更新日時")
    recorded_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="更新者"
    )
    voided_at = models.DateTimeField("取消日時", null=True)
    voided_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    void_reason = models.CharField("取消理由", max_length=200, blank=True)
    replaced_by = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaces")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=CircumstanceKind.PREGNANCY, due_on__isnull=False)
                | (~Q(kind=CircumstanceKind.PREGNANCY) & Q(due_on__isnull=True)),
                name="circumstance_due_date_of_pregnancy",
            ),
        ]
        indexes = [models.Index(fields=["addressee"], name="circumstance_by_addressee")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"

    @property
    def is_void(self) -> bool:
        return self.voided_at is not None
