"""CDC's published cases on CDC's own data, strictly (requirement H05).

Data and cases lie beside the repository; where they are not, these tests skip. The cases that may differ are
those that ``docs/rules/cdsi-conformance.md`` explains, no more and no fewer.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from sesshu.schedule.cdsi import Schedule
from sesshu.schedule.checking.cases import case_of
from sesshu.schedule.checking.comparing import Result, check
from sesshu.schedule.checking.workbook import read_rows
from sesshu.schedule.packs.cdsi import load_supporting_data

HOUSE = Path(__file__).resolve().parents[2]
CDC = HOUSE.parent / "shared" / "cdsi"
PAGE = HOUSE / "docs" / "rules" / "cdsi-conformance.md"
_EXPLAINED = re.compile(r"^\| (\d{4}-\S+) \|", re.MULTILINE)
_TOTALS = re.compile(r"^\| (Healthy|Underlying conditions), \S+ \| (\d+) \| (\d+) \|$", re.MULTILINE)

pytestmark = pytest.mark.skipif(not CDC.is_dir(), reason="CDC's files are not beside the repository")


@cache
def schedule() -> Schedule:
    return load_supporting_data(CDC / "supporting-data-4.64")


def run(file: str) -> Result:
    return check([case_of(row) for row in read_rows(CDC / file)], schedule())


def told() -> dict[str, tuple[int, int]]:
    """Cases that agree, and all cases, by name of the file in the page."""
    return {
        name: (int(passed), int(cases)) for name, passed, cases in _TOTALS.findall(PAGE.read_text("utf-8"))
    }


def test_h05_every_healthy_case_agrees() -> None:
    result = run("healthy-v4.45.xlsx")
    assert result.differences == ()
    assert (result.passed, result.cases) == (1013, 1013) == told()["Healthy"]


def test_h05_every_condition_case_agrees_or_is_explained() -> None:
    result = run("conditions-v4.6.xlsx")
    assert (result.passed, result.cases) == told()["Underlying conditions"]
    assert result.passed >= 303
    differing = {difference.case for difference in result.differences}
    explained = _EXPLAINED.findall(PAGE.read_text(encoding="utf-8"))
    assert sorted(differing) == sorted(explained)
    assert len(differing) == result.cases - result.passed
