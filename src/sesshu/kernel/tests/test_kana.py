"""Folding of names to search keys, and lengths as a reader counts them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sesshu.kernel.kana import fold, grapheme_length, is_kana, strip_variation, to_katakana


@given(st.text())
@example("\u3099\u034f")
@example("é\ufe0f\u0301")
@example("ー-ガ-")
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("見本 花子", "見本花子"),
        ("ミホン ハナコ", "みほん はなこ"),
        ("ﾐﾎﾝ ﾊﾅｺ", "ミホン　ハナコ"),
        ("シャ", "シヤ"),
        ("キッペイ", "キツペイ"),
        ("ミカヅキ", "ミカズキ"),
        ("チヂミ", "チジミ"),
        ("葛󠄀城", "葛城"),
        ("EXAMPLE John", "Ｅｘａｍｐｌｅ　ｊｏｈｎ"),
        ("ジョン・スミス", "ジョンスミス"),
        ("ｶﾞｷﾞ", "がぎ"),
        ("カ゛", "ガ"),
        ("シヨ-コ", "ショーコ"),
        ("ゔぁ", "ヴァ"),
    ],
)
def test_variants_of_one_name_fold_together(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ヴ", "ブ"), ("オー", "オウ"), ("邊", "辺"), ("カ", "ガ"), ("ハ", "パ"), ("1-2", "12"), ("𠮷", "吉")],
)
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_the_hyphen_of_a_house_number_is_no_long_vowel() -> None:
    assert fold("見本町１－２") == "見本町1-2"


def test_katakana_leaves_all_but_kana_alone() -> None:
    assert to_katakana("みほん ﾊﾟｰｸ ①号 葛󠄀 a") == "ミホン パーク ①号 葛󠄀 a"


@pytest.mark.parametrize("text", ["ミホン", "みほん はなこ", "ﾐﾎﾝ", "マリー・アン", "ヴ"])
def test_kana_is_recognised_in_every_width(text: str) -> None:
    assert is_kana(text)


@pytest.mark.parametrize("text", ["", "  ", "見本", "ミホンA", "ミホン1"])
def test_anything_else_is_not_kana(text: str) -> None:
    assert not is_kana(text)


@pytest.mark.parametrize(
    ("text", "length"),
    [("", 0), ("見本", 2), ("葛󠄀城", 2), ("𠮷田", 2), ("か\u3099", 1), ("ｶﾞ", 1), ("e\u0301", 1), ("辻󠄀󠄁", 1)],
)
def test_length_counts_what_a_reader_sees(text: str, length: int) -> None:
    assert grapheme_length(text) == length


def test_only_the_selector_goes() -> None:
    assert strip_variation("葛󠄀城 辻󠄀") == "葛城 辻"
