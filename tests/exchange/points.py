"""The names of all points in the sources where a test may let a process die, read from the sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from sesshu.intermediate.choices import OutboxKind

SOURCES = Path(__file__).resolve().parents[2] / "src" / "sesshu"
# What a name is made with, where it is made: sending.py by kind of message, passing.py by operation.
OPERATIONS = tuple(
    f"exchange-{name}" for name in ("inquiries", "results", "taken", "cancel", "replicas", "flags", "records")
)
PARTS = {"kind": tuple(OutboxKind.values), "operation": OPERATIONS}


def all_points() -> set[str]:
    """Of every call of ``reach`` of :mod:`sesshu.protocol.points`."""
    return {
        name
        for path in SOURCES.rglob("*.py")
        if "tests" not in path.parts and _imports_it(path.read_text(encoding="utf-8"))
        for name in _names(ast.parse(path.read_text(encoding="utf-8")))
    }


def _imports_it(text: str) -> bool:
    return "sesshu.protocol" in text and "reach(" in text


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node.func) == "reach":
            yield from _values(node.args[0])


def _called(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _values(name: ast.expr) -> list[str]:
    """:raises KeyError: for a name made with something that :data:`PARTS` does not know."""
    if isinstance(name, ast.Constant):
        return [name.value] if isinstance(name.value, str) else []
    if not isinstance(name, ast.JoinedStr):
        return []  # sesshu.kernel.dates.reach
    made = [""]
    for part in name.values:
        if isinstance(part, ast.Constant):
            choices: tuple[str, ...] = (str(part.value),)
        else:
            assert isinstance(part, ast.FormattedValue)
            assert isinstance(part.value, ast.Name)
            choices = PARTS[part.value.id]
        made = [before + choice for before in made for choice in choices]
    return made
