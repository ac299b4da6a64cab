"""``bin/mutate`` itself: a change is noticed, without one the tests pass, and the tree stays as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.mutants import ROOT, mutants_of, sources_of
from tests.mutation.selection import package_of, selection_of, stages_of

JAPAN = ROOT / "src/sesshu/schedule/reckoning/japan.py"


def _mutate(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.mutation", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def _number(change: str) -> str:
    """The name of the mutant of the Japanese reckoning that adds ``change``."""
    for mutant in mutants_of(JAPAN):
        code = mutant.code()
        if code is not None and change in mutant.change(code):
            return mutant.name
    raise AssertionError(f"no mutant {change}")


def test_h06_a_change_of_the_reckoning_is_noticed_though_dates_are_made_at_import_and_kept() -> None:
    before = JAPAN.read_bytes()
    name = _number("+ return (lambda birth: reach(birth, months=months) - later), phrase")
    done = _mutate("--module", "src/sesshu/schedule/reckoning", "--only", name)
    told = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout + done.stderr
    assert told["mutate"] == {"reckoning": {"killed": 1, "survived": 0, "timed_out": 0, "share": 1.0}}
    assert "pass without a mutant" in done.stdout
    assert JAPAN.read_bytes() == before


def test_what_does_not_exist_is_named() -> None:
    for words, text in (
        (("--module", "src/sesshu/nowhere"), "src/sesshu/nowhere"),
        (("--module", "src/sesshu/schedule/reckoning", "--only", "reckoning/japan.py#99999"), "#99999"),
    ):
        done = _mutate(*words)
        assert done.returncode == 2
        assert text in done.stderr


@pytest.mark.parametrize("package", ["logic", "reckoning", "cdsi"])
def test_every_module_has_tests_that_exist(package: str) -> None:
    for path in sources_of(ROOT / "src/sesshu/schedule" / package):
        assert package_of(path) == package
        assert all(test.is_file() for stage in stages_of(selection_of(path)) for test in stage)


def test_constants_and_what_is_decorated_are_changed_and_names_of_types_are_not(tmp_path: Path) -> None:
    source = tmp_path / "calendar.py"
    source.write_text(
        "from functools import cache\n"
        "from typing import Literal\n"
        'Age = Literal["early", "late"]\n'
        "_WEEK = 7\n"
        "@cache\n"
        "def days(weeks: int) -> int:\n"
        "    return weeks * _WEEK\n",
        encoding="utf-8",
    )
    changes = [mutant.change(mutant.code() or "") for mutant in mutants_of(source)]
    assert ["- _WEEK = 7", "+ _WEEK = 8"] in changes
    assert ["- return weeks * _WEEK", "+ return weeks / _WEEK"] in changes
    assert not [change for change in changes if "Literal" in change[0]]
