"""``sesshu schedule impact``: what an amendment or another day changes, for persons in a JSONL file.

The room that keeps a city's records hands its persons to :func:`report` in the same way.
"""

import argparse
import csv
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sesshu.kernel.command import DONE_WITH_REJECTED_ROWS, Outcome, Refused
from sesshu.schedule import questions
from sesshu.schedule.impact import KINDS, Change, Impact, Point, changes, main_reason
from sesshu.schedule.model import DoseGiven, Person, ProgrammeStatus
from sesshu.schedule.packs import load_pack
from sesshu.schedule.packs.fields import PackError
from sesshu.schedule.packs.reading import read_pack

Write = Callable[[str, tuple[Change, ...]], None]
_STANDING = ("状態", "最も早い日", "理由")
COLUMNS = ("番号", "接種種類", "変化", *(f"{word}（{when}）" for when in "前後" for word in _STANDING))


class Asked(NamedTuple):
    """A person as asked about: the number that a clerk knows the person by comes first."""

    number: str
    person: Person
    doses: tuple[DoseGiven, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What every ``impact`` asks."""
    for option, name, example in (("--from", "before", "2026-03-31"), ("--to", "after", "2026-04-01")):
        parser.add_argument(option, dest=name, required=True, metavar="PACK@基準日", help=f"例: jp@{example}")
    parser.add_argument("--programme", action="append", metavar="接種種類", help="書かなければ全て")
    parser.add_argument("--out", type=Path, metavar="FILE.csv", help="変化のある人の一覧を書き出す")


def add_command(actions: Any) -> None:
    """``impact`` over a file of persons, without a database."""
    parser = actions.add_parser("impact", help="改正や基準日の違いで、誰の何が変わるか")
    add_arguments(parser)
    parser.add_argument("--persons", type=Path, required=True, metavar="FILE.jsonl", help="1行に1人")
    parser.set_defaults(handler=_of_file)


def point(text: str) -> Point:
    """``PACK@DATE``: the name of a pack of the house, or a folder with the files of one.

    :raises Refused: when there is no such pack, its files break the schema, or the date is none.
    """
    name, mark, day = text.rpartition("@")
    if not mark or not name:
        raise Refused(f"「{text}」は PACK@基準日 の形ではありません。例: jp@2026-04-01")
    try:
        folder = Path(name)
        pack = read_pack(folder.name, folder) if folder.is_dir() else load_pack(name)
        return Point(pack, questions.day(day, "基準日"))
    except (FileNotFoundError, PackError, questions.BadQuestion) as problem:
        raise Refused(str(problem)) from problem


def report(arguments: argparse.Namespace, asked: Iterable[Asked]) -> Outcome:
    """Compare person by person, write the list if one is wanted, and sum up.

    :raises Refused: for an unknown pack or programme, or a file that cannot be written.
    """
    before, after = points(arguments)
    found = Impact()
    with listing(arguments.out, before, after) as write:
        for number, person, doses in asked:
            changed = changes(person, doses, before, after, arguments.programme)
            found.add(changed)
            write(number, changed)
    return outcome(arguments, found, before, after)


def points(arguments: argparse.Namespace) -> tuple[Point, Point]:
    """What is compared.

    :raises Refused: for an unknown pack or programme.
    """
    before, after = point(arguments.before), point(arguments.after)
    _check(arguments.programme, before, after)
    return before, after


@contextmanager
def listing(out: Path | None, before: Point, after: Point) -> Iterator[Write]:
    """Gives ``write(number, changes)``, which writes a line for each change if a list is wanted.

    :raises Refused: when the file cannot be written.
    """
    if out is None:
        yield lambda number, changed: None
        return
    try:
        with out.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(COLUMNS)
            yield lambda number, changed: writer.writerows(
                _line(number, change, before, after) for change in changed
            )
    except OSError as problem:
        raise Refused(f"一覧「{out}」に書けません（{problem}）。") from problem


def outcome(arguments: argparse.Namespace, found: Impact, before: Point, after: Point) -> Outcome:
    """The sums, and where the list is."""
    data = as_data(found, before, after) | ({"file": str(arguments.out)} if arguments.out else {})
    return Outcome(data, as_text(found, before, after))


def as_data(found: Impact, before: Point, after: Point) -> dict[str, Any]:
    """The sums, the most frequent first."""
    return {
        "from": before.name,
        "to": after.name,
        "persons": found.persons,
        "changed": found.changed,
        "changes": [
            {
                "programme": group.programme,
                "change": group.kind,
                "reason_from": group.reason_before,
                "reason_to": group.reason_after,
                "article": group.article,
                "count": count,
            }
            for group, count in found.in_order()
        ],
    }


def as_text(found: Impact, before: Point, after: Point) -> str:
    """The same for reading."""
    known = {**before.pack.programmes, **after.pack.programmes}
    lines = [f"{before.name} → {after.name}: {found.persons:,}人のうち{found.changed:,}人に変化があります。"]
    for group, count in found.in_order():
        reasons = f"{group.reason_before or 'なし'} → {group.reason_after or 'なし'}"
        article = f"、{group.article}" if group.article else ""
        lines.append(f"  {known[group.programme].name} {KINDS[group.kind]} {count:,}人（{reasons}{article}）")
    return "\n".join(lines)


def _check(codes: list[str] | None, before: Point, after: Point) -> None:
    known = {**before.pack.programmes, **after.pack.programmes}
    unknown = [code for code in codes or () if code not in known]
    if unknown:
        raise Refused(f"接種種類「{'、'.join(unknown)}」はありません。使えるもの: {'、'.join(known)}")


def _line(number: str, change: Change, before: Point, after: Point) -> list[str]:
    programme = (after.pack.programmes.get(change.programme) or before.pack.programmes[change.programme]).name
    return [number, programme, KINDS[change.kind], *_told(change.before), *_told(change.after)]


def _told(status: ProgrammeStatus | None) -> tuple[str, str, str]:
    if status is None:
        return "", "", ""
    reason = main_reason(status)
    return status.status, _iso(status.earliest), reason.text if reason else ""


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _of_file(arguments: argparse.Namespace) -> Outcome:
    errors: list[str] = []
    outcome = report(arguments, _asked(arguments, errors))
    if not errors:
        return outcome
    text = "\n".join([outcome.text, *errors])
    return Outcome(outcome.data | {"errors": errors}, text, DONE_WITH_REJECTED_ROWS)


def _asked(arguments: argparse.Namespace, errors: list[str]) -> Iterator[Asked]:
    pack = point(arguments.after).pack
    try:
        with arguments.persons.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    try:
                        row = json.loads(line)
                        question = questions.from_mapping(row, pack)
                    except (json.JSONDecodeError, questions.BadQuestion) as problem:
                        errors.append(f"{number}行目: {problem}")
                        continue
                    yield Asked(str(row.get("id", number)), question.person, question.doses)
    except (OSError, UnicodeDecodeError) as problem:
        raise Refused(f"ファイル「{arguments.persons}」が読めません（{problem}）。") from problem
