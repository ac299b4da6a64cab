"""``sesshu schedule check``: CDC's published cases against CDC's supporting data, strictly.

Exit status: 0 all agree, 1 with differences, 2 refused.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sesshu.kernel.command import DONE, DONE_WITH_REJECTED_ROWS, Outcome, Refused
from sesshu.schedule.packs.fields import PackError

if TYPE_CHECKING:
    from sesshu.schedule.checking.comparing import Difference, Result, Value


def add_check(actions: Any) -> None:
    """Add ``check`` to the schedule's commands."""
    parser = actions.add_parser("check", help="CDC の検査事例（CDSi）との突合")
    parser.add_argument(
        "--supporting-data",
        type=Path,
        required=True,
        metavar="DIR",
        help="CDC の supporting data（XML）のフォルダー",
    )
    parser.add_argument(
        "--cases", type=Path, required=True, metavar="FILE.xlsx", help="CDC の検査事例のファイル"
    )
    parser.set_defaults(handler=check_command)


def check_command(arguments: argparse.Namespace) -> Outcome:
    """Run the cases and tell every difference.

    The engine is imported here, for the schedule's other commands have no use for it.

    :raises Refused: with a message for staff when the data or the cases cannot be used.
    """
    from sesshu.schedule.checking.cases import case_of
    from sesshu.schedule.checking.comparing import check
    from sesshu.schedule.checking.workbook import CasesError, read_rows
    from sesshu.schedule.packs.cdsi import load_supporting_data

    try:
        schedule = load_supporting_data(arguments.supporting_data)
        cases = [case_of(row) for row in read_rows(arguments.cases)]
    except (PackError, CasesError, OSError) as problem:
        raise Refused(str(problem)) from problem
    if not cases:
        raise Refused(f"ファイル「{arguments.cases}」に検査事例がありません。")
    result = check(cases, schedule)
    code = DONE_WITH_REJECTED_ROWS if result.differences else DONE
    return Outcome(_data(result), _text(result), code)


def _data(result: Result) -> dict[str, Any]:
    return {
        "cases": result.cases,
        "passed": result.passed,
        "differences": [
            {
                "case": one.case,
                "field": one.field,
                "expected": _plain(one.expected),
                "actual": _plain(one.actual),
            }
            for one in result.differences
        ],
    }


def _plain(value: Value) -> str | int | None:
    return value.isoformat() if isinstance(value, date) else value


def _text(result: Result) -> str:
    lines = [_line(one) for one in result.differences]
    return "\n".join([*lines, f"{result.cases}件中{result.passed}件が一致しました。"])


def _line(one: Difference) -> str:
    expected, actual = (("空欄" if value is None else _plain(value)) for value in (one.expected, one.actual))
    return f"{one.case}  {one.field}: 期待は{expected}、判定は{actual}"
