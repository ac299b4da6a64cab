"""``sesshu schedule status | lint``: what the rules say of one or of many, and a look over a pack's files.

``impact`` and ``check`` stand beside it, in ``impact_cli`` and ``checking.command``.

Needs neither Django nor a database. Exit status: 0 done, 1 done with rejected lines, 2 refused.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from sesshu.kernel import clock
from sesshu.kernel.command import DONE, DONE_WITH_REJECTED_ROWS, REFUSED, Outcome, Refused
from sesshu.schedule import impact_cli, packs, questions
from sesshu.schedule.answers import as_data, as_table
from sesshu.schedule.assessing import assess
from sesshu.schedule.checking.command import add_check
from sesshu.schedule.model import Person
from sesshu.schedule.packs import load_pack
from sesshu.schedule.packs.linting import lint
from sesshu.schedule.supporting import Pack


def add_commands(subparsers: Any) -> None:
    """Add the schedule's commands to the house's command line."""
    actions = subparsers.add_parser("schedule", help="接種スケジュールの判定").add_subparsers(
        dest="action", required=True
    )
    status = actions.add_parser("status", help="接種歴の判定と、次に受けられる時期")
    status.add_argument("--birth", metavar="生年月日", help="不詳のときは「不詳」")
    status.add_argument("--sex", metavar="M|F", help="M 男、F 女")
    status.add_argument("--dose", action="append", default=[], metavar="接種日=ワクチン")
    status.add_argument("--due-date", action="append", default=[], metavar="分娩予定日")
    status.add_argument("--condition", action="append", default=[], metavar="該当事由")
    status.add_argument("--illness-ended", action="append", default=[], metavar="日[=接種種類,…]")
    status.add_argument("--exclusion", action="append", default=[], metavar="事由[=疾病,…]")
    status.add_argument("--on", metavar="基準日", help="書かなければ今日")
    status.add_argument("--programme", action="append", metavar="接種種類", help="書かなければ全て")
    status.add_argument("--from", dest="file", type=Path, metavar="FILE.jsonl", help="1行に1人")
    status.set_defaults(handler=status_command)
    impact_cli.add_command(actions)
    add_check(actions)
    linting = actions.add_parser("lint", help="規則の束の点検")
    linting.add_argument("--pack", type=Path, metavar="フォルダー", help="書かなければ同梱の規則（jp）")
    linting.set_defaults(handler=lint_command)


def status_command(arguments: argparse.Namespace) -> Outcome:
    """Answer one question from the arguments, or each line of a file.

    :raises Refused: with a message for staff when the arguments or the file cannot be used.
    """
    pack = load_pack("jp")
    _check_programmes(arguments.programme, pack)
    if arguments.file is not None:
        return _many(arguments, pack)
    try:
        question = _question(arguments, pack)
    except questions.BadQuestion as problem:
        raise Refused(str(problem)) from problem
    assessment = assess(question.person, question.doses, question.on, pack, arguments.programme)
    return Outcome({"on": question.on.isoformat(), **as_data(assessment)}, as_table(assessment, pack))


def lint_command(arguments: argparse.Namespace) -> Outcome:
    """Name every finding in a pack's files, a line each; exit status 1 when there is any.

    :raises Refused: when the folder holds no pack.
    """
    folder = arguments.pack or Path(packs.__file__).parent / "jp"
    try:
        found = lint(folder)
    except OSError as problem:
        raise Refused(str(problem)) from problem
    text = "\n".join(map(str, found)) or f"{folder.name}: 問題は見つかりませんでした。"
    data = {"pack": folder.name, "findings": [dataclasses.asdict(finding) for finding in found]}
    return Outcome(data, text, DONE_WITH_REJECTED_ROWS if found else DONE)


def _question(arguments: argparse.Namespace, pack: Pack) -> questions.Question:
    if arguments.birth is None:
        raise questions.BadQuestion(
            "--birth 生年月日（不詳なら --birth 不詳）か --from ファイルを指定してください。"
        )
    person = Person(
        birth=questions.birth(arguments.birth),
        sex=questions.sex(arguments.sex),
        due_dates=tuple(questions.day(text, "分娩予定日") for text in arguments.due_date),
        conditions=questions.conditions(arguments.condition, pack),
        long_term_illness=tuple(questions.illness(text, pack) for text in arguments.illness_ended),
        exclusions=tuple(questions.exclusion(text, pack) for text in arguments.exclusion),
    )
    on = clock.today() if arguments.on is None else questions.day(arguments.on, "基準日")
    return questions.Question(person, tuple(questions.dose(text) for text in arguments.dose), on)


def _check_programmes(codes: list[str] | None, pack: Pack) -> None:
    unknown = [code for code in codes or () if code not in pack.programmes]
    if unknown:
        known = "、".join(pack.programmes)
        raise Refused(f"接種種類「{'、'.join(unknown)}」はありません。使えるもの: {known}")


def _many(arguments: argparse.Namespace, pack: Pack) -> Outcome:
    """Print an answer a line; the last is left to the caller, who prints every command's one object."""
    rejected, held = False, None
    try:
        for answer in _answers(arguments.file, arguments.programme, pack):
            if held is not None:
                print(held)
            rejected = rejected or "error" in answer
            held = json.dumps(answer, ensure_ascii=False)
    except (OSError, UnicodeDecodeError) as problem:
        raise Refused(f"ファイル「{arguments.file}」が読めません（{problem}）。") from problem
    code = DONE_WITH_REJECTED_ROWS if rejected else DONE
    if held is None:
        return Outcome(
            {"error": f"ファイル「{arguments.file}」に行がありません。"}, "", DONE_WITH_REJECTED_ROWS
        )
    return Outcome(json.loads(held), held, code)


def _answers(file: Path, programmes: list[str] | None, pack: Pack) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _answer(number, line, programmes, pack)


def _answer(number: int, line: str, programmes: list[str] | None, pack: Pack) -> dict[str, Any]:
    row: Any = None
    try:
        row = json.loads(line)
        question = questions.from_mapping(row, pack)
    except json.JSONDecodeError as problem:
        return {"line": number, "error": f"{number}行目: JSON として読めません（{problem}）。"}
    except questions.BadQuestion as problem:
        return {**_identity(row), "line": number, "error": f"{number}行目: {problem}"}
    assessment = assess(question.person, question.doses, question.on, pack, programmes)
    return {**_identity(row), "on": question.on.isoformat(), **as_data(assessment)}


def _identity(row: Any) -> dict[str, Any]:
    return {"id": row["id"]} if isinstance(row, dict) and "id" in row else {}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Refused(f"引数が正しくありません: {message}")


def main(words: list[str] | None = None) -> int:
    """This room's command line by itself: ``python -m sesshu.schedule.cli schedule status …``."""
    words = list(sys.argv[1:] if words is None else words)
    wants_json = "--json" in words
    parser = _Parser(prog="python -m sesshu.schedule.cli")
    add_commands(parser.add_subparsers(required=True))
    try:
        arguments = parser.parse_args([word for word in words if word != "--json"])
        outcome: Outcome = arguments.handler(arguments)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        outcome = Outcome({"error": str(refusal)}, "", REFUSED)
    if wants_json:
        print(json.dumps(outcome.data, ensure_ascii=False))
    elif outcome.text:
        print(outcome.text)
    return outcome.exit_code


if __name__ == "__main__":
    sys.exit(main())
