"""Glyphs are looked for before printing."""

from pathlib import Path

from sesshu.health.notices.typesetting.fonts import (
    Face,
    arranged,
    cabinet,
    missing_glyphs,
    named,
    substituted_variants,
    width,
)

FACES = cabinet("").names


def test_every_name_of_the_common_kind_can_be_drawn() -> None:
    text = "葛\U000e0100 \U00020bb7 辻\U000e0100 邉\U000e0106 髙 﨑 ゔ ㈱ Ａ é"
    assert missing_glyphs(text, FACES) == ()


def test_missing_characters_are_named_once_and_in_order() -> None:
    assert missing_glyphs("\U0010fffd見本\U0010fffe\U0010fffd", FACES) == ("\U0010fffd", "\U0010fffe")


def test_a_selector_alone_is_not_a_missing_character() -> None:
    assert missing_glyphs("見\U000e0100\ufe00", FACES) == ()


def test_a_variant_without_its_glyph_is_substituted() -> None:
    assert substituted_variants("葛\U000e0100見\U000e01ef", FACES) == ("見\U000e01ef",)


def test_a_name_is_set_in_the_font_that_has_its_variants() -> None:
    """Adobe-Japan1 and MJ文字情報 register different selectors; the residents' file may hold either."""
    sans = FACES[-1]
    only_mj = frozenset({(ord("葛"), 0xE0102)})
    mincho = Face("IPAmjMincho", Path("ipamjm.ttf"), sans.glyphs, only_mj, sans.widths)
    faces = (mincho, sans)
    assert arranged("葛城", faces) == faces
    assert arranged("葛\U000e0102城", faces) == faces
    assert arranged("葛\U000e0100城", faces) == (sans, mincho)


def test_width_counts_no_selectors() -> None:
    assert width("葛\U000e0100城", FACES) == width("葛城", FACES) == 2.0
    assert 0.4 < width("1", FACES) < 0.7


def test_a_character_is_named_by_its_code() -> None:
    assert named("\U00020bb7") == "「\U00020bb7（U+20BB7）」"
