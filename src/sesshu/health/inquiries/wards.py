"""Whom to ask for one who lived in a ward of a designated city: the city (地方自治法252条の19, 252条の20)."""

from __future__ import annotations

from sesshu.kernel.check_digits import is_municipality_code, municipality_check_digit
from sesshu.protocol import codes

# The first five digits of the codes of the twenty designated cities; their wards' codes follow each.
_CITIES = (
    "01100", "04100", "11100", "12100", "14100", "14130", "14150", "15100", "22100", "22130",
    "23100", "26100", "27100", "27140", "28100", "33100", "34100", "40100", "40130", "43100",
)  # fmt: skip


def city_of(code: str) -> str:
    """The 団体コード of the municipality that keeps the ledger; the code itself where it is no such ward."""
    first = code[:5]
    if first[2] != "1":
        return code
    before = [city for city in _CITIES if city[:2] == first[:2] and city <= first]
    return before[-1] + str(municipality_check_digit(before[-1])) if before else code


def institution_of(former: str) -> str:
    """The 機関コード to ask for a former 団体コード; "" when that is none."""
    return codes.institution_of(city_of(former)) if is_municipality_code(former) else ""
