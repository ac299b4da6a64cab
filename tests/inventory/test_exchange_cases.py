"""The page of what the exchange must hold (docs/security/exchange.md) names tests that exist."""

from __future__ import annotations

import re

import pytest

from .asvs import HOUSE
from .test_asvs import missing

PAGE = HOUSE / "docs" / "security" / "exchange.md"
MUST_HOLD = (
    "a skipped permit", "a forged permit", "a replayed permit", "an expired permit",
    "another institution's permit", "a combination that is not on the list", "a list out of step on one side",
    "a wrong city", "a person with no 符号", "a dead peer", "a duplicate answer", "an answer after cancel",
    "a crash between any two steps", "a clock ten minutes off",
    "no two institutions can link their 符号", "the inquirer receives only what the item allows",
)  # fmt: skip


def cases() -> dict[str, list[str]]:
    """The tests of each case."""
    rows = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if "::" in line]
    return {row[0].removeprefix("| "): re.findall(r"`([^`]+::[^`]+)`", row[-1]) for row in rows}


def test_every_case_stands_on_the_page() -> None:
    assert [each for each in MUST_HOLD if each not in cases()] == []


@pytest.mark.parametrize("case", cases())
def test_the_tests_of_a_case_exist(case: str) -> None:
    named = cases()[case]
    assert named
    assert [each for each in named if missing(each)] == []


@pytest.mark.parametrize(
    "path", ["exchange/test_must_hold.py", "exchange/test_round.py", "faults/test_exchange.py"]
)
def test_every_test_of_a_case_stands_on_the_page(path: str) -> None:
    text = (HOUSE / "tests" / path).read_text(encoding="utf-8")
    named = {each for tests in cases().values() for each in tests}
    assert {f"tests/{path}::{name}" for name in re.findall(r"^def (test_\w+)", text, re.M)} - named == set()
