"""Reads a pack's YAML files into supporting data, refusing what breaks the schema."""

import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from sesshu.schedule.packs.fields import Fields, PackError
from sesshu.schedule.packs.rows import (
    condition_row,
    ground_row,
    later_window_row,
    programme_row,
    rule_row,
    spacing_row,
    vaccine_row,
)
from sesshu.schedule.reckoning import Reckoning
from sesshu.schedule.reckoning.japan import JapaneseReckoning
from sesshu.schedule.supporting import Dates, Pack, Rule

Draft = tuple[Rule, tuple[str, ...]]
PLAIN = ("vaccines", "programmes", "intervals", "long-term-illness", "exclusions")
"""Files that hold something else than rules."""
_NEEDED = ("vaccines", "programmes", "intervals")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_pack(name: str, folder: Path | None = None) -> Pack:
    """Read ``packs/<name>/*.yaml`` (or the files of ``folder``) into a ``Pack``.

    Errors: ``FileNotFoundError`` if there is no such pack, ``PackError`` naming file, row and field.
    """
    home = folder or Path(__file__).parent / name
    for stem in _NEEDED:
        if not (home / f"{stem}.yaml").is_file():
            raise FileNotFoundError(f"規則の束「{name}」に{stem}.yamlがありません（{home}）。")
    reckoning = JapaneseReckoning()
    top = {path.stem: load(path, reckoning) for path in sorted(home.glob("*.yaml"))}
    programmes = {row.code: row for row in map(programme_row, top["programmes"].rows("programmes"))}
    conditions = {row.code: row for row in map(condition_row, top["programmes"].rows("conditions"))}
    vaccines = {
        row.code: row for row in (vaccine_row(f, programmes) for f in top["vaccines"].rows("vaccines"))
    }
    diseases = frozenset(disease for vaccine in vaccines.values() for disease in vaccine.against)
    illness, exclusions = top.get("long-term-illness"), top.get("exclusions")
    drafts = [rule_row(fields, programmes, vaccines, conditions) for fields in rule_fields(top, programmes)]
    rules = with_borrowed(drafts)
    _check_unique(rules)
    pack = Pack(
        name,
        reckoning,
        programmes,
        vaccines,
        rules,
        tuple(spacing_row(fields, vaccines) for fields in top["intervals"].rows("intervals")),
        conditions,
        tuple(later_window_row(f, vaccines, diseases) for f in _rows(illness, "later_windows")),
        {row.code: row for row in (ground_row(f, diseases) for f in _rows(exclusions, "grounds"))},
        {row.code: row for row in map(condition_row, _rows(illness, "circumstances"))},
    )
    for fields in top.values():
        fields.done()
    return pack


def load(path: Path, reckoning: Reckoning) -> Fields:
    """One file's top mapping."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a safe loader)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as problem:
        raise PackError(f"{path.name}: YAML として読めません（{problem}）。", path.name) from problem
    return Fields(content, path.name, reckoning)


def rule_fields(top: dict[str, Fields], programmes: dict[str, Any]) -> list[Fields]:
    """The rows of every file of rules, files in the order of the programmes."""
    files = [stem for stem in [*programmes, *sorted(set(top) - set(programmes))] if stem in top]
    return [fields for stem in files if stem not in PLAIN for fields in top[stem].rows("rules")]


def _rows(fields: Fields | None, name: str) -> list[Fields]:
    return [] if fields is None else fields.rows(name)


def with_borrowed(drafts: list[Draft]) -> tuple[Rule, ...]:
    """Give a rule that only widens the window (catch-up) one copy for each rule whose doses it uses.

    Errors: ``PackError`` for an id that is not there and for rules that borrow from one another in a circle.
    """
    known = {rule.id: (rule, borrowed) for rule, borrowed in drafts}
    rules: list[Rule] = []
    for rule, borrowed in drafts:
        rules += [_borrow(rule, source) for source in _sources(rule.id, borrowed, known)] or [rule]
    return tuple(dataclasses.replace(rule, number=n) for n, rule in enumerate(rules))


def _sources(
    identifier: str, borrowed: tuple[str, ...], known: dict[str, Draft], path: tuple[str, ...] = ()
) -> list[Rule]:
    """The rules that have the courses, however many steps away."""
    if identifier in path:
        circle = " → ".join([*path[path.index(identifier) :], identifier])
        raise PackError(
            f"{identifier} の「doses_of」: 互いに借り合っています（{circle}）。", "", identifier, "doses_of"
        )
    found: list[Rule] = []
    for source in borrowed:
        if source not in known:
            raise PackError(
                f"{identifier} の「doses_of」: 行「{source}」がありません。", "", identifier, "doses_of"
            )
        rule, further = known[source]
        found += _sources(source, further, known, (*path, identifier)) or [rule]
    return found


def _borrow(rule: Rule, source: Rule) -> Rule:
    both = Dates(max(rule.in_force.start, source.in_force.start), min(rule.in_force.end, source.in_force.end))
    return dataclasses.replace(
        rule,
        courses=source.courses,
        products=source.products,
        in_force=both,
        needs_history=rule.needs_history + source.needs_history,
    )


def _check_unique(rules: tuple[Rule, ...]) -> None:
    seen: dict[tuple[str, tuple[str, ...], date], str] = {}
    for rule in rules:
        mark = (rule.id, rule.products, rule.in_force.start)
        if mark in seen:
            raise PackError(f"行「{rule.id}」が二度あります。", "", rule.id, "id")
        seen[mark] = rule.id
