"""S09: the list of OWASP ASVS 5.0.0 names tests that exist, and its page is up to date."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache

import pytest

from .asvs import HOUSE, PAGE, STATUSES, page, requirements

LISTED = requirements()


@cache
def functions_in(path: str) -> frozenset[str]:
    file = HOUSE / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def missing(evidence: str) -> bool:
    path, _, name = evidence.partition("::")
    return name not in functions_in(path) if name else not (HOUSE / path).is_file()


def test_all_requirements_of_both_levels_are_there_once() -> None:
    assert Counter(each["level"] for each in LISTED) == {1: 70, 2: 183}
    ids = [tuple(map(int, each["id"][1:].split("."))) for each in LISTED]
    assert ids == sorted(set(ids))


@pytest.mark.parametrize("each", LISTED, ids=lambda each: each["id"])
def test_what_is_said_of_it_holds(each: dict[str, object]) -> None:
    assert each["status"] in STATUSES
    if each["status"] == "shown":
        evidence = each["evidence"]
        assert isinstance(evidence, list)
        assert evidence
        assert [one for one in evidence if missing(one)] == []
        assert "reason" not in each
    else:
        assert len(str(each["reason"])) > 5
        named = [word.strip("();,") for word in str(each["reason"]).split() if "::" in word]
        assert [one for one in named if missing(one)] == []
        assert "evidence" not in each


def test_a_test_that_does_not_exist_is_seen() -> None:
    assert missing("tests/inventory/test_asvs.py::test_of_nothing")
    assert missing("tests/nowhere.py::test_x")
    assert not missing("tests/inventory/test_asvs.py::test_a_test_that_does_not_exist_is_seen")


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(LISTED)
