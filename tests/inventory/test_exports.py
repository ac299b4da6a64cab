"""Nothing that leaves the house tells where a protected person lives, or holds an Individual Number."""

from __future__ import annotations

import html
import io
import re
import zipfile

import pypdfium2
import pytest

from sesshu.addressees.models import Addressee
from sesshu.health.reporting.exports import FORMATS
from sesshu.health.reporting.requested import KINDS
from sesshu.kernel.check_digits import is_individual_number
from sesshu.protection.roles import Role

from .conftest import DWELLING, HIDDEN_NAME, ISE, ORDINARY, OWN, signed_in, staff
from .pages import Page, pages
from .rows import Rows, house_models
from .test_audit import visit

SECRETS = (*DWELLING.values(), "H-SECRET")
TWELVE = re.compile(r"(?<!\d)\d{12}(?!\d)")
LISTS = {
    "unvaccinated": "programme=mr&on=2026-11-22",
    "roster": "start=2026-04-01&end=2026-11-22",
    "doses": "from=2026-04-01&to=2027-03-31&law=1",
    "residents": "measure=mr:1期&year=2026",
}


def told(content: bytes, line_break: str = "") -> str:
    """All that a reader can find in an answer, whatever its kind; lines of a PDF joined by ``line_break``."""
    if content[:4] == b"%PDF":
        with pypdfium2.PdfDocument(content) as document:
            pages = [page.get_textpage().get_text_bounded() for page in document]
        return re.sub(r"[\r\n]+", line_break, "\n".join(pages))
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            sheets = [
                book.read(name).decode("utf-8", "replace") for name in book.namelist() if "sheet" in name
            ]
        # One writer of XML spells signs out as references.
        return html.unescape("".join(sheets))
    return content.decode("utf-8", "replace")


def individual_numbers(content: bytes) -> list[str]:
    """What could be an Individual Number; digits of different lines make none."""
    return [found for found in TWELVE.findall(told(content, "\n")) if is_individual_number(found)]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_no_page_or_file_tells_where_a_protected_person_lives(
    own_rows: Rows, hidden_person: Addressee, page: Page
) -> None:
    """Asked by somebody with every right but that to see the protected."""
    client = signed_in(staff("ordinary", ISE, *ORDINARY))
    for number in (OWN, hidden_person.pk):
        text = told(visit(client, page, number))
        for secret in SECRETS:
            assert secret not in text, f"{page.name} tells {secret}"


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("roles", [ORDINARY, tuple(Role)], ids=["ordinary", "with the right to see"])
def test_no_exported_list_tells_it_not_even_to_those_who_may_see_it(
    own_rows: Rows, hidden_person: Addressee, kind: str, form: str, roles: tuple[Role, ...]
) -> None:
    client = signed_in(staff("exporter", ISE, *roles))
    answer = client.post(f"/reporting/lists/{kind}/export/", {"format": form, "address": LISTS[kind]})
    text = told(answer.content)
    assert answer.status_code == 200
    assert HIDDEN_NAME in text
    for secret in SECRETS:
        assert secret not in text
        assert secret.encode() not in answer.content
    assert individual_numbers(answer.content) == []


def test_every_kind_of_list_is_tried() -> None:
    assert set(LISTS) == set(KINDS)


def test_no_table_of_this_database_has_a_place_for_an_individual_number() -> None:
    for model in house_models():
        for field in model._meta.concrete_fields:
            words = f"{field.name} {field.verbose_name}"
            assert not re.search(r"individual_number|my_?number|kojin_?bango|個人番号|マイナンバー", words), (
                words
            )
