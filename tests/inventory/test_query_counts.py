"""A page asks the database as often for fifty rows as for one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from .conftest import ISE, ORDINARY, OWN, signed_in, staff
from .pages import Page, all_pages
from .rows import Rows, tenant_models
from .test_audit import visit

MORE = 49
# Tables that a page lists, and of which fifty rows may hang together.
LISTED = (
    "Addressee", "Provider", "Product", "Lot", "OwnProgramme", "Job", "Batch", "Extraction", "PrintRun",
    "ReportSnapshot", "Institution", "InquiryRun",
)  # fmt: skip
OF_A_PERSON = (
    "Dose", "Screening", "PersonalCircumstance", "Window", "Issue", "BatchRow", "ExtractionRow",
    "ProtectiveMeasure", "Inquiry", "OutboxEntry",
)  # fmt: skip
# Of an intermediate server, each row with the first person.
OF_THE_EXCHANGE = (
    "Person", "InformationFlag", "Inquiry", "Provision", "Record", "Manifest", "InquiryBatch", "ListCopy",
    "Notice", "Correspondent", "ExpiryRun",
)  # fmt: skip


def many(rows: Rows) -> None:
    """Fifty of everything that a page may list, each person with a row of every kind."""
    exchange = [model for model in tenant_models() if model._meta.app_label == "intermediate"]
    models = {model.__name__: model for model in tenant_models() if model not in exchange}
    for model in exchange:
        if model.__name__ in OF_THE_EXCHANGE:
            for _ in range(MORE):
                rows.another(model)
    for _ in range(MORE):
        for name in LISTED:
            if name in models:
                rows.another(models[name])
        person = rows.another(models["Addressee"])
        for name in OF_A_PERSON:
            if name in models:
                row = rows.another(models[name], addressee=person)
                if name == "Dose":
                    rows.another(models["DoseVerdict"], dose=row)


def asked(page: Page, client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        visit(client, page, OWN)
    return len(queries)


def listing_pages() -> list[Page]:
    return [page for page in all_pages() if page.action and not page.parameters]


@pytest.mark.parametrize("page", listing_pages(), ids=lambda page: page.name)
def test_fifty_rows_cost_no_more_questions_than_one(own_rows: Rows, page: Page) -> None:
    client = signed_in(staff("reader", ISE, *ORDINARY))
    asked(page, client)
    one = asked(page, client)
    many(own_rows)
    assert asked(page, client) <= one + ALLOWED.get(page.name, 0), page.name


# Questions more that do not grow with the rows, and why.
ALLOWED = {"addressees:duplicates": 1}  # a second one when there is a pair to show
