"""Chunks of Typst bound into one file that a PDF reader accepts."""

from pathlib import Path

import pypdfium2 as pdfium
import pytest

from sesshu.health.notices.typesetting.binding import NotBindable, Volume
from sesshu.health.notices.typesetting.questionnaires import compose
from sesshu.health.notices.typesetting.tests.invented import page, texts


def test_pages_keep_their_order_and_text(tmp_path: Path) -> None:
    chunks = [compose([page(1), page(2)]).pdf, compose([page(3, programme="zoster")]).pdf]
    with Volume(tmp_path / "bound.pdf") as volume:
        for chunk in chunks:
            volume.append(chunk)
    assert volume.pages == 3
    printed = texts(tmp_path / "bound.pdf")
    assert [number for text in printed for number in "123" if page(int(number)).document_code in text] == [
        *"123"
    ]
    assert "帯状疱疹予防接種予診票" in printed[2]


def test_a_bound_page_looks_like_the_page_of_its_chunk(tmp_path: Path) -> None:
    chunk = compose([page(1)]).pdf
    with Volume(tmp_path / "bound.pdf") as volume:
        volume.append(compose([page(9)]).pdf)
        volume.append(chunk)
    with pdfium.PdfDocument(chunk) as alone, pdfium.PdfDocument(tmp_path / "bound.pdf") as bound:
        assert alone[0].render().to_pil().tobytes() == bound[1].render().to_pil().tobytes()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\nnothing", b"startxref\n99999999\n%%EOF"])
def test_what_is_not_typsts_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotBindable), Volume(tmp_path / "bound.pdf") as volume:
        volume.append(content)


def test_a_cut_chunk_is_refused(tmp_path: Path) -> None:
    chunk = compose([page(1)]).pdf
    with pytest.raises(NotBindable), Volume(tmp_path / "bound.pdf") as volume:
        volume.append(chunk[: len(chunk) // 2])
