"""Finds what is wrong, or looks wrong, in a pack's files: ``sesshu schedule lint``.

First the schema, row by row, so that one run names every broken row; then, when the rows can be read, what
no row shows by itself: terms that contradict each other, days on which nothing is in force, codes that lead
nowhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from sesshu.schedule.packs.contradictions import gaps, overlap
from sesshu.schedule.packs.fields import Fields, PackError
from sesshu.schedule.packs.reading import PLAIN, load, read_pack, rule_fields
from sesshu.schedule.packs.rows import condition_row, programme_row, rule_row, vaccine_row
from sesshu.schedule.reckoning.japan import JapaneseReckoning
from sesshu.schedule.supporting import Pack, Rule


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing to look at: in which file, row and field, where known."""

    file: str
    row: str
    field: str
    problem: str

    def __str__(self) -> str:
        place = "".join(f" {part}" for part in (self.row, f"「{self.field}」" if self.field else "") if part)
        return f"{self.file or '束全体'}{place}: {self.problem}"


def lint(folder: Path) -> list[Finding]:
    """Every finding of the pack in ``folder``, in the order of files and rows; empty when all is well.

    Errors: ``FileNotFoundError`` if the folder holds no pack.
    """
    broken, files = _broken_rows(folder)
    if broken:
        return sorted(set(broken))
    try:
        pack = read_pack(folder.name, folder)
    except PackError as problem:
        return [_finding(problem, files)]
    found = [
        Finding(files.get(rule, ""), rule, field, problem)
        for check in (_codes, _courses, _ages, _overlaps, _gaps, _later)
        for rule, field, problem in check(pack)
    ]
    return sorted(set(found))


def _broken_rows(folder: Path) -> tuple[list[Finding], dict[str, str]]:
    """The findings of the schema, and the file of each row."""
    if not (folder / "programmes.yaml").is_file():
        raise FileNotFoundError(f"フォルダー「{folder}」に programmes.yaml がありません。")
    reckoning, found, top = JapaneseReckoning(), [], {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            top[path.stem] = load(path, reckoning)
        except PackError as problem:
            found.append(_finding(problem))
    if found or not {"programmes", "vaccines"} <= set(top):
        return found, {}
    known: dict[str, dict[str, Any]] = {"programmes": {}, "conditions": {}, "vaccines": {}}
    for name in ("programmes", "conditions"):
        reader = programme_row if name == "programmes" else condition_row
        found += _read(top["programmes"], name, reader, known[name])
    found += _read(
        top["vaccines"], "vaccines", lambda f: vaccine_row(f, known["programmes"]), known["vaccines"]
    )
    if found:
        return found, {}
    files: dict[str, str] = {}
    for fields in _rule_rows(top, known["programmes"], found):
        files.setdefault(fields.identifier, fields.file)
        try:
            rule_row(fields, known["programmes"], known["vaccines"], known["conditions"])
        except PackError as problem:
            found.append(_finding(problem))
    return found, files


def _read(fields: Fields, name: str, reader: Any, known: dict[str, Any]) -> list[Finding]:
    found = []
    try:
        rows = fields.rows(name)
    except PackError as problem:
        return [_finding(problem)]
    for row in rows:
        try:
            made = reader(row)
            known[made.code] = made
        except PackError as problem:
            found.append(_finding(problem))
    return found


def _rule_rows(top: dict[str, Fields], programmes: dict[str, Any], found: list[Finding]) -> Iterator[Fields]:
    for stem, fields in top.items():
        if stem not in PLAIN:
            try:
                yield from rule_fields({stem: fields}, programmes)
            except PackError as problem:
                found.append(_finding(problem))


def _finding(problem: PackError, files: dict[str, str] | None = None) -> Finding:
    file = problem.file or (files or {}).get(problem.row, "")
    return Finding(file, problem.row, problem.field, str(problem))


_SOME_BIRTH = date(2000, 1, 31)
Problem = tuple[str, str, str]
"""Row, field and what is wrong."""


def _codes(pack: Pack) -> Iterator[Problem]:
    """Codes that lead nowhere."""
    ids = {rule.id for rule in pack.rules}
    for programme in pack.programmes.values():
        served = {d for r in pack.rules if r.programme == programme.code for d in r.serves}
        for disease in sorted(set(programme.diseases) - served):
            yield programme.code, "diseases", f"疾病「{disease}」に対する行がこの接種種類にありません。"
    used = {product for rule in pack.rules for product in rule.products}
    for code in sorted(set(pack.vaccines) - used):
        yield code, "vaccines", "どの行でも使われていません。"
    for rule in pack.rules:
        for product in rule.products:
            if not set(rule.serves) & set(pack.vaccines[product].against):
                yield rule.id, "products", f"「{product}」はこの行の疾病に対するワクチンではありません。"
            if rule.programme not in pack.vaccines[product].programmes:
                yield rule.id, "products", f"「{product}」の programmes に「{rule.programme}」がありません。"
        for other in sorted(set(rule.beside) - ids):
            yield rule.id, "beside", f"行「{other}」がありません。"


def _courses(pack: Pack) -> Iterator[Problem]:
    """Dose numbers twice or out of order, and gaps counted from a dose that does not come before."""
    for rule in pack.rules:
        if rule.in_force.start > rule.in_force.end:
            yield rule.id, "doses_of", "借りた行と施行期間が重なりません。"
        for course in rule.courses:
            numbers = [dose.number for dose in course.doses]
            if numbers != sorted(set(numbers)):
                yield rule.id, "number", f"「{course.key}」の回の番号が順でないか重なっています。"
            for dose in course.doses:
                if any(number >= dose.number for number, _ in dose.gap_from):
                    yield rule.id, "gap_from", f"「{dose.label}」より前の回から数えていません。"
                period = dose.gap_after_period[0] if dose.gap_after_period else ""
                if period and not _comes_before(pack, rule, period):
                    yield rule.id, "gap_after_period", f"「{period}」はこの行より前の期ではありません。"


def _comes_before(pack: Pack, rule: Rule, period: str) -> bool:
    """Whether the pack tells of a period against one of the rule's diseases before the rule's own."""
    told = [other.period for other in pack.rules if set(other.serves) & set(rule.serves)]
    return period in told[: told.index(rule.period)]


def _ages(pack: Pack) -> Iterator[Problem]:
    """Stretches of life that end before they begin."""
    for rule in pack.rules:
        stretches = [*rule.eligible, *(c.starting for c in rule.courses if c.starting), rule.standard]
        for ages in stretches:
            if ages is None or not ages.start or not ages.end or ages.start.startswith("week"):
                continue
            born = max(rule.born.start, _SOME_BIRTH)
            if pack.reckoning.point(ages.start, born) > pack.reckoning.point(ages.end, born):
                yield rule.id, "eligible", f"「{ages.start} .. {ages.end}」は終わりが始まりより前です。"


def _overlaps(pack: Pack) -> Iterator[Problem]:
    for one, other in combinations([rule for rule in pack.rules if not rule.temporary], 2):
        if other.id in one.beside or one.id in other.beside or one.id == other.id:
            continue
        found = overlap(pack, one, other)
        if found is not None:
            yield other.id, "in_force", f"行「{one.id}」と{found}。わざとなら beside に書いてください。"


def _gaps(pack: Pack) -> Iterator[Problem]:
    """Days between the first and the last day of a period, or of a product in it, with nothing in force."""
    chains: dict[tuple[str, ...], list[Rule]] = {}
    for rule in pack.rules:
        if not rule.temporary:
            chains.setdefault((rule.programme, rule.period), []).append(rule)
            for product in rule.products:
                chains.setdefault((rule.programme, rule.period, product), []).append(rule)
    for chain in chains.values():
        for earlier, later, first, last in gaps(chain):
            yield (
                later.id,
                "in_force",
                f"行「{earlier.id}」との間、{first}から{last}まで施行中の行がありません。",
            )


def _later(pack: Pack) -> Iterator[Problem]:
    """Later windows that overlap for one disease and product, or name a course that nothing has."""
    keys = {(disease, c.key) for rule in pack.rules for c in rule.courses for disease in rule.serves}
    for window in pack.later_windows:
        if window.course and not any((disease, window.course) in keys for disease in window.diseases):
            yield window.id, "course", f"「{window.course}」という接種方法がありません。"
    for one, other in combinations(pack.later_windows, 2):
        shared = one.diseases & other.diseases
        same_product = not one.products or not other.products or one.products & other.products
        if shared and same_product and one.in_force.start <= other.in_force.end:
            yield other.id, "diseases", f"行「{one.id}」と疾病とワクチンが重なります。"
