"""Every table with persons is logged and has its period; every page that shows a person logs it (S05)."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from sesshu.addressees.models import Addressee
from sesshu.intermediate.models import Person
from sesshu.intermediate.sealing import cabinet
from sesshu.intermediate.staff.naming import number_of
from sesshu.protection.models import AuditEvent

from .conftest import HIDDEN_NAME, ISE, NAME, ORDINARY, OWN, signed_in, staff
from .pages import INTERMEDIATE, Page, all_pages, each_system, pages
from .personal_data import NO_PERSON, PERSON_DATA
from .rows import Rows, tenant_models
from .test_permissions import address

# What a page is asked; a search is posted, so that no name stands in an address.
POSTED = {"addressees:search": {"q": "メジルシ"}, "exchange:records": {"since": "2020-01-01"}}
QUERIES = {
    "reporting:doses": {"from": "2026-04-01", "to": "2027-03-31", "law": "1"},
    "reporting:residents": {"measure": "mr:1期", "year": "2026"},
    "reporting:lists": {"programme": "mr"},
    "reporting:roster": {"start": "2026-04-01", "end": "2026-11-22"},
}


def visit(client: Client, page: Page, number: int) -> bytes:
    """What the page answers when it is asked for the marked persons."""
    where = address(page, number)
    if page.name in POSTED:
        answer = client.post(where, POSTED[page.name])
    else:
        answer = client.get(where, QUERIES.get(page.name, {}))
    return b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]


def _of_the_exchange(rows: Rows) -> Person:
    """The person whom the intermediate server knows."""
    found = rows.of(Person)
    assert isinstance(found, Person)
    return found


def test_every_table_says_whether_it_holds_persons() -> None:
    tables = {model._meta.label for model in tenant_models()}
    assert set(PERSON_DATA) | set(NO_PERSON) == tables
    assert not set(PERSON_DATA) & set(NO_PERSON)


def test_every_table_with_persons_names_its_log_and_its_period() -> None:
    for table, (logged, kept) in PERSON_DATA.items():
        assert logged, table
        assert re.search(r"year|resident|with the|until", kept), table


def test_what_points_at_a_person_holds_persons() -> None:
    for model in tenant_models():
        if any(field.related_model is Addressee for field in model._meta.concrete_fields):
            assert model._meta.label in PERSON_DATA


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.name)
def test_a_page_that_shows_a_person_logs_the_person(
    own_rows: Rows, hidden_person: Addressee, page: Page
) -> None:
    account = staff("reader", ISE, *ORDINARY)
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    text = visit(signed_in(account), page, OWN)
    events = AuditEvent.objects.exclude(pk__in=before)
    logged = {subject for event in events for subject in event.subjects}
    for name, person in ((NAME, own_rows.of(Addressee)), (HIDDEN_NAME, hidden_person)):
        if name.encode() in text:
            assert person.pk in logged, f"{page.name} shows a person and does not log it"
    known = _of_the_exchange(own_rows)
    if number_of(known, cabinet()).encode() in text:
        assert known.pk in logged, f"{page.name} shows a person and does not log it"


def test_pages_do_show_the_person_sought(own_rows: Rows) -> None:
    """Without this the test above would pass for pages that show nobody."""
    client = signed_in(staff("reader", ISE, *ORDINARY))
    for page in pages():
        if page.name in {*QUERIES, *POSTED, "ledger:ledger"}:
            assert NAME in visit(client, page, OWN).decode(), page.name


@pytest.mark.parametrize("urlconf", [INTERMEDIATE])
def test_pages_of_the_exchange_do_show_the_person(own_rows: Rows, urlconf: str) -> None:
    client, number = (
        signed_in(staff("reader", ISE, *ORDINARY)),
        number_of(_of_the_exchange(own_rows), cabinet()),
    )
    shown = {page.name for page in pages(INTERMEDIATE) if number in _text(client, page)}
    assert shown >= {"exchange:provisions", "exchange:provision", "exchange:flags"}


def _text(client: Client, page: Page) -> str:
    return visit(client, page, OWN).decode("utf-8", "replace") if page.name.startswith("exchange:") else ""


@each_system
def test_the_log_holds_no_name(own_rows: Rows, hidden_person: Addressee, urlconf: str) -> None:
    client = signed_in(staff("reader", ISE, *ORDINARY))
    for page in pages():
        visit(client, page, OWN)
    for event in AuditEvent.objects.all():
        said = f"{event.action}{event.purpose}{event.detail}"
        assert NAME not in said
        assert HIDDEN_NAME not in said
