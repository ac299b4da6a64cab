"""Every test that docs/security/exchange.md names is there, and every test of what must hold is named."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs/security/exchange.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(\S+\.py)::(\w+)`", TABLE)


def cases_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[:5] == "test_"}


def test_every_named_test_is_there() -> None:
    assert len(NAMED) > 25
    assert [f"{path}::{name}" for path, name in NAMED if name not in cases_of(path)] == []


def test_every_case_stands_in_the_table() -> None:
    paths = (
        "tests/exchange/test_must_hold.py",
        "tests/exchange/test_round.py",
        "tests/faults/test_exchange.py",
    )
    for path in paths:
        assert cases_of(path) - {name for named, name in NAMED if named == path} == set(), path


def test_every_row_says_where_it_is_shown() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("| ")][1:]
    assert all("::test_" in row or "bin/bench" in row for row in rows)
