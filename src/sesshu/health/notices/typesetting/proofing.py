"""Proofreading before print: every character has its glyph, and no 個人番号 stands among the texts."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from sesshu.health.notices.typesetting.fonts import (
    Cabinet,
    Face,
    arranged,
    missing_glyphs,
    named,
    printable,
    substituted_variants,
)
from sesshu.health.notices.typesetting.forms import Form
from sesshu.health.notices.typesetting.values import Refused, Substituted
from sesshu.kernel.number_scanner import contains_number


class UnprintableForm(ValueError):
    """The form has a character that no font holds; nothing can be printed on it."""


class Addressed(Protocol):
    @property
    def addressee_number(self) -> str: ...


Document = TypeVar("Document", bound=Addressed)
Texts = tuple[tuple[str, ...], tuple[str, ...]]


def proofread(
    documents: Sequence[Document], texts: Callable[[Document], Texts], fonts: Cabinet
) -> tuple[list[Document], tuple[Refused, ...], tuple[Substituted, ...]]:
    """The documents that can be printed, those refused, and the variants printed in their ordinary shape.

    `texts` gives the texts that a document sets in the fonts for names, and those in the font for all text.
    """
    good: list[Document] = []
    refused: list[Refused] = []
    substituted: list[Substituted] = []
    for document in documents:
        names, rest = texts(document)
        if contains_number(text for text in (*names, *rest) if text != document.addressee_number):
            refused.append(_holds_number(document.addressee_number))
            continue
        set_in = [(printable(text), arranged(text, fonts.names)) for text in names]
        set_in.append((printable("".join(rest)), fonts.text))
        missing = _each(missing_glyphs, set_in)
        if missing:
            refused.append(_refusal(document.addressee_number, missing))
            continue
        good.append(document)
        changed = _each(substituted_variants, set_in)
        if changed:
            substituted.append(Substituted(document.addressee_number, changed))
    return good, tuple(refused), tuple(substituted)


def _each(
    found_in: Callable[[str, tuple[Face, ...]], tuple[str, ...]], texts: list[tuple[str, tuple[Face, ...]]]
) -> tuple[str, ...]:
    """What `found_in` finds in any of the texts, each once."""
    return tuple(dict.fromkeys(found for text, faces in texts for found in found_in(text, faces)))


def require_glyphs(form: Form, fonts: Cabinet) -> None:
    """Raises UnprintableForm where a text of the form cannot be drawn."""
    missing = missing_glyphs(printable("".join(form.texts())), fonts.text)
    if missing:
        listed = "".join(named(character) for character in missing)
        raise UnprintableForm(f"様式「{form.title}」の文字{listed}の字形がないため、印刷できません。")


def _holds_number(number: str) -> Refused:
    return Refused(
        number,
        (),
        f"宛名番号 {number}: 氏名・住所などに個人番号の形をした値があるため、印刷しませんでした。"
        "その欄を直してから、もう一度印刷してください。",
    )


def _refusal(number: str, missing: tuple[str, ...]) -> Refused:
    listed = "".join(named(character) for character in missing)
    return Refused(
        number,
        missing,
        f"宛名番号 {number}: 文字{listed}の字形がどのフォントにもないため、印刷しませんでした。"
        "IPAmj明朝など、この文字を持つフォントを入れてから、もう一度印刷してください。",
    )
