"""H11: lists of the unvaccinated and their reminders, as a city posts them."""

from datetime import date
from pathlib import Path

import pytest

from sesshu.health.notices.typesetting.letters import render_letters
from sesshu.health.notices.typesetting.lists import ROWS_PER_PAGE, render_list
from sesshu.health.notices.typesetting.tests.invented import boxes, letter, texts

COLUMNS = ("宛名番号", "氏名", "住所")


def printed_list(rows: list[tuple[str, ...]], out: Path) -> list[str]:
    render_list("未接種者一覧", COLUMNS, rows, out, municipality="伊勢市", printed_on=date(2026, 11, 22))
    return texts(out)


def test_every_page_has_the_header_and_its_number(tmp_path: Path) -> None:
    rows = [(f"{number:015d}", "見本　花子", "伊勢市見本町") for number in range(ROWS_PER_PAGE * 2 + 1)]
    pages = printed_list(rows, tmp_path / "list.pdf")
    assert len(pages) == 3
    for number, text in enumerate(pages, start=1):
        assert all(column in text for column in COLUMNS)
        assert f"{number} / 3 ページ" in text
        assert "令和8年11月22日" in text
    assert all(row[0] in "".join(pages) for row in rows)


def test_an_empty_list_is_one_page_with_its_header(tmp_path: Path) -> None:
    (text,) = printed_list([], tmp_path / "list.pdf")
    assert "全 0 件" in text
    assert "氏名" in text


def test_a_row_of_the_wrong_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2行目"):
        printed_list([("1", "2", "3"), ("1", "2")], tmp_path / "list.pdf")


def test_a_list_shows_the_code_of_a_character_without_glyph(tmp_path: Path) -> None:
    (text,) = printed_list([("1", "見本\U0010fffd", "")], tmp_path / "list.pdf")
    assert "U+10FFFD" in text


def test_a_letter_recommends_only_what_the_law_lets_it(tmp_path: Path) -> None:
    """H11; 予防接種法8条: A類 is recommended, B類 made known."""
    rendered = render_letters([letter(), letter(programme="flu")], tmp_path / "letters.pdf")
    of_a, of_b = texts(tmp_path / "letters.pdf")
    assert (rendered.documents, rendered.pages) == (2, 2)
    assert "お勧めします" in of_a
    assert "勧" not in of_b
    assert "義務はなく" in of_b


def test_the_address_stands_in_the_envelopes_window(tmp_path: Path) -> None:
    """長形3号 window, measured from the top left of the folded sheet: 20-110 mm by 12-57 mm."""
    render_letters(
        [
            letter(
                addressee_name="葛\U000e0100城　太郎",
                address="三重県伊勢市見本町字長い名の例" + "１２３４" * 10,
            )
        ],
        tmp_path / "letters.pdf",
    )
    for wanted in ("〒516-0000", "三重県伊勢市", "城　太郎 様"):
        left, top, right, bottom = next(boxes(tmp_path / "letters.pdf", wanted))
        assert 20 < left < right < 110, wanted
        assert 12 < top < bottom < 57, wanted


def test_letters_without_glyph_are_refused(tmp_path: Path) -> None:
    rendered = render_letters([letter(person_name="\U0010fffd"), letter()], tmp_path / "letters.pdf")
    assert rendered.documents == 1
    assert rendered.refused[0].characters == ("\U0010fffd",)
