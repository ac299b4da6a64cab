"""Every requirement is shown by a test that names it, or stands as open with the reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
REGISTER = HOUSE.parent / "shared" / "design" / "requirements.md"
OPEN_LIST = Path(__file__).with_name("open_requirements.txt")
ROW = re.compile(r"^\| ([A-Z]\d{2}) \|", re.MULTILINE)
NAMED = re.compile(r"\b([AHUMNVCSG]\d{2})\b|test_([ahumnvcsg]\d{2})_")


def test_files() -> list[Path]:
    found = [*HOUSE.glob("tests/**/test_*.py"), *HOUSE.glob("src/**/tests/test_*.py")]
    return [path for path in found if path != Path(__file__)]


test_files.__test__ = False  # type: ignore[attr-defined]


def open_requirements() -> dict[str, str]:
    """Requirement to reason."""
    lines = [line for line in OPEN_LIST.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    return {name: reason.strip() for name, _, reason in (line.partition(" ") for line in lines)}


def shown() -> set[str]:
    texts = (path.read_text(encoding="utf-8") for path in test_files())
    return {(plain or in_name).upper() for text in texts for plain, in_name in NAMED.findall(text)}


def test_every_requirement_is_shown_or_open() -> None:
    if not REGISTER.exists():
        pytest.skip("the register of requirements is not beside this checkout")
    known = set(ROW.findall(REGISTER.read_text(encoding="utf-8")))
    assert len(known) > 60
    waiting = open_requirements()
    assert known - shown() - set(waiting) == set(), "neither shown by a test nor listed as open"
    assert set(waiting) <= known


def test_what_is_open_says_why() -> None:
    for name, reason in open_requirements().items():
        assert len(reason) > 15, name


def test_nothing_is_open_that_a_test_shows_whole() -> None:
    """A requirement may be shown in part and open for the rest: then its reason says so."""
    for name in set(open_requirements()) & shown():
        assert open_requirements()[name].startswith("in part:"), name
