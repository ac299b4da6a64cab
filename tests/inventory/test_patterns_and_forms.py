"""Patterns, format strings, forms and queries: what is asked does no more than was meant (S09)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from django import forms

from sesshu.addressees.models import Addressee
from sesshu.protection.models import AuditEvent
from sesshu.protection.roles import Role

from .conftest import ISE, NAME, ORDINARY, OWN, signed_in, staff
from .pages import each_system, pages
from .rows import Rows
from .test_permissions import address
from .test_sources import SOURCES, sources

_REGEX = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
# Patterns put together from constants of the same module, never from what somebody typed.
PATTERNS_PUT_TOGETHER = {
    "intermediate/dat_file.py", "kernel/formulas.py", "kernel/number_scanner/shapes.py",
    "numbers/exchange/dat.py", "numbers/unregistered/fields.py",
}  # fmt: skip
# Statements with quoted identifiers set in, the trailer of a PDF that we wrote, and the reasons' own wording.
TEMPLATES_HELD = {
    "config/database.py", "health/notices/typesetting/binding.py", "schedule/model.py", "schedule/wording.py",
}  # fmt: skip
# Where a question may hold a word several times on purpose.
LISTS_ASKED = {"health/reporting/dose_selection.py"}
_MERGES = re.compile(
    r"request\.REQUEST\b|GET\s*\|\s*request\.POST|POST\s*\|\s*request\.GET|ChainMap|\.GET or request\.POST"
)


def calls() -> Iterator[tuple[str, ast.Module, ast.Call]]:
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield name, tree, node  # type: ignore[misc]


def constants(tree: ast.Module) -> set[str]:
    """Names in capitals that the module binds at its top or takes from another: never input."""
    bound = [n for each in tree.body if isinstance(each, ast.Assign | ast.AnnAssign) for n in ast.walk(each)]
    taken = {alias.name for each in tree.body if isinstance(each, ast.ImportFrom) for alias in each.names}
    names = {n.id for n in bound if isinstance(n, ast.Name)} | taken
    return {name for name in names if name.lstrip("_").isupper()}


def is_constant(node: ast.expr, known: set[str]) -> bool:
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        return node.id in known
    if isinstance(node, ast.Attribute):  # of another module: codes.INSTITUTION
        return isinstance(node.value, ast.Name) and node.value.id.islower() and node.attr.isupper()
    if isinstance(node, ast.BinOp):
        return is_constant(node.left, known) and is_constant(node.right, known)
    if isinstance(node, ast.JoinedStr):
        return all(
            is_constant(part.value, known) for part in node.values if isinstance(part, ast.FormattedValue)
        )
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in ("re.escape", "sql.SQL") and all(
            ast.unparse(node.func) == "re.escape" or is_constant(each, known) for each in node.args
        )
    return False


def is_regex(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and ast.unparse(function.value) == "re"
        and function.attr in _REGEX
    )


def loose_patterns() -> set[tuple[str, str]]:
    found = set()
    for name, tree, call in calls():
        known = constants(tree)
        if is_regex(call) and not is_constant(call.args[0], known):
            found.add((name, ast.unparse(call.args[0])))
        for word in call.keywords:
            if (word.arg or "").endswith(("regex", "regexp")) and not is_constant(word.value, known):
                found.add((name, ast.unparse(word.value)))
    return found


def template_of(node: ast.AST) -> ast.expr | None:
    """What is filled by ``format`` or by ``%``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.value if node.func.attr in ("format", "format_map") else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return node.left if isinstance(node.right, ast.Tuple | ast.Dict) else None
    return None


def loose_formats() -> set[tuple[str, str]]:
    found = set()
    for name, tree in sources():
        known = constants(tree)  # type: ignore[arg-type]
        for node in ast.walk(tree):
            template = template_of(node)
            if template is not None and not is_constant(template, known):
                found.add((name, ast.unparse(template)))
    return found


def test_no_pattern_is_put_together_from_input() -> None:
    assert {name for name, _ in loose_patterns()} == PATTERNS_PUT_TOGETHER


def test_no_format_string_comes_from_input() -> None:
    assert {name for name, _ in loose_formats()} == TEMPLATES_HELD


def test_the_rules_see_what_they_look_for() -> None:
    known = {"_A"}
    for text, constant in (
        ("'a'", True), ("_A", True), ("f'{_A}b'", True), ("re.escape(asked)", True), ("_A + 'b'", True),
        ("asked", False), ("f'{asked}'", False), ("_A + asked", False), ("request.GET['q']", False),
    ):  # fmt: skip
        assert is_constant(ast.parse(text, mode="eval").body, known) == constant, text


@pytest.mark.parametrize(
    "typed", ["{0.__class__}", "{name}", "%s%n%(x)s", "(a+)+$", ".*", "a{1000000}", "\\"]
)
def test_what_is_typed_is_searched_as_it_stands(own_rows: Rows, typed: str) -> None:
    answer = signed_in(staff("clerk", ISE, Role.COUNTER)).post("/addressees/", {"q": typed})
    assert answer.status_code == 200
    assert NAME not in answer.content.decode()


def house_forms() -> set[type[forms.BaseForm]]:
    pages()  # every view is loaded, and its forms with it
    found, waiting = set(), [forms.BaseForm]
    while waiting:
        for each in waiting.pop().__subclasses__():
            waiting.append(each)
            if each.__module__.startswith("sesshu."):
                found.add(each)
    return found


def test_every_form_names_its_fields() -> None:
    """None takes them from a table, so a new column is set by nobody until a form names it."""
    assert len(house_forms()) > 40
    assert [each for each in house_forms() if issubclass(each, forms.BaseModelForm)] == []


def test_nothing_spreads_a_whole_request() -> None:
    spread = [
        (name, ast.unparse(word.value))
        for name, _, call in calls()
        for word in call.keywords
        if word.arg is None and re.search(r"\.(?:POST|GET|headers|META|body)\b", ast.unparse(word.value))
    ]
    assert spread == []


def test_a_form_sets_its_own_fields_only(own_rows: Rows) -> None:
    """Every column of the table is sent along; the telephone alone is changed, and only for the one asked."""
    before = Addressee.objects.values().get(pk=OWN)
    sent = dict.fromkeys(before, "9") | {"telephone": "0596000000", "by": "1", "pk": "1"}
    client = signed_in(staff("clerk", ISE, *ORDINARY))
    assert client.post(f"/addressees/{OWN}/telephone/", sent).status_code in (200, 302)
    after = Addressee.objects.values().get(pk=OWN)
    changed = {name for name in before if before[name] != after[name]}
    derived = {"updated_at", "name_key", "address_key"}  # reckoned anew from what the row holds
    assert changed - derived == {"telephone"}
    assert "9" not in {after[name] for name in derived}
    assert after["telephone"] == "0596000000"


def test_address_and_body_are_never_mixed() -> None:
    mixing = [path.name for path in SOURCES.rglob("*.py") if _MERGES.search(path.read_text(encoding="utf-8"))]
    assert mixing == []
    lists = {name for name, _, call in calls() if ast.unparse(call.func).endswith(".getlist")}
    assert lists == LISTS_ASKED


def test_of_a_repeated_parameter_one_value_counts_everywhere(own_rows: Rows) -> None:
    """What is searched is what is logged and shown, and an address does not stand for the body."""
    client = signed_in(staff("clerk", ISE, Role.COUNTER))
    answer = client.post("/addressees/?q=メジルシ", {"q": ["メジルシ", "不在者"]})
    assert NAME not in answer.content.decode()
    assert "不在者" in answer.content.decode()
    assert not any(OWN in event.subjects for event in AuditEvent.objects.all())
    answer = client.post("/addressees/", {"q": ["不在者", "メジルシ"]})
    assert NAME in answer.content.decode()


@each_system
def test_no_page_falls_over_repeated_parameters(own_rows: Rows, urlconf: str) -> None:
    names, client = ("page", "q", "next", "programme"), signed_in(staff("clerk", ISE, *ORDINARY))
    twice = "&".join(f"{name}={value}" for name in names for value in (1, "x"))
    statuses = {page.name: client.get(f"{address(page, OWN)}?{twice}").status_code for page in pages()}
    assert {name: status for name, status in statuses.items() if status >= 500} == {}
