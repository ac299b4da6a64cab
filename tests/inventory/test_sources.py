"""What no source of the house does: run data as code, call a shell, load objects, glue SQL (S09)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sesshu

SOURCES = Path(sesshu.__file__).parent
CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "pickle.load", "pickle.loads",
    "marshal.loads",
    "shelve.open", "yaml.unsafe_load", "yaml.full_load", "tempfile.mktemp", "hashlib.md5",
    "hashlib.sha1", "django.template.Template", "Template", "engines.from_string", "dill.loads",
}  # fmt: skip
IMPORTS = {
    "pickle",
    "marshal",
    "shelve",
    "telnetlib",
    "ftplib",
    "smtplib",
    "ldap",
    "memcache",
    "pylibmc",
    "socketserver",
}
# Marked safe: what the house's own templates have escaped already, and attributes that stand in the source.
MARKS_SAFE = {"web/templatetags/sesshu.py", "health/ledger/drawing.py"}
# Statements with the names of the house's own tables and columns set in; values go as parameters.
NAMES_SET_IN = {
    "addressees/committing.py", "addressees/staging.py", "health/eligibility/refreshing.py",
    "health/ledger/bulk.py", "protection/keys/wrapping.py",
}  # fmt: skip
# A panel's body is another template of the house, rendered and escaped already.
SAFE_IN_TEMPLATES = {("ledger.html", "panel.body|safe")}
SCRIPT_CALLS = re.compile(
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|Function|postMessage|document\.cookie)\b"
)


# Published lists are sorted by it; nothing is kept, signed or trusted by it.
LOOKED_UP = {("protection/sign_in/password_rules.py", "hashlib.sha1", "usedforsecurity=False")}


def sources() -> Iterator[tuple[str, ast.AST]]:
    for path in SOURCES.rglob("*.py"):
        name = path.relative_to(SOURCES).as_posix()
        if "tests" not in path.parts and "migrations" not in path.parts:
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def test_nothing_runs_data_or_loads_objects() -> None:
    found = [
        (name, ast.unparse(node.func), ", ".join(map(ast.unparse, node.keywords)))
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in CALLS
    ]
    assert set(found) == LOOKED_UP


def test_no_process_is_started_through_a_shell() -> None:
    shells = [
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "shell"
    ]
    assert shells == []


def test_no_unneeded_protocol_is_spoken() -> None:
    imported = {
        (name, module.split(".")[0])
        for name, tree in sources()
        for node in ast.walk(tree)
        for module in _modules(node)
    }
    assert [each for each in imported if each[1] in IMPORTS] == []


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_html_is_marked_safe_in_few_places() -> None:
    marking = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node).endswith("mark_safe")
    }
    assert marking == MARKS_SAFE


def test_templates_switch_no_escaping_off() -> None:
    switching = set()
    for path in SOURCES.rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        assert "autoescape off" not in text, path
        switching |= {(path.name, found) for found in re.findall(r"[\w.]+\s*\|\s*safe\b", text)}
    assert switching == SAFE_IN_TEMPLATES


@pytest.mark.parametrize("path", sorted(SOURCES.rglob("*.js")), ids=lambda path: path.name)
def test_no_script_writes_markup_or_runs_text(path: Path) -> None:
    assert not SCRIPT_CALLS.search(path.read_text(encoding="utf-8"))


def test_sql_is_never_put_together_from_input() -> None:
    """``execute`` gets a constant, a composed statement of psycopg, or names of our own set in."""
    loose = set()
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".execute", ".raw", "RawSQL")):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.JoinedStr | ast.BinOp):
                    loose.add(name)
    assert loose == NAMES_SET_IN


def test_yaml_is_read_by_a_safe_loader() -> None:
    from yaml.constructor import SafeConstructor

    from sesshu.schedule.packs.reading import _Loader

    assert issubclass(_Loader, SafeConstructor)
    loading = {
        name for name, tree in sources() for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "yaml.load"
    }  # fmt: skip
    assert loading == {"schedule/packs/reading.py"}


POLLUTION = re.compile(
    r"__proto__|prototype|Object\.assign|\bfor\s*\([^)]*\bin\b|\.\.\.JSON|structuredClone|\bmerge\b"
)
# Keys set by name: each from a list of constants in the line above it.
SETS_BY_NAME = {("authenticator.js", "response[name] =")}


def test_no_script_merges_objects_by_keys_from_outside() -> None:
    """Copies are shallow literals; no key of a new property comes from a message, an address or the page."""
    setting = set()
    for path in SOURCES.rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not POLLUTION.search(text), path.name
        setting |= {(path.name, found) for found in re.findall(r"[\w.]+\[[a-z]\w*\]\s*=(?!=)", text)}
    assert setting == SETS_BY_NAME
