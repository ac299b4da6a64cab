"""H05: 予診票 printed for persons: one sheet each, in order, whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from sesshu.health.notices.typesetting import questionnaires
from sesshu.health.notices.typesetting.proofing import UnprintableForm
from sesshu.health.notices.typesetting.questionnaires import render
from sesshu.health.notices.typesetting.tests.invented import boxes, page, picture, texts
from sesshu.health.notices.typesetting.values import QuestionnairePage

NAMES_WITH_VARIANTS = ("葛\U000e0100城 花子", "\U00020bb7田 花子", "辻\U000e0100 花子", "渡邉\U000e0106 花子")
NO_FONT_HAS_IT = "\U0010fffd"
NAME_BOX_MM = (29, 34, 121, 46)
ADDRESS_BOX_MM = (29, 45, 121, 58)


def inside(box: tuple[float, ...], field: tuple[float, ...]) -> bool:
    return field[0] <= box[0] and field[1] <= box[1] and box[2] <= field[2] and box[3] <= field[3]


def test_one_sheet_for_each_person_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """H05: on worker processes, too, the order of the persons is the order of the sheets."""
    monkeypatch.setattr(questionnaires, "CHUNK", 4)
    pages = [page(number, dose_label=f"{number % 3 + 1}回目") for number in range(1, 12)]
    seen: list[tuple[int, int]] = []
    rendered = render(pages, tmp_path / "out.pdf", progress=lambda done, total: seen.append((done, total)))
    printed = texts(tmp_path / "out.pdf")
    assert (rendered.documents, rendered.pages, rendered.refused) == (11, 11, ())
    assert rendered.file == tmp_path / "out.pdf"
    assert seen == [(4, 11), (8, 11), (11, 11)]
    for one, text in zip(pages, printed, strict=True):
        assert one.document_code in text
        assert one.addressee_number in text
        assert one.dose_label in text


def test_what_is_printed_of_a_person(tmp_path: Path) -> None:
    render([page()], tmp_path / "out.pdf")
    (text,) = texts(tmp_path / "out.pdf")
    for expected in (
        "見本　花子", "ミホン　ハナコ", "女", "令和7年4月30日", "1歳6か月（令和8年11月22日現在）",
        "〒516-0000",
        "令和8年5月1日 から 令和9年4月29日 まで", "見本　太郎", "0596-00-0000", "（宛先）伊勢市長", "0.5 mL",
    ):  # fmt: skip
        assert expected in text, expected


def test_unknown_birth_is_printed_as_it_is_registered(tmp_path: Path) -> None:
    render([page(birth=None, birth_text="昭和10年頃"), page(2, birth=None)], tmp_path / "out.pdf")
    first, second = texts(tmp_path / "out.pdf")
    assert "昭和10年頃" in first
    assert "不詳" in second
    assert "現在）" not in first


@pytest.mark.parametrize("name", NAMES_WITH_VARIANTS)
def test_a_names_variant_is_kept_in_the_text(tmp_path: Path, name: str) -> None:
    rendered = render([page(name=name)], tmp_path / "out.pdf")
    assert rendered.substituted == ()
    assert name in texts(tmp_path / "out.pdf")[0]


def test_a_variant_is_drawn_in_its_own_shape(tmp_path: Path) -> None:
    """葛 has two shapes in Noto Sans CJK JP: the selectors must show both."""
    shapes = []
    for number, name in enumerate(("葛\U000e0100", "葛\U000e0101")):
        out = tmp_path / f"{number}.pdf"
        render([page(name=name)], out)
        scale = 200 / 25.4
        shapes.append(picture(out).crop(tuple(round(side * scale) for side in NAME_BOX_MM)).tobytes())
    assert shapes[0] != shapes[1]


def test_a_variant_that_no_font_has_is_reported(tmp_path: Path) -> None:
    unknown = "見\U000e01ef"
    rendered = render([page(name=f"{unknown}本 花子")], tmp_path / "out.pdf")
    assert rendered.documents == 1
    assert [(one.addressee_number, one.characters) for one in rendered.substituted] == [
        ("000000000000001", (unknown,))
    ]


def test_a_name_without_a_glyph_is_refused_and_the_others_printed(tmp_path: Path) -> None:
    """A printer's box never stands in a name."""
    rendered = render([page(1), page(2, name=f"見本{NO_FONT_HAS_IT} 花子"), page(3)], tmp_path / "out.pdf")
    (refused,) = rendered.refused
    assert (rendered.documents, rendered.pages) == (2, 2)
    assert refused.addressee_number == "000000000000002"
    assert refused.characters == (NO_FONT_HAS_IT,)
    assert "U+10FFFD" in refused.message
    assert "000000000000002" not in "".join(texts(tmp_path / "out.pdf"))


def test_nothing_printed_leaves_no_file(tmp_path: Path) -> None:
    rendered = render([page(name=NO_FONT_HAS_IT)], tmp_path / "out.pdf")
    assert (rendered.documents, rendered.pages, rendered.file) == (0, 0, None)
    assert list(tmp_path.iterdir()) == []


def test_a_form_that_cannot_be_drawn_stops_the_print(tmp_path: Path) -> None:
    with pytest.raises(UnprintableForm, match=r"U\+10FFFD"):
        render([page(contact=f"係{NO_FONT_HAS_IT}")], tmp_path / "out.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_cancelling_leaves_what_was_there_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    """H05: an exception from progress cancels; neither half a file nor a temporary one is left."""
    monkeypatch.setattr(questionnaires, "CHUNK", 2)
    out = tmp_path / "out.pdf"
    out.write_bytes(b"before")

    def cancel(done: int, total: int) -> None:
        raise InterruptedError("cancelled")

    with pytest.raises(InterruptedError):
        render([page(number) for number in range(1, 9)], out, progress=cancel, workers=workers)
    assert [path.name for path in tmp_path.iterdir()] == ["out.pdf"]
    assert out.read_bytes() == b"before"


def test_persons_are_read_as_they_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flat memory: no more than a few chunks are drawn from the source before the first is bound."""
    monkeypatch.setattr(questionnaires, "CHUNK", 2)
    drawn = 0
    drawn_at_first_progress: list[int] = []

    def source() -> Iterator[QuestionnairePage]:
        nonlocal drawn
        for number in range(1, 41):
            drawn += 1
            yield page(number)

    render(source(), tmp_path / "out.pdf", progress=lambda *_: drawn_at_first_progress.append(drawn))
    assert drawn_at_first_progress[0] <= 10
    assert drawn == 40


def test_long_texts_stay_in_their_fields(tmp_path: Path) -> None:
    """A 60-character address and a long foreign name shrink and wrap inside their boxes."""
    address = "三重県伊勢市見本町字長い名の例" + "０１２３４５６７８９" * 4 + "号棟終"
    name = "アレキサンドリアヴィクトリア　マクシミリアーナ見本姓"
    render([page(address=address, name=name, kana="ミホン" * 20)], tmp_path / "out.pdf")
    found_ends = [
        (next(boxes(tmp_path / "out.pdf", "号棟終")), ADDRESS_BOX_MM),
        (next(boxes(tmp_path / "out.pdf", "三重県伊勢市見本町")), ADDRESS_BOX_MM),
        (next(boxes(tmp_path / "out.pdf", "アレキサンドリア")), NAME_BOX_MM),
        (next(boxes(tmp_path / "out.pdf", "見本姓")), NAME_BOX_MM),
    ]
    assert len(address) >= 57
    assert all(inside(box, field) for box, field in found_ends), found_ends


def test_text_is_data_and_never_markup(tmp_path: Path) -> None:
    hostile = '#panic("x") *太* $1$ @ref'
    rendered = render([page(name=hostile, address=hostile)], tmp_path / "out.pdf")
    assert rendered.documents == 1
    assert '#panic("x")' in texts(tmp_path / "out.pdf")[0]


def test_every_font_is_embedded(tmp_path: Path) -> None:
    render([page(name=NAMES_WITH_VARIANTS[0])], tmp_path / "out.pdf")
    with pdfium.PdfDocument(tmp_path / "out.pdf") as document:
        fonts = {
            item.get_font().get_base_name(): item.get_font().is_embedded
            for item in document[0].get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_TEXT])
        }
    assert any("NotoSansCJKjp" in name or "IPAmj" in name for name in fonts)
    assert all(fonts.values()), fonts


def test_a_code_with_a_wrong_check_digit_is_refused() -> None:
    with pytest.raises(ValueError, match="検査数字"):
        page(document_code="12345678901200")
