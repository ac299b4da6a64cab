"""Proofreading before print: can the fonts draw every character of the person?"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from sesshu.health.notices.typesetting.fonts import (
    Cabinet,
    missing_glyphs,
    named,
    printable,
    substituted_variants,
)
from sesshu.health.notices.typesetting.values import Refused, Substituted


class Addressed(Protocol):
    @property
    def addressee_number(self) -> str: ...


Document = TypeVar("Document", bound=Addressed)


def proofread(
    documents: Sequence[Document], texts: Callable[[Document], tuple[str, str]], fonts: Cabinet
) -> tuple[list[Document], tuple[Refused, ...], tuple[Substituted, ...]]:
    """The documents that can be printed, those refused, and the variants printed in their ordinary shape.

    `texts` gives what a document sets in the fonts for names, and what in the font for all text.
    """
    good: list[Document] = []
    refused: list[Refused] = []
    substituted: list[Substituted] = []
    for document in documents:
        names, rest = (printable(text) for text in texts(document))
        missing = missing_glyphs(names, fonts.names) + missing_glyphs(rest, fonts.text)
        if missing:
            refused.append(_refusal(document.addressee_number, missing))
            continue
        good.append(document)
        changed = substituted_variants(names, fonts.names) + substituted_variants(rest, fonts.text)
        if changed:
            substituted.append(Substituted(document.addressee_number, changed))
    return good, tuple(refused), tuple(substituted)


def _refusal(number: str, missing: tuple[str, ...]) -> Refused:
    listed = "".join(named(character) for character in missing)
    return Refused(
        number,
        missing,
        f"宛名番号 {number}: 文字{listed}の字形がどのフォントにもないため、印刷しませんでした。"
        "IPAmj明朝など、この文字を持つフォントを入れてから、もう一度印刷してください。",
    )
