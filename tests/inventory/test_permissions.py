"""Every address has its permission; without it, and for another city's rows, it does not exist (S02)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

from sesshu.protection.actions import Action
from sesshu.protection.roles import Role

from .conftest import FOREIGN, ISE, ORDINARY, OWN, signed_in, staff
from .pages import Page, all_pages
from .rows import Rows

# Addresses that require no action, and why.
OPEN = {
    "protection:sign-in": "nobody is signed in yet",
    "sign_in:factor": "the second step of signing in",
    "sign_in:demo": "the second step of signing in, in the demo alone",
    "sign_in:enrol": "nobody can sign in before the enrolment",
    "sign_in:enrol-password": "the enrolment's second step",
    "sign_in:enrol-authenticator": "the enrolment's third step",
    "web:health": "a monitor asks it; it says nothing about anybody",
}
SIGNED_IN = {
    "protection:sign-out": "whoever is signed in may leave",
    "web:home": "its cards are chosen by role",
    "protection:administration": "its entries are chosen by role",
    "protection:purpose": "the purposes are those of one's own roles; no data",
    "accounts:on-duty": "for a shared id only, and shows who may use it",
    "sign_in:again": "one's own second factor",
    "sign_in:stay": "whoever is signed in may stay",
    "sign_in:own": "one's own authenticators and sessions",
    "sign_in:add": "one's own authenticators",
    "sign_in:remove": "one's own authenticators",
    "sign_in:own-password": "one's own password",
    "sign_in:end": "one's own sessions",
    "web:date-reading": "reads a typed date; no data",
    "web:gallery": "parts with invented persons; development only",
}
WORDS = {
    "circumstance": "pregnancy",
    "code": "counter",
    "form": "csv",
    "kind": "dose",
    "name": "x" * 32 + ".csv",
    "token": "x" * 20,
}
SPECIAL = {
    "reporting:export": {"kind": "roster"},
    "taking_out:new": {"name": "roster"},
    "retention:draw": {"code": "person-dead"},
    "retention:holds": {"code": "person-dead"},
    "trail:rule": {"code": "off-hours"},
}


def every_page() -> Any:
    return pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.name)


def address(page: Page, number: int) -> str:
    rows: dict[str, object] = {"IntConverter": number, "UUIDConverter": UUID(int=number)}
    values = {name: rows.get(kind, WORDS.get(name)) for name, kind in page.parameters}
    values |= SPECIAL.get(page.name, {})
    assert None not in values.values(), f"{page.name}: say in WORDS what its parameters may be"
    return page.address(**values)


def ask(client: Client, where: str) -> HttpResponse:
    """GET, or POST where the address takes nothing else."""
    answer = client.get(where)
    return client.post(where) if answer.status_code == 405 else answer  # type: ignore[return-value]


@every_page()
def test_every_address_names_its_action(page: Page) -> None:
    assert (page.action in set(Action)) != (page.name in OPEN or page.name in SIGNED_IN)


def test_no_exemption_outlives_its_address() -> None:
    assert set(OPEN) | set(SIGNED_IN) <= {page.name for page in all_pages()}


def test_every_action_is_some_role_s() -> None:
    given = {action for role in Role for action in role.actions}
    assert set(Action) == given


@every_page()
def test_a_stranger_is_sent_to_sign_in(db: None, page: Page) -> None:
    if page.name in OPEN:
        return
    answer = ask(Client(), address(page, OWN))
    assert answer.status_code in (302, 404)
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith("/sign-in/")


@every_page()
def test_without_the_right_it_does_not_exist(own_rows: Rows, page: Page) -> None:
    if page.action is None:
        return
    roles = [role for role in Role if page.action not in role.actions]
    assert ask(signed_in(staff("no-right", ISE, *roles)), address(page, OWN)).status_code == 404


@every_page()
def test_another_city_s_row_does_not_exist(own_rows: Rows, foreign_rows: Rows, page: Page) -> None:
    if not page.has_row:
        return
    assert ask(signed_in(own_rows.account), address(page, FOREIGN)).status_code == 404


@every_page()
def test_one_s_own_row_does_exist(own_rows: Rows, page: Page) -> None:
    """Without this the test above would pass for addresses that find nothing at all."""
    if not page.has_row:
        return
    answer = ask(signed_in(staff("all", ISE, *ORDINARY)), address(page, OWN))
    assert answer.status_code < 500
    if page.name not in NOTHING_TO_SEE:
        assert answer.status_code != 404, page.name


# Addresses that do not exist for the row that the inventory makes, and why.
NOTHING_TO_SEE = {
    **dict.fromkeys(
        (
            "accounts:account",
            "accounts:grant",
            "accounts:narrow",
            "accounts:resume",
        ),
        "an account stands in no table of one city and has another number; its room's tests open it",
    ),
    "addressees:merge": "a person cannot be merged with herself",
    "notices:run-file": "the run of the inventory was never at the press",
    "trail:verification": "the job of the inventory verifies nothing",
    "intake:entry-undo": "one may take back only what one has just entered oneself",
    "taking_out:detail": "a request is seen here by who made it",
    "taking_out:erasure": "likewise",
    "taking_out:fetch": "likewise",
    "taking_out:withdraw": "likewise",
}
