"""Letters: reminders (A類) and information (B類) for window envelopes."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sesshu.health.notices.typesetting.composing import typeset
from sesshu.health.notices.typesetting.fonts import cabinet
from sesshu.health.notices.typesetting.forms import letter_wording, programme_of
from sesshu.health.notices.typesetting.items import item, postal
from sesshu.health.notices.typesetting.press import press
from sesshu.health.notices.typesetting.proofing import Texts, proofread
from sesshu.health.notices.typesetting.values import Composed, Letter, Progress, Rendered
from sesshu.kernel.wareki import to_wareki

CHUNK = 100


def render_letters(
    letters: Iterable[Letter], out: Path, *, progress: Progress | None = None, workers: int = 2
) -> Rendered:
    """Prints one A4 letter for each of `letters` to `out`; as `questionnaires.render` in all else.

    Wording: 予防接種法8条 (recommendation) for A類; for B類 information only, without any recommendation.
    """
    return press(letters, compose, out, chunk=CHUNK, progress=progress, workers=workers)


def compose(letters: Sequence[Letter]) -> Composed:
    """Typesets one chunk."""
    fonts = cabinet()
    good, refused, substituted = proofread(letters, _texts, fonts)
    if not good:
        return Composed(b"", len(letters), 0, refused, substituted)
    job = {"letters": [_letter(one) for one in good]}
    pdf = typeset("letter.typ", {"job.json": job}, tagged=False)
    return Composed(pdf, len(letters), len(good), refused, substituted)


def _texts(letter: Letter) -> Texts:
    return (letter.addressee_name, letter.person_name, letter.address), (letter.reference,)


def _letter(letter: Letter) -> dict[str, Any]:
    names = cabinet().names
    texts = _filled(letter)
    return {
        **texts,
        "postal_code": postal(letter.postal_code),
        "address": item(letter.address, names, (84, 14), 10.5),
        "addressee": item(f"{letter.addressee_name} 様", names, (80, 12), 14),
        "reference": letter.reference,
        "printed_on": to_wareki(letter.printed_on),
        "mayor": letter.mayor,
        "contact": letter.contact,
        "facts": [
            [label, item(text, names, (120, 10), 11)]
            for label, text in (
                ("接種を受ける方", f"{letter.person_name} 様"),
                ("予防接種の種類", f"{programme_of(letter.programme).name}　{letter.dose_label}"),
                ("受けられる期間の最終日", to_wareki(letter.last_day)),
            )
        ],
    }


def _filled(letter: Letter) -> dict[str, Any]:
    wording = letter_wording(letter.programme)
    vaccine = programme_of(letter.programme).name

    def fill(text: str) -> str:
        return text.replace("{vaccine}", vaccine).replace("{municipality}", letter.municipality)

    return {
        "subject": fill(wording["subject"]),
        "opening": fill(wording["opening"]),
        "body": [fill(text) for text in wording["body"]],
    }
