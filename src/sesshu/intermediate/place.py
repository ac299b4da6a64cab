"""Which municipality this intermediate server is of: one process, one database, one key, one municipality."""

from __future__ import annotations

from django.conf import settings

from sesshu.protection import tenancy
from sesshu.protocol import codes


class NoPlace(RuntimeError):
    """The process was started for no municipality."""


def municipality() -> str:
    """Its 団体コード: of the process, or in tests, where several live in one, of the block acted for.

    :raises NoPlace: when neither says one.
    """
    code = settings.INTERMEDIATE or tenancy.acting()
    if not code:
        raise NoPlace("環境変数 SESSHU_INTERMEDIATE に市区町村コードを設定してください。")
    return str(code)


def institution() -> str:
    """Its 機関コード."""
    return codes.institution_of(municipality())
