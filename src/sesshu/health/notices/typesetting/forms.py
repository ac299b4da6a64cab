"""The forms as data: layouts, wording per class of disease, and what each programme adds.

Read from `layouts/*.yaml`; the texts follow 定期接種実施要領 in substance and order, in our own words.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from sesshu.health.notices.typesetting.values import QuestionnairePage

_TITLE_WIDTH_MM = 150
_LARGEST_TITLE_PT = 14.5
LAYOUT_KINDS = ("child", "hpv", "adult", "maternal")


class UnknownProgramme(KeyError):
    """No form is laid down for this programme code."""


@dataclass(frozen=True, slots=True)
class Question:
    """One row: its text, a line of blanks to fill in, and the answers to choose from."""

    id: str
    text: str
    detail: str = ""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Programme:
    """What a programme prints: `category` is "A" or "B" (予防接種法2条), `layout` one of `LAYOUT_KINDS`."""

    code: str
    title: str
    name: str
    category: str
    layout: str
    amount: str
    vaccine_note: str
    added: tuple[tuple[str, Question], ...]


@dataclass(frozen=True, slots=True)
class Form:
    """Everything on a 予診票 but the person: equal forms share one typeset frame."""

    title: str
    title_size: float
    dose_label: str
    form_name: str
    municipality: str
    mayor: str
    contact: str
    legal_basis: str
    footer_text: str
    amount: str
    vaccine_note: str
    person_label: str
    guardian_label: str
    intro: str
    questions: tuple[Question, ...]
    doctor_text: str
    consent_label: str
    consent_text: str
    submission_text: str
    signature_label: str
    consent_note: str

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    def texts(self) -> Iterator[str]:
        """Every text that is printed."""
        for value in self.as_data().values():
            if isinstance(value, str):
                yield value
        for question in self.questions:
            yield from (question.text, question.detail, *question.answers)


def form_of(page: QuestionnairePage) -> Form:
    """The form `page` is printed on. Raises UnknownProgramme."""
    return _form(
        page.programme, page.title, page.dose_label, page.amount, page.vaccine_note,
        page.municipality, page.mayor, page.contact,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _form(
    code: str, title: str | None, dose_label: str, amount: str | None, vaccine_note: str | None,
    municipality: str, mayor: str, contact: str,
) -> Form:  # fmt: skip
    programme = programme_of(code)
    layout, wording = _layout(programme.layout), _read("categories.yaml")[programme.category]
    heading = title or programme.title
    texts = {key: layout[key] for key in _LAYOUT_TEXTS}
    texts["submission_text"] = texts["submission_text"].replace("{municipality}", municipality)
    return Form(
        title=heading,
        title_size=min(_LARGEST_TITLE_PT, _TITLE_WIDTH_MM / 0.3528 / (len(heading) + len(dose_label) + 2)),
        dose_label=dose_label,
        form_name=layout["name"],
        municipality=municipality,
        mayor=mayor,
        contact=contact,
        amount=amount or programme.amount,
        vaccine_note=programme.vaccine_note if vaccine_note is None else vaccine_note,
        questions=questions_of(code),
        **wording,
        **texts,
    )


_LAYOUT_TEXTS = (
    "person_label", "guardian_label", "intro", "doctor_text", "consent_label", "consent_text",
    "submission_text", "signature_label", "consent_note",
)  # fmt: skip


@lru_cache(maxsize=64)
def programme_of(code: str) -> Programme:
    """The printed side of a programme. Raises UnknownProgramme."""
    try:
        entry = _read("programmes.yaml")[code]
    except KeyError:
        raise UnknownProgramme(f"予診票の様式がない接種種類です: {code}") from None
    added = tuple((row["after"], _question(row)) for row in entry.get("questions", ()))
    return Programme(
        code, entry["title"], entry["name"], entry["category"], entry["layout"], entry["amount"],
        entry.get("vaccine_note", ""), added,
    )  # fmt: skip


def letter_wording(code: str) -> dict[str, Any]:
    """The texts of a letter about this programme, by its class of disease. Raises UnknownProgramme."""
    wording: dict[str, Any] = _read("letters.yaml")[programme_of(code).category]
    return wording


def programme_codes() -> tuple[str, ...]:
    """Every programme that has a form."""
    return tuple(_read("programmes.yaml"))


@lru_cache(maxsize=64)
def questions_of(code: str) -> tuple[Question, ...]:
    """The layout's questions with the programme's own among them. "{id}" becomes that question's number.

    Raises ValueError where a programme's question names a neighbour that the layout does not have.
    """
    programme = programme_of(code)
    rows = [_question(row) for row in _layout(programme.layout)["questions"]]
    for after, question in programme.added:
        ids = [row.id for row in rows]
        if after not in ids:
            raise ValueError(f"{code}: 質問「{question.id}」の前に置く質問「{after}」が様式にありません。")
        rows.insert(ids.index(after) + 1, question)
    return tuple(_numbered(row, rows) for row in rows)


def _numbered(question: Question, rows: list[Question]) -> Question:
    text = question.text
    for number, row in enumerate(rows, start=1):
        text = text.replace("{" + row.id + "}", str(number))
    return replace(question, text=text)


def _question(row: dict[str, Any]) -> Question:
    return Question(row["id"], row["text"], row.get("detail", ""), tuple(row.get("answers", ())))


def _layout(kind: str) -> dict[str, Any]:
    return _read(f"{kind}.yaml")


@lru_cache(maxsize=16)
def _read(name: str) -> dict[str, Any]:
    text = (files(__package__) / "layouts" / name).read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content
