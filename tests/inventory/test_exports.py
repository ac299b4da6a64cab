"""Nothing that leaves the house tells where a protected person lives, or holds an Individual Number."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path

import pypdfium2
import pytest

import sesshu
from sesshu.addressees.models import Addressee
from sesshu.health.reporting import services
from sesshu.health.reporting.exports import FORMATS
from sesshu.health.reporting.requested import KINDS, listing_of
from sesshu.kernel.check_digits import is_individual_number
from sesshu.protection import door
from sesshu.protection.roles import Role
from sesshu.protection.taking_out import producers

from .conftest import DWELLING, HIDDEN_NAME, ISE, ORDINARY, OWN, signed_in, staff
from .pages import Page, all_pages
from .rows import Rows, house_models
from .test_audit import visit

HOUSE = Path(sesshu.__file__).parent
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


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.name)
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
    own_rows: Rows, hidden_person: Addressee, tmp_path: Path, kind: str, form: str, roles: tuple[Role, ...]
) -> None:
    out = tmp_path / f"list.{form}"
    services.export_now(listing_of(kind, LISTS[kind]), out, by=staff("exporter", ISE, *roles))
    content = out.read_bytes()
    text = told(content)
    assert HIDDEN_NAME in text
    for secret in SECRETS:
        assert secret not in text
        assert secret.encode() not in content
    assert individual_numbers(content) == []


def test_every_kind_of_list_is_tried() -> None:
    assert set(LISTS) == set(KINDS)


def test_no_table_of_this_database_has_a_place_for_an_individual_number() -> None:
    for model in house_models():
        for field in model._meta.concrete_fields:
            words = f"{field.name} {field.verbose_name}"
            assert not re.search(r"individual_number|my_?number|kojin_?bango|個人番号|マイナンバー", words), (
                words
            )


# What builds an answer that is a file. Elsewhere a view calls the door.
_FILE_MAKING = re.compile(
    r"\bFileResponse\(|StreamingHttpResponse\(|Content-Disposition|content_disposition_header"
)
_DOOR = "protection/door.py"


def test_every_file_leaves_through_the_one_door() -> None:
    """S06: looked over for Individual Numbers, with the reason why it may leave as it is."""
    makers = {
        str(path.relative_to(HOUSE))
        for path in HOUSE.rglob("*.py")
        if "tests" not in path.parts and _FILE_MAKING.search(path.read_text(encoding="utf-8"))
    }
    assert makers == {_DOOR}


def test_persons_as_data_are_never_handed_out_in_plain() -> None:
    """S06: the kinds of the door have no place for a plain file of persons' rows."""
    assert {kind.value for kind in door.Kind} == {"paper", "figures", "own-input", "sealed"}
    assert set(producers.names()) >= set(KINDS)
