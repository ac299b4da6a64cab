"""Questions to the schedule as text or JSON, read into persons and doses.

Every refusal is a ``BadQuestion`` whose message tells staff, in Japanese, what to write instead.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sesshu.kernel import clock
from sesshu.kernel.wareki import parse_date
from sesshu.schedule.model import DoseGiven, Person
from sesshu.schedule.supporting import Pack

Sex = Literal["M", "F"] | None
_SEXES: dict[str, Sex] = {
    "M": "M", "F": "F", "1": "M", "2": "F", "0": None, "男": "M", "女": "F", "不明": None, "": None,
}  # fmt: skip
_UNKNOWN = ("不詳", "unknown", "")


class BadQuestion(ValueError):
    """A question that cannot be answered as it stands."""


@dataclass(frozen=True, slots=True)
class Question:
    """Who, with which doses, on which day."""

    person: Person
    doses: tuple[DoseGiven, ...]
    on: date


def from_mapping(row: Any, pack: Pack) -> Question:
    """A line of a JSONL file: ``birth sex doses on due_dates conditions``; other keys are left alone."""
    if not isinstance(row, Mapping):
        raise BadQuestion("1行に1人分の JSON オブジェクトを書いてください。")
    if "birth" not in row:
        raise BadQuestion("「birth」（生年月日。不詳なら null）がありません。")
    on = row.get("on")
    return Question(
        Person(
            birth=birth(row["birth"]),
            sex=sex(row.get("sex")),
            due_dates=tuple(day(item, "分娩予定日") for item in _list(row, "due_dates")),
            conditions=conditions(_list(row, "conditions"), pack),
        ),
        tuple(dose(item) for item in _list(row, "doses")),
        clock.today() if on is None else day(on, "基準日"),
    )


def birth(text: Any) -> date | None:
    """A date of birth; None for null and 不詳."""
    return None if text is None or text in _UNKNOWN else day(text, "生年月日")


def sex(text: Any) -> Sex:
    """M or F, 1 or 2, 男 or 女; None when unknown."""
    if text is None:
        return None
    if str(text) not in _SEXES:
        raise BadQuestion(f"性別「{text}」は M（男）か F（女）で書いてください。")
    return _SEXES[str(text)]


def conditions(codes: Iterable[Any], pack: Pack) -> frozenset[str]:
    """Codes of circumstances that the pack knows."""
    found = frozenset(str(code) for code in codes)
    unknown = sorted(found - set(pack.conditions))
    if unknown:
        known = "、".join(f"{c.code}（{c.name}）" for c in pack.conditions.values())
        raise BadQuestion(f"該当事由「{'、'.join(unknown)}」は使えません。使えるもの: {known}")
    return found


def dose(item: Any) -> DoseGiven:
    """``2026-07-10=PCV20``, or an object of ``date``, ``vaccine``, ``volume_ml`` and ``lot_expiry``."""
    if isinstance(item, str):
        given, equals, vaccine = item.partition("=")
        if not equals or not vaccine.strip():
            raise BadQuestion(
                f"接種「{item}」は「接種日=ワクチンコード」（例 2026-07-10=PCV20）で書いてください。"
            )
        return DoseGiven(day(given, "接種日"), vaccine.strip())
    if not isinstance(item, Mapping) or not isinstance(item.get("vaccine"), str):
        raise BadQuestion('接種は {"date": 接種日, "vaccine": ワクチンコード} で書いてください。')
    volume, expiry = item.get("volume_ml"), item.get("lot_expiry")
    if volume is not None and not isinstance(volume, int | float):
        raise BadQuestion(f"接種量「{volume}」は数（mL）で書いてください。")
    return DoseGiven(
        day(item.get("date"), "接種日"),
        item["vaccine"],
        volume_ml=None if volume is None else float(volume),
        lot_expiry=None if expiry is None else day(expiry, "有効期限"),
    )


def day(text: Any, name: str) -> date:
    """A date in either calendar; ``name`` goes before the message."""
    if not isinstance(text, str):
        raise BadQuestion(f"{name}を 2026-11-22 のような文字で書いてください。")
    try:
        return parse_date(text)
    except ValueError as problem:
        raise BadQuestion(f"{name}: {problem}") from problem


def _list(row: Mapping[str, Any], key: str) -> list[Any]:
    value = row.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadQuestion(f"「{key}」は [ ] の並びで書いてください。")
    return value
