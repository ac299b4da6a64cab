"""Visibly invented pages and letters, and how to look at what was printed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from sesshu.health.notices.typesetting.values import Letter, QuestionnairePage
from sesshu.kernel.check_digits import with_check_digit

MM_PER_POINT = 25.4 / 72
A4_MM = (210, 297)


def page(number: int = 1, **changes: Any) -> QuestionnairePage:
    made = QuestionnairePage(
        document_code=with_check_digit(f"{number:012d}"),
        programme="mr",
        dose_label="第１期",
        valid_from=date(2026, 5, 1),
        valid_to=date(2027, 4, 29),
        addressee_number=f"{number:015d}",
        name="見本　花子",
        kana="ミホン　ハナコ",
        sex="F",
        birth=date(2025, 4, 30),
        age_on=date(2026, 11, 22),
        postal_code="5160000",
        address="三重県伊勢市見本町１丁目２番３号",
        municipality="伊勢市",
        mayor="伊勢市長",
        contact="伊勢市 見本課 予防接種係　電話 0596-00-0000",
        guardian="見本　太郎",
        telephone="0596-00-0000",
    )
    return replace(made, **changes)


def letter(**changes: Any) -> Letter:
    made = Letter(
        reference="000000000000001 / mr",
        programme="mr",
        dose_label="第２期",
        addressee_number="000000000000001",
        addressee_name="見本　太郎",
        person_name="見本　花子",
        postal_code="5160000",
        address="三重県伊勢市見本町１丁目２番３号",
        last_day=date(2027, 3, 31),
        printed_on=date(2026, 11, 22),
        municipality="伊勢市",
        mayor="伊勢市長",
        contact="伊勢市 見本課 予防接種係　電話 0596-00-0000",
    )
    return replace(made, **changes)


def texts(path: Path) -> list[str]:
    """Each page's text."""
    with pdfium.PdfDocument(path) as document:
        return [one.get_textpage().get_text_bounded().replace("\r\n", "\n") for one in document]


def boxes(path: Path, wanted: str, index: int = 0) -> Iterator[tuple[float, float, float, float]]:
    """Where `wanted` stands on a page: (left, top, right, bottom) in mm from the sheet's top left corner."""
    with pdfium.PdfDocument(path) as document:
        text = document[index].get_textpage()
        searcher = text.search(wanted, match_case=True)
        while (found := searcher.get_next()) is not None:
            start, count = found
            chars = [text.get_charbox(start + n) for n in range(count)]
            left, bottom = min(c[0] for c in chars), min(c[1] for c in chars)
            right, top = max(c[2] for c in chars), max(c[3] for c in chars)
            yield (
                left * MM_PER_POINT,
                A4_MM[1] - top * MM_PER_POINT,
                right * MM_PER_POINT,
                A4_MM[1] - bottom * MM_PER_POINT,
            )


def picture(path: Path, index: int = 0, dpi: int = 200) -> Any:
    """A page as a grey picture."""
    with pdfium.PdfDocument(path) as document:
        return document[index].render(scale=dpi / 72, grayscale=True).to_pil()
