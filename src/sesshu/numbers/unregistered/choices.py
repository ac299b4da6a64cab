"""Words of the national API (共通機能標準仕様書)."""

from __future__ import annotations

from django.db import models

ASSIGN = "app_submit/v10/jutogaishaatenabangofuban"
INQUIRE = "app_submit/v10/jutogaishaatenakihonjohosyokai"


class Processing(models.TextChoices):
    """``shorikubun``."""

    NEW = "0", "新規付番"
    EXISTING = "1", "既存利用"
    CHOSEN = "2", "候補選択"


class ApiScope(models.TextChoices):
    """``{業務ID}:{API}:{操作}``; 031 is the business that offers the API."""

    ASSIGN = f"031:{ASSIGN}:Create", "付番"
    INQUIRE = f"031:{INQUIRE}:Read", "照会"


class ErrorCode(models.TextChoices):
    REQUIRED = "E0001", "必須項目"
    CHARACTERS = "E0002", "文字種"
    LENGTH = "E0003", "桁数"
    CORRELATION = "E0004", "項目間の関係"
