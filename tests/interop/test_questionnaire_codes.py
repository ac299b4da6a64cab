"""The code on a printed 予診票 as other readers see it: QR through zxing-cpp, the OCR line as text."""

from pathlib import Path

import pytest
import zxingcpp

from sesshu.health.notices.typesetting.questionnaires import render
from sesshu.health.notices.typesetting.tests.invented import boxes, page, picture
from sesshu.kernel.check_digits import has_check_digit

KINDS = ("mr", "hpv", "zoster", "rsv-maternal")
SCANNER_DPI = 200


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("codes") / "out.pdf"
    render([page(123456789000 + number, programme=kind) for number, kind in enumerate(KINDS)], out)
    return out


@pytest.mark.parametrize("number", range(len(KINDS)))
@pytest.mark.parametrize("turned", [0, 2, 180])
def test_a_scanner_reads_the_qr_code(printed: Path, number: int, turned: int) -> None:
    """H05: at 200 dpi, straight, askew and upside down, on every kind of form, the QR code is right."""
    sheet = picture(printed, number, SCANNER_DPI).rotate(turned, expand=True, fillcolor=255)
    found = zxingcpp.read_barcodes(sheet)
    assert [(item.format, item.text) for item in found] == [
        (zxingcpp.BarcodeFormat.QRCode, page(123456789000 + number).document_code)
    ]
    assert has_check_digit(found[0].text)


def test_the_ocr_line_stands_alone_at_the_foot(printed: Path) -> None:
    """H05: the same digits, at the foot, at the even pitch of OCR readers (10 to the inch)."""
    code = page(123456789000).document_code
    at_foot = [box for box in boxes(printed, code) if box[1] > 280]
    ((left, _, right, _),) = at_foot
    assert 2.3 < (right - left) / len(code) < 2.7
