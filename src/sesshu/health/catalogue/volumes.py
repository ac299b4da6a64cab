"""How much of a vaccine is usual at an age, by the schedule's rules."""

from __future__ import annotations

import re
from datetime import date

from sesshu.kernel.dates import reach
from sesshu.schedule import load_pack
from sesshu.schedule.supporting import Rule

_AGE = re.compile(r"(\d+)([my])")


def usual_volume(programme: str, vaccine: str, birth: date | None, on: date) -> float | None:
    """Millilitres (実施規則の接種量) of a dose on that day; None where the rules name none.

    A rule whose ages hold the day comes first: 二種混合 is 0.5 mL in 第1期 and 0.1 mL in 第2期.
    """
    rules = [
        rule
        for rule in load_pack("jp").rules
        if rule.programme == programme and vaccine in rule.products and on in rule.in_force
    ]
    for rule in sorted(rules, key=lambda rule: not _holds(rule, birth, on)):
        row = rule.courses[0].doses[0]
        if row.ml_under and birth and on < _reached(birth, row.ml_under[0]):
            return row.ml_under[1]
        if row.ml is not None:
            return row.ml
    return None


def _holds(rule: Rule, birth: date | None, on: date) -> bool:
    """Whether the day lies in the rule's ages, as far as plain ages (3m, 11y) say it."""
    if birth is None:
        return False
    return any(
        _bound(birth, ages.start, date.min) <= on <= _bound(birth, ages.end, date.max)
        for ages in rule.eligible
    )


def _bound(birth: date, age: str | None, otherwise: date) -> date:
    return _reached(birth, age) if age and _AGE.fullmatch(age) else otherwise


def _reached(birth: date, age: str) -> date:
    found = _AGE.fullmatch(age)
    if found is None:
        raise ValueError(f"年齢「{age}」は 3y、6m のように書いてください。")
    number = int(found[1])
    return reach(birth, years=number) if found[2] == "y" else reach(birth, months=number)
