"""The register of media that carry inquiries where no line leads to the intermediate server (U04)."""

from __future__ import annotations

from django.db import models

from sesshu.protection.tenancy import TenantModel


class Medium(TenantModel):
    """One writing or reading of a medium: it stays open until its erasure is proved.

    Neither the passphrase of its file nor anything of a person stands here.
    """

    class Kind(models.TextChoices):
        INQUIRIES = "inquiries", "照会の書出し"
        RESULTS = "results", "結果の読込み"

    kind = models.CharField("区分", max_length=10, choices=Kind)
    serial_number = models.CharField("媒体の製造番号", max_length=60)
    file_name = models.CharField("ファイル名", max_length=120)
    digest = models.CharField("SHA-256", max_length=64)
    rows = models.PositiveIntegerField("件数")
    files = models.PositiveIntegerField("ファイル数")
    written_at = models.DateTimeField("記録日時")
    written_by = models.CharField("記録者", max_length=60)
    carried_at = models.DateTimeField("搬送日時", null=True)
    carried_by = models.CharField("搬送者", max_length=60, blank=True)
    carried_to = models.CharField("搬送先", max_length=100, blank=True)
    erased_at = models.DateTimeField("消去日時", null=True)
    erased_by = models.CharField("消去者", max_length=60, blank=True)
    erasure_method = models.CharField("消去の方法", max_length=100, blank=True)
    erasure_seen_by = models.CharField("消去の確認者", max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "kind", "digest"], name="medium_file_once")
        ]

    def __str__(self) -> str:
        return f"{self.serial_number} {self.file_name}"
