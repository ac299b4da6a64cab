"""The codes of the exchange (機関コード of 16 digits, JM, JT and TM + 14 digits) and its random numbers.

The real tables of codes are not public. Ours are a reference's own: 機関コード are made from the code of the
municipality, works and information from the rows of the order, and each is data that can be corrected.
"""

from __future__ import annotations

import re
import secrets

INSTITUTION = r"^[0-9]{16}$"
WORK = r"^JM[0-9]{14}$"
PROCEDURE = r"^JT[0-9]{14}$"
INFORMATION = r"^TM[0-9]{14}$"
INTEGRATED_NUMBER = r"^[0-9]{15}$"
# A letter before random digits keeps them from ever looking like a 個人番号.
PROCESSING_NUMBER = r"^p[0-9a-f]{32}$"
ACQUISITION_NUMBER = r"^a[0-9a-f]{40}$"
PERMIT_ID = r"^m[0-9a-f]{32}$"
# Longer than any other random id here, so that an answer can be searched for one.
EXCHANGE_CODE = r"^c[0-9a-z_-]{40,120}$"
RESIDENT_CODE = r"^[0-9]{11}$"

# The vaccination records of 予防接種法施行規則4条1項 in this reference's tables.
VACCINATION = "TM00000000000084"
_MUNICIPALITY = "02"


def institution_of(municipality_code: str) -> str:
    """The 機関コード of a municipality's mayor: ``02`` + 団体コード(6) + eight zeros."""
    if not re.fullmatch(r"[0-9]{6}", municipality_code):
        raise ValueError(f"団体コード「{municipality_code}」が正しくありません。")
    return f"{_MUNICIPALITY}{municipality_code}00000000"


def municipality_of(institution: str) -> str:
    """The 団体コード in a municipality's 機関コード. :raises ValueError: for another kind of institution."""
    if not re.fullmatch(INSTITUTION, institution) or not institution.startswith(_MUNICIPALITY):
        raise ValueError(f"機関コード「{institution}」は市区町村のものではありません。")
    return institution[2:8]


def new_processing_number() -> str:
    """処理通番: ties an inquiry to its answer; random, so that it tells nothing."""
    return f"p{secrets.token_hex(16)}"


def new_acquisition_number() -> str:
    """取得番号 (番号法21条の2): serves the acquisition of one 符号 and nothing else."""
    return f"a{secrets.token_hex(20)}"


def new_permit_id() -> str:
    return f"m{secrets.token_hex(16)}"
