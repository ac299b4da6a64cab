"""What is printed: the values of a person's 予診票 or letter, as typesetting takes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sesshu.addressees.models import Addressee
from sesshu.health.notices.models import Issue, PrintRun
from sesshu.health.notices.typesetting.values import Letter, QuestionnairePage
from sesshu.kernel import dates
from sesshu.protection.models import Municipality
from sesshu.protection.tenancy import current

# 予防接種実施規則5条の2: under sixteen, the guardian's consent is needed.
OF_AGE = 16
_SEXES = {"1": "M", "2": "F"}
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Sender:
    """Who issues the document."""

    municipality: str
    mayor: str
    contact: str


@dataclass(frozen=True, slots=True)
class Printed:
    """The facts of one document beside the person's own."""

    code: str
    programme: str
    dose_label: str
    valid_from: date
    valid_to: date
    age_on: date


def sender() -> Sender:
    city = Municipality.objects.get(code=current())
    contact = " ".join(filter(None, (city.section, city.section_telephone)))
    return Sender(city.name, f"{city.name}長", contact)


def questionnaire(
    person: Addressee, facts: Printed, of: Sender, *, hide_address: bool = False
) -> QuestionnairePage:
    """One page. ``hide_address`` leaves address and telephone to be written by hand (支援措置)."""
    return QuestionnairePage(
        document_code=facts.code,
        programme=facts.programme,
        dose_label=facts.dose_label,
        valid_from=facts.valid_from,
        valid_to=facts.valid_to,
        addressee_number=person.number,
        name=person.name,
        kana=person.name_kana,
        sex=_SEXES.get(person.sex),
        birth=person.birth_date,
        birth_text=person.birth_date_text,
        age_on=facts.age_on,
        postal_code="" if hide_address else person.postal_code,
        address="" if hide_address else person.address,
        telephone="" if hide_address else person.telephone,
        guardian="" if hide_address else guardian_of(person, facts.age_on),
        municipality=of.municipality,
        mayor=of.mayor,
        contact=of.contact,
    )


def letter(person: Addressee, issue: Issue, of: Sender, *, printed_on: date) -> Letter:
    """One reminder; to the guardian where the person is under age."""
    minor = _is_minor(person, printed_on)
    return Letter(
        reference=issue.code,
        programme=issue.programme,
        dose_label=issue.dose_label,
        addressee_number=person.number,
        addressee_name=f"{person.name} 保護者" if minor else person.name,
        person_name=person.name,
        postal_code=person.postal_code,
        address=person.address,
        last_day=issue.valid_to or _year_end(printed_on),
        printed_on=printed_on,
        municipality=of.municipality,
        mayor=of.mayor,
        contact=of.contact,
    )


def facts_of(issue: Issue, *, due_from: date | None, age_on: date) -> Printed:
    """``due_from`` in the past would say that the paper was valid before it was printed."""
    starts = max(due_from or issue.issued_on, issue.issued_on)
    ends = issue.valid_to or _year_end(starts)
    return Printed(issue.code, issue.programme, issue.dose_label, min(starts, ends), ends, age_on)


def guardian_of(person: Addressee, on: date) -> str:
    """The head of the household where the person is under age and not the head."""
    return person.household_head if _is_minor(person, on) and person.household_head != person.name else ""


def _is_minor(person: Addressee, on: date) -> bool:
    return (
        person.birth_date is not None
        and person.birth_date <= on
        and dates.age_on(person.birth_date, on) < OF_AGE
    )


def _year_end(day: date) -> date:
    return dates.fiscal_year_end(dates.fiscal_year(day))


class RunDocuments:
    """The documents of a run in the order of the post, read as they are printed.

    Length is known beforehand for the progress; memory does not grow with it.
    """

    def __init__(self, run: PrintRun) -> None:
        self.run = run
        self._issues = Issue.objects.filter(municipality_code=current(), run=run).select_related("addressee")

    def __len__(self) -> int:
        return self._issues.count()

    def questionnaires(self) -> Iterator[QuestionnairePage]:
        of, due = sender(), self._due_from()
        for issue in self._in_postal_order():
            facts = facts_of(issue, due_from=due.get(issue.addressee_id), age_on=self.run.extraction.on)
            yield questionnaire(issue.addressee, facts, of)

    def letters(self) -> Iterator[Letter]:
        of = sender()
        for issue in self._in_postal_order():
            yield letter(issue.addressee, issue, of, printed_on=issue.issued_on)

    def _in_postal_order(self) -> Iterator[Issue]:
        place = ("addressee__postal_code", "addressee__town", "addressee__house_number")
        return self._issues.order_by(*place, "addressee__number").iterator(chunk_size=_BATCH)

    def _due_from(self) -> dict[int, date]:
        rows = self.run.extraction.rows.filter(included=True, due_from__isnull=False)
        pairs = rows.values_list("addressee_id", "due_from")
        return {person: day for person, day in pairs if day is not None}
