"""S05, M09: whatever is done leaves an event that people can read; what cannot be logged is not done."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

import sesshu
import sesshu.numbers.acts  # a system of its own, with its own log
import sesshu.numbers.exchange.acts
import sesshu.numbers.integrated.acts
import sesshu.numbers.unregistered.acts
from sesshu.health.notices.models import IssueState
from sesshu.kernel.check_digits import is_individual_number
from sesshu.protection import acts, audit
from sesshu.protection.accounts import services
from sesshu.protection.accounts.choices import Decision, RequestKind, RequestState
from sesshu.protection.models import AuditEvent
from sesshu.protection.roles import Role
from sesshu.protection.taking_out.choices import MediumEvent
from sesshu.protection.trail.middleware import QUIET

from .conftest import FOREIGN, ISE, ORDINARY, OWN, signed_in, staff
from .pages import Page, all_pages
from .rows import Rows, tenant_models
from .test_permissions import OPEN, address, ask

SOURCES = Path(sesshu.__file__).parent
SIGNED_IN_PAGES = [page for page in all_pages() if page.name not in OPEN]
# Functions that pass an action on; their callers name it.
PASSED_ON = {
    "sesshu/addressees/individual_numbers/services.py", "sesshu/health/eligibility/services.py",
    "sesshu/health/reporting/services.py", "sesshu/protection/accounts/services.py",
    "sesshu/protection/keys/emptying.py", "sesshu/protection/sign_in/recovering.py",
    "sesshu/protection/trail/middleware.py",
}  # fmt: skip


def recorded() -> Iterator[tuple[str, str]]:
    """The action in every call of ``audit.record``, a hole as ``*``, with the file that calls."""
    for path in SOURCES.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if called and ast.unparse(node.func) == "audit.record":  # type: ignore[attr-defined]
                yield _pattern(node.args[0]), str(path.relative_to(SOURCES.parent))  # type: ignore[attr-defined]


def _pattern(argument: ast.expr) -> str:
    if isinstance(argument, ast.Constant):
        return str(argument.value)
    if isinstance(argument, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "*" for p in argument.values)
    return "*"


def test_every_action_that_is_logged_has_its_words() -> None:
    known = {each.code for each in acts.acts()}
    for pattern, file in recorded():
        if pattern == "*":
            assert file in PASSED_ON, f"{file} passes an action on: say so here"
            continue
        rule = re.compile(re.escape(pattern).replace(r"\*", ".+"))
        assert any(map(rule.fullmatch, known)), f"{file}: declare the action {pattern} in the room's acts.py"


def test_every_hole_in_an_action_is_filled_by_what_is_declared() -> None:
    known = {each.code for each in acts.acts()}
    decided = set(RequestState) - {RequestState.WAITING}
    filled = (
        [f"accounts.request.{each}" for each in {*RequestKind, *decided}]
        + [f"accounts.review.{each}" for each in Decision if each]
        + [f"medium.{each}" for each in MediumEvent]
        + [f"notices.{each}" for each in (IssueState.CANCELLED, IssueState.RETURNED)]
        + [f"{room}.{act}" for room, path in MOVED.items() for act in _passed(SOURCES / path, _MOVES)]
        + [act for path in PASSED_ON for act in _passed(SOURCES.parent / path, {"_log": 0})]
        + list(_passed(SOURCES / "protection/sign_in/recovering.py", {"_record": 0}))
        + list(services._ACTS.values())
        + [f"numbers.{each}" for each in _operations()]
    )
    assert len(filled) > 40
    assert set(filled) <= known


MOVED = {
    "retention": "protection/retention/services.py",
    "taking-out": "protection/taking_out/services.py",
}
_MOVES = {"_record": 0, "_moved": 2}


def _passed(path: Path, places: dict[str, int]) -> Iterator[str]:
    """What is named in the calls of these functions, each with the place of the argument that names it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        place = places.get(ast.unparse(node.func), 99) if isinstance(node, ast.Call) else 99
        if isinstance(node, ast.Call) and place < len(node.args):
            for found in ast.walk(node.args[place]):
                if isinstance(found, ast.Constant):
                    yield str(found.value)


def _operations() -> Iterator[str]:
    """The operations of the vault's door, and what it records within them."""
    for path in (SOURCES / "numbers").rglob("*.py"):
        if "tests" not in path.parts:
            yield from _passed(
                path,
                {
                    "callers.record": 1,
                    "within": 2,
                    "_write": 3,
                    "passing.translated": 2,
                    "_numbers": 2,
                    "_note": 2,
                },
            )


def test_the_words_are_for_people() -> None:
    assert len(acts.acts()) > 60
    for act in acts.acts():
        for said in (act.label, act.sentence):
            assert said, act.code
            assert not said.isascii(), act.code
        assert act.sentence.endswith(("ました", "ませんでした")), act.code
    assert set(acts.SORT_LABELS) == set(acts.Sort)


def test_an_action_s_words_are_its_own() -> None:
    labels = [act.label for act in acts.acts()]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("page", SIGNED_IN_PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_asked_in_every_way_leaves_an_event(own_rows: Rows, page: Page, method: str) -> None:
    client = signed_in(staff("reader", ISE, *ORDINARY))
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    answer = getattr(client, method)(address(page, OWN))
    if method == "get" and page.name in QUIET and answer.status_code < 400:
        assert QUIET[page.name]
        return
    events = list(AuditEvent.objects.exclude(pk__in=before))
    assert events, f"{method} {page.name} leaves no event"
    assert {event.actor for event in events} == {"reader"}
    assert all(event.terminal for event in events)


def test_no_quiet_address_outlives_its_page() -> None:
    assert set(QUIET) <= {page.name for page in all_pages()}


@pytest.mark.parametrize("page", [page for page in all_pages() if page.action], ids=lambda page: page.name)
def test_a_refusal_for_lack_of_right_is_logged(own_rows: Rows, page: Page) -> None:
    roles = [role for role in Role if page.action not in role.actions]
    client = signed_in(staff("no-right", ISE, *roles))
    assert ask(client, address(page, OWN)).status_code == 404
    event = AuditEvent.objects.filter(actor="no-right").latest("pk")
    assert (event.action, event.result) == ("access.refused", "refused")
    assert (event.detail["view"], event.detail["needs"]) == (page.name, page.action)


@pytest.mark.parametrize("page", [page for page in all_pages() if page.action], ids=lambda page: page.name)
def test_another_city_s_number_is_refused_and_logged(own_rows: Rows, foreign_rows: Rows, page: Page) -> None:
    numbers = [name for name, kind in page.parameters if kind == "IntConverter"]
    if not numbers:
        return
    assert ask(signed_in(staff("curious", ISE, *ORDINARY)), address(page, FOREIGN)).status_code == 404
    event = AuditEvent.objects.filter(actor="curious").latest("pk")
    assert (event.action, event.detail["numbers"][numbers[0]]) == ("access.refused", FOREIGN)


def test_an_address_that_does_not_exist_is_logged(own_rows: Rows) -> None:
    assert signed_in(staff("lost", ISE, *ORDINARY)).get("/no/such/page/").status_code == 404
    assert AuditEvent.objects.get(actor="lost").detail == {"method": "GET", "status": 404, "view": "unknown"}


def _rows() -> dict[str, list[str]]:
    """All that the city's tables hold, the log left out."""
    quiet = {"AuditEvent", "RefusalCount"}
    return {
        model._meta.label: sorted(map(repr, model.objects.values_list()))  # type: ignore[attr-defined]
        for model in tenant_models()
        if model.__name__ not in quiet
    }


@pytest.mark.parametrize("page", SIGNED_IN_PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_the_log_no_page_is_shown_and_nothing_is_done(
    own_rows: Rows, page: Page, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(staff("reader", ISE, *ORDINARY))
    if method == "get" and page.name in QUIET:
        return
    before = _rows()
    # PostgreSQL itself refuses the row, as it would where the right to insert is gone.
    monkeypatch.setattr(audit, "_INSERT", audit._INSERT.replace("protection_auditevent", "no_such_table"))
    answer = getattr(client, method)(address(page, OWN))
    assert answer.status_code == 503
    assert "操作記録を残せないため、処理を取り消しました" in answer.content.decode()
    assert _rows() == before


SCANNED = re.compile(r"(?<!\d)\d{12}(?!\d)")


def test_no_event_of_any_page_could_hold_a_name_or_a_number(own_rows: Rows, hidden_person: object) -> None:
    """Whatever the pages write: details are ASCII codes, and no text is an Individual Number."""
    client: Client = signed_in(staff("reader", ISE, *ORDINARY))
    for page in SIGNED_IN_PAGES:
        for method in (client.get, client.post):
            method(address(page, OWN), {"q": "123456789018", "reason": "目印 一郎"})
    for event in AuditEvent.objects.all():
        assert str(event.detail).isascii(), event.action
        said = f"{event.action} {event.purpose} {event.terminal} {event.result} {event.detail}"
        assert not any(map(is_individual_number, SCANNED.findall(said)))
        acts.check_detail(event.action, event.detail)
