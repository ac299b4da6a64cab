"""予診票: from page values to one PDF."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sesshu.health.notices.typesetting.codes import qr_svg
from sesshu.health.notices.typesetting.composing import frames, typeset
from sesshu.health.notices.typesetting.fonts import cabinet, printable
from sesshu.health.notices.typesetting.forms import Form, form_of
from sesshu.health.notices.typesetting.items import item, postal
from sesshu.health.notices.typesetting.press import press
from sesshu.health.notices.typesetting.proofing import Texts, proofread, require_glyphs
from sesshu.health.notices.typesetting.values import Composed, Progress, QuestionnairePage, Rendered
from sesshu.kernel.dates import age_text
from sesshu.kernel.wareki import to_wareki

CHUNK = 250
OCR_PITCH_PT = 7.2
OCR_SIZE_PT = 12
_SEXES = {"M": "男", "F": "女", None: "－"}


def render(
    pages: Iterable[QuestionnairePage], out: Path, *, progress: Progress | None = None, workers: int = 2
) -> Rendered:
    """Prints one A4 page for each of `pages`, in their order, to `out`.

    `progress(done, total)` is called after each chunk (total is 0 while unknown); an exception from it
    cancels, and no file is left. A page with a character that no font holds is refused, the others are
    printed. Raises forms.UnknownProgramme, and proofing.UnprintableForm where the form itself (title,
    contact) has such a character.
    """
    return press(pages, compose, out, chunk=CHUNK, progress=progress, workers=workers)


def compose(pages: Sequence[QuestionnairePage]) -> Composed:
    """Typesets one chunk."""
    fonts = cabinet()
    good, refused, substituted = proofread(pages, _texts, fonts)
    if not good:
        return Composed(b"", len(pages), 0, refused, substituted)
    forms: dict[Form, int] = {}
    for page in good:
        forms.setdefault(form_of(page), len(forms))
    for form in forms:
        require_glyphs(form, fonts)
    under = frames([form.as_data() for form in forms])
    inputs = {"job.json": overlay(good, forms)}
    pdf = typeset("questionnaire_fill.typ", inputs, {"frames.pdf": under}, tagged=False)
    return Composed(pdf, len(pages), len(good), refused, substituted)


def overlay(pages: Sequence[QuestionnairePage], forms: Mapping[Form, int]) -> dict[str, Any]:
    """The persons' items as the template takes them; `forms` numbers the frames."""
    fonts = cabinet()
    return {
        "frames": len(forms),
        "persons": [_person(page, forms[form_of(page)]) for page in pages],
        "code_fonts": [face.family for face in fonts.codes],
        "code_tracking": OCR_PITCH_PT - OCR_SIZE_PT * fonts.codes[0].widths[ord("0")],
    }


def _texts(page: QuestionnairePage) -> Texts:
    return (
        (page.name, page.guardian, page.address),
        (page.kana, page.telephone, page.addressee_number, page.birth_text),
    )


def _person(page: QuestionnairePage, frame: int) -> dict[str, Any]:
    fonts = cabinet()
    return {
        "frame": frame,
        "qr": qr_svg(page.document_code),
        "code": page.document_code,
        "validity": f"{to_wareki(page.valid_from)} から {to_wareki(page.valid_to)} まで",
        "furigana": item(page.kana, fonts.text, (88, 5), 9),
        "name": item(page.name, fonts.names, (88, 11), 16),
        "sex": _SEXES[page.sex],
        "birth": to_wareki(page.birth) if page.birth else page.birth_text or "不詳",
        "age": f"{age_text(page.birth, page.age_on)}（{to_wareki(page.age_on)}現在）" if page.birth else "",
        "address": item(f"〒{postal(page.postal_code)} {page.address}", fonts.names, (88, 12), 10.5),
        "telephone": printable(page.telephone),
        "guardian": item(page.guardian, fonts.names, (88, 8), 11),
        "addressee": page.addressee_number,
    }
