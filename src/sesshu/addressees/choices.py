"""Codes of the addressee feed; values are those of the national data dictionary where it has them."""

from django.db import models


class Kind(models.TextChoices):
    RESIDENT = "1", "住民"
    UNREGISTERED = "2", "住登外者"
    CO_OWNER = "3", "共有者"
    BUSINESS = "4", "事業所"


class Sex(models.TextChoices):
    UNKNOWN = "0", "不明"
    MALE = "1", "男"
    FEMALE = "2", "女"


class Status(models.TextChoices):
    RESIDENT = "1", "住民"
    MOVED_OUT = "2", "転出"
    DEAD = "3", "死亡"
    REMOVED = "4", "その他の消除"


class TaxClass(models.TextChoices):
    UNKNOWN = "0", "不明"
    TAXED = "1", "課税"
    EXEMPT = "2", "非課税"


class ChangeReason(models.TextChoices):
    BIRTH = "01", "出生"
    MOVE_IN = "02", "転入"
    MOVE_WITHIN = "03", "転居"
    MOVE_OUT = "04", "転出"
    DEATH = "05", "死亡"
    NAME = "06", "氏名等の変更"
    CORRECTION = "07", "訂正"
    HOUSEHOLD = "08", "世帯変更"
    PROTECTIVE_MEASURE = "09", "支援措置"
    TAX = "10", "税・生活保護"
    WHOLE_FILE = "90", "全件取込"
    MANUAL = "91", "手入力"
    MERGE = "92", "名寄せ"
