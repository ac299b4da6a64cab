"""S09: whoever only looks changes nothing, at any address: a link or a picture of another site cannot act."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from .conftest import ISE, ORDINARY, OWN, signed_in, staff
from .pages import Page, each_system, pages
from .rows import Rows
from .test_audit import QUERIES
from .test_permissions import address

# Tables that note the looking itself, or what a browser carries between two pages.
NOTED = {
    "protection_auditevent": "the log of who saw what",
    "trail_refusalcount": "how often something was refused",
    "terminals_sighting": "when a terminal was last seen",
}
# Addresses whose GET writes more, and why it is no act.
WRITES = {"sign_in:add": {"sign_in_session"}}  # the authenticator's challenge, in one's own session


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [name for (name,) in cursor.fetchall() if name not in NOTED]


def state() -> dict[str, str]:
    """One digest of all rows for each table, those of the log and of sessions left out."""
    found = {}
    with connection.cursor() as cursor:
        for name in tables():
            cursor.execute(
                f'SELECT count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{name}" t'
            )
            found[name] = str(cursor.fetchone())
    return found


def look(client: Client, page: Page) -> None:
    where = address(page, OWN)
    for answer in (client.get(where, QUERIES.get(page.name, {})), client.head(where), client.options(where)):
        if answer.streaming:
            b"".join(answer.streaming_content)  # type: ignore[arg-type]


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


@each_system
def test_looking_changes_nothing(own_rows: Rows, urlconf: str) -> None:
    client, found, before = signed_in(staff("looker", ISE, *ORDINARY)), {}, state()
    for page in pages():
        look(client, page)
        after = state()
        if changed(before, after):
            found[page.name] = changed(before, after)
        before = after
    assert found == WRITES
    assert client.get("/").status_code == 200  # signed in to the last


def test_a_change_is_seen(own_rows: Rows) -> None:
    """Without this the test above would pass for a digest that sees nothing."""
    client, before = signed_in(staff("writer", ISE, *ORDINARY)), state()
    client.post(f"/addressees/{OWN}/telephone/", {"telephone": "0596000000"})
    assert changed(before, state()) == {"addressees_addressee", "addressees_addresseeversion"}


@pytest.mark.parametrize("table", NOTED)
def test_what_is_left_out_exists(db: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
        assert cursor.fetchone() == (True,)
