"""Questions to the schedule as text or JSON, read into persons and doses.

Every refusal is a ``BadQuestion`` whose message tells staff, in Japanese, what to write instead.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sesshu.kernel import clock
from sesshu.kernel.wareki import parse_date
from sesshu.schedule.model import DoseGiven, Exclusion, LongTermIllness, Person
from sesshu.schedule.supporting import Pack
from sesshu.schedule.wording import ROUTES

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
    """A line of a JSONL file; keys that are not known are left alone.

    Known are ``birth sex doses on due_dates conditions``, ``long_term_illness`` (objects of ``ended``,
    ``began``, ``kind``, ``programmes``) and ``exclusions`` (``ground``, ``concerns``, ``start``, ``end``).
    """
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
            long_term_illness=tuple(illness(item, pack) for item in _list(row, "long_term_illness")),
            exclusions=tuple(exclusion(item, pack) for item in _list(row, "exclusions")),
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
    """``2026-07-10=PCV20``, or an object of ``date vaccine volume_ml lot_expiry route``."""
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
    route = item.get("route")
    if route is not None and (not isinstance(route, str) or route not in ROUTES):
        raise BadQuestion(
            f"接種方法「{route}」は {'、'.join(f'{k}（{v}）' for k, v in ROUTES.items())} で書いてください。"
        )
    if volume is not None and (isinstance(volume, bool) or not isinstance(volume, int | float)):
        raise BadQuestion(f"接種量「{volume}」は数（mL）で書いてください。")
    return DoseGiven(
        day(item.get("date"), "接種日"),
        item["vaccine"],
        volume_ml=None if volume is None else float(volume),
        lot_expiry=None if expiry is None else day(expiry, "有効期限"),
        route=route,
    )


def illness(item: Any, pack: Pack) -> LongTermIllness:
    """``2026-03-31`` or ``2026-03-31=pcv,hib``, or an object of ``ended began kind programmes``."""
    if isinstance(item, str):
        ended, _, codes = item.partition("=")
        item = {"ended": ended, "programmes": [code for code in codes.split(",") if code]}
    if not isinstance(item, Mapping):
        raise BadQuestion('特別の事情は {"ended": なくなった日} で書いてください。')
    began, kind = item.get("began"), item.get("kind") or ""
    programmes = frozenset(map(str, _list(item, "programmes")))
    _known("接種種類", programmes, pack.programmes)
    _known("特別の事情", {kind} - {""}, pack.circumstances)
    return LongTermIllness(
        ended=day(item.get("ended"), "特別の事情がなくなった日"),
        began=None if began is None else day(began, "特別の事情が始まった日"),
        kind=kind,
        programmes=programmes,
    )


def exclusion(item: Any, pack: Pack) -> Exclusion:
    """``had-disease=measles``, or an object of ``ground concerns start end``."""
    if isinstance(item, str):
        ground, _, codes = item.partition("=")
        item = {"ground": ground, "concerns": [code for code in codes.split(",") if code]}
    if not isinstance(item, Mapping) or not isinstance(item.get("ground"), str):
        raise BadQuestion('対象外の事由は {"ground": 事由, "concerns": [疾病]} で書いてください。')
    start, end = item.get("start"), item.get("end")
    concerns = frozenset(map(str, _list(item, "concerns")))
    _known("対象外の事由", {item["ground"]}, pack.grounds)
    _known("対象外の事由の疾病", concerns, (*sorted(pack.diseases), *pack.programmes))
    if pack.grounds[item["ground"]].named and not concerns:
        raise BadQuestion(f"対象外の事由「{item['ground']}」には疾病（concerns）を書いてください。")
    return Exclusion(
        ground=item["ground"],
        concerns=concerns,
        start=None if start is None else day(start, "対象外の始まり"),
        end=None if end is None else day(end, "対象外の終わり"),
    )


def _known(name: str, codes: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(codes) - set(known))
    if unknown:
        raise BadQuestion(f"{name}「{'、'.join(unknown)}」は使えません。使えるもの: {'、'.join(known)}")


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
