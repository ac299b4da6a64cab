"""What no password may be: what everybody here would guess, somebody's number, what has leaked elsewhere.

No rule of composition (NIST SP 800-63B-4 §3.1.1.2, OWASP ASVS 5.0 V6.2.5): only what is known to be guessed
is refused. Django's own validators see to the length, to common passwords and to the account's own names.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from django.core.exceptions import ValidationError

from sesshu.kernel.check_digits import is_individual_number
from sesshu.protection.models import Account
from sesshu.protection.roles import Role

# The product, its work and its ways in; roles, the city and the account's names come with the account.
WORDS = (
    "sesshu", "接種", "せっしゅ", "予防接種", "よぼうせっしゅ", "yobosesshu", "yobousesshu", "vaccine",
    "vaccination",
    "ワクチン", "わくちん", "予診票", "健康管理", "宛名", "住民", "個人番号", "マイナンバー", "mynumber",
    "市役所", "役場", "shiyakusho", "yakuba", "password", "パスワード", "admin", "administrator", "demo",
)  # fmt: skip
LEFT = 8  # characters that must remain when such words are taken out


class ContextWordsValidator:
    """A password of words that lie at hand here. ``words``: the city's own, such as its name in letters."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.words = (*WORDS, *words)

    def validate(self, password: str, user: Account | None = None) -> None:
        """:raises ValidationError: when fewer than :data:`LEFT` characters are its own."""
        left = _plain(password)
        words = {_plain(word.strip()) for word in (*self.words, *_of(user))}
        for word in sorted(filter(_is_word, words), key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < LEFT:
            raise ValidationError(
                "このシステムや職場を思い起こさせる言葉（製品名・業務名・市区町村名・役割・利用者IDなど）がほとんどを"
                f"占めています。それらを除いて{LEFT}文字以上になるようにしてください。",
                code="context-words",
            )

    def get_help_text(self) -> str:
        return "製品名・業務名・市区町村名・役割・利用者IDを主にしたものは使えません。"


class IndividualNumberValidator:
    """A 個人番号 stands in the vault and nowhere else, under a hash neither."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """:raises ValidationError: when the password is such a number."""
        digits = unicodedata.normalize("NFKC", password).replace("-", "").replace(" ", "")
        if is_individual_number(digits):
            raise ValidationError("個人番号の形をした数字は使えません。", code="individual-number")

    def get_help_text(self) -> str:
        return "個人番号は使えません。"


class BreachedPasswordValidator:
    """Whether a password stands in a list of breached ones, asked offline.

    :param file: ``SHA-1 in capitals:count`` a line, ascending, as Have I Been Pwned's downloader writes it
        ("Pwned Passwords", ordered by hash); empty when the city has none.
    """

    def __init__(self, file: str = "") -> None:
        self.file = file

    def validate(self, password: str, user: Account | None = None) -> None:
        """:raises ValidationError: when it has leaked.

        :raises OSError: when the list that is set cannot be read; a password is not taken unasked.
        """
        if not self.file:
            return
        with Path(self.file).open("rb") as lines:
            leaked = stands_in(lines, hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest())
        if leaked:
            raise ValidationError(
                "ほかのサービスから漏えいしたことが知られているパスワードです。別のものにしてください。",
                code="breached",
            )

    def get_help_text(self) -> str:
        return "漏えいしたことが知られているものは使えません。"


def stands_in(lines: IO[bytes], digest: str) -> bool:
    """Whether a line begins with the digest (hexadecimal); some forty reads in a file of any size."""
    wanted, low, high = digest.upper().encode("ascii"), 0, lines.seek(0, 2)
    while low < high:
        middle = (low + high) // 2
        found = _line_from(lines, middle)
        if found and found[: len(wanted)] < wanted:
            low = lines.tell()
        else:
            high = middle
    return _line_from(lines, low)[: len(wanted)] == wanted


def _line_from(lines: IO[bytes], place: int) -> bytes:
    """The first line that begins at ``place`` or after it."""
    lines.seek(max(place - 1, 0))
    if place:
        lines.readline()
    return lines.readline()


def _of(user: Account | None) -> list[str]:
    if user is None:
        return []
    city = str(user.municipality.name)
    return [
        user.login, *re.split("[-_.]", user.login), *user.name.split(), city, city[:-1],
        user.municipality_id, *map(str, Role.values), *map(str, Role.labels),
    ]  # fmt: skip


def _is_word(text: str) -> bool:
    return len(text) >= (3 if text.isascii() else 2)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
