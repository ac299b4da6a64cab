"""Document numbers: five digits of the municipality, seven of a sequence, two check digits (MOD 97-10).

The municipality stands in the number because questionnaires of neighbours come back in the same clinic's
bundle; a number of another city must never find a person of this one.
"""

from __future__ import annotations

from django.db import connection

from sesshu.kernel.check_digits import with_check_digit
from sesshu.protection.tenancy import current

SEQUENCE_DIGITS = 7
_TAKE = """
    INSERT INTO notices_issuesequence AS taken (municipality_code, last) VALUES (%(city)s, %(count)s)
    ON CONFLICT (municipality_code) DO UPDATE SET last = taken.last + %(count)s RETURNING last
"""


class NumbersExhausted(RuntimeError):
    """Ten million documents were issued."""


def take(count: int) -> list[str]:
    """The next ``count`` numbers of the current municipality, in order."""
    if count == 0:
        return []
    city = current()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"city": city, "count": count})
        last = int(cursor.fetchone()[0])
    if last >= 10**SEQUENCE_DIGITS:
        raise NumbersExhausted("予診票番号を使い切りました。保守の担当者に連絡してください。")
    return [
        with_check_digit(f"{city[:5]}{number:0{SEQUENCE_DIGITS}d}")
        for number in range(last - count + 1, last + 1)
    ]


def specimen() -> str:
    """The number on a preview; the sequence never gives it out."""
    return with_check_digit(f"{current()[:5]}{0:0{SEQUENCE_DIGITS}d}")
