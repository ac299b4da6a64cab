"""Whose row it is: by the questionnaire's code, the 宛名番号, or kana and date of birth. Never by a guess.

A number must agree with the name and the date of birth beside it; a name and a date of birth must fit one
person only. Everything else is for a human to decide, with the candidates at hand: twins share a date of
birth, a child may share its parent's kana.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection

from sesshu.addressees.keys import folded
from sesshu.health.intake.results import Remark, Result
from sesshu.protection.tenancy import current

CANDIDATES = 5
_PERSON = """
SELECT p.id, p.number, COALESCE(p.birth_date::text, ''), p.name, p.name_kana, p.alias, p.alias_kana, p.sex,
       COALESCE(p.resident_since::text, ''), p.status, COALESCE(p.removed_on::text, '')
"""
_WINNER = """
LEFT JOIN addressees_addressee w ON w.id = a.merged_into_id
JOIN addressees_addressee p ON p.id = COALESCE(w.id, a.id)
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the register as the matching needs one; dates as ISO text, "" when unknown."""

    id: int
    number: str
    birth: str
    name: str
    kana: str
    alias: str
    alias_kana: str
    sex: str
    since: str
    status: str
    removed_on: str

    def is_called(self, name: str, kana: str) -> bool:
        """Whether the kana (without it, the name) is this person's own or that of the alias (通称)."""
        if kana:
            return kana == self.kana or folded(kana) in (folded(self.kana), folded(self.alias_kana))
        return name == self.name or folded(name) in (folded(self.name), folded(self.alias))


@dataclass(frozen=True, slots=True)
class Match:
    """The person, or nobody with what is to be said and who it might be."""

    person: Known | None
    remark: Remark | None = None
    candidates: tuple[Known, ...] = ()
    doubts: tuple[Remark, ...] = ()


class Books:
    """The part of the register that a batch of rows asks for, in three queries."""

    def __init__(self, results: Collection[Result]) -> None:
        self.by_code = _by_code({result.code for result in results if result.code})
        self.by_number = _by_number({result.number for result in results if result.number})
        unnumbered = {r.birth for r in results if r.birth and not self._found(r)}
        self.by_birth = _by_birth(unnumbered)

    def match(self, result: Result) -> Match:
        """Whose row it is."""
        if result.code and (issued := self.by_code.get(result.code)):
            return self._issued(result, *issued)
        doubts = (_not_issued(result),) if result.code else ()
        if result.number:
            return self._numbered(result, doubts)
        return self._named(result, doubts)

    def _found(self, result: Result) -> bool:
        person = self.by_number.get(result.number)
        issued = self.by_code.get(result.code)
        known = issued[0] if issued else person
        return known is not None and not _differences(result, known)

    def _issued(self, result: Result, person: Known, programme: str) -> Match:
        differing = _differences(result, person)
        if result.number and self.by_number.get(result.number, person).id != person.id:
            differing.append("宛名番号")
        if differing:
            return self._disagreeing(result, person, "予診票番号", differing)
        if programme != result.programme:
            remark = Remark("接種種類", f"（{result.programme}）が予診票の種類（{programme}）と違います。")
            return Match(person, doubts=(remark,))
        return Match(person)

    def _numbered(self, result: Result, doubts: tuple[Remark, ...]) -> Match:
        person = self.by_number.get(result.number)
        if person is None:
            candidates = self._alike(result)
            if not candidates:
                return Match(None, Remark("宛名番号", f"{result.number} に該当する住民がいません。"))
            remark = Remark("宛名番号", f"{result.number} に該当する住民がいません。似た住民がいます。")
            return Match(None, remark, candidates)
        differing = _differences(result, person)
        if differing:
            return self._disagreeing(result, person, "宛名番号", differing)
        return Match(person, doubts=doubts)

    def _disagreeing(self, result: Result, person: Known, by: str, differing: list[str]) -> Match:
        what = "と".join(differing)
        remark = Remark(differing[0], f": {by}の住民と{what}が違います。本人を確かめてください。")
        others = [other for other in self._alike(result) if other.id != person.id]
        return Match(None, remark, (person, *others)[:CANDIDATES])

    def _named(self, result: Result, doubts: tuple[Remark, ...]) -> Match:
        same_day = self.by_birth.get(result.birth, ()) if result.name or result.kana else ()
        called = [person for person in same_day if person.is_called(result.name, result.kana)]
        if len(called) == 1:
            return Match(called[0], doubts=doubts)
        column = "氏名_読み仮名" if result.kana else "氏名"
        if called:
            remark = Remark(column, "と生年月日が同じ住民が複数います。本人を選んでください。")
            return Match(None, remark, tuple(called[:CANDIDATES]))
        candidates = self._alike(result)
        if candidates:
            remark = Remark(column, "と生年月日の合う住民がいません。似た住民から選んでください。")
            return Match(None, remark, candidates)
        return Match(None, Remark(column, "と生年月日に該当する住民がいません。"))

    def _alike(self, result: Result) -> tuple[Known, ...]:
        """Of the same date of birth and family name (twins), or of the same name with another date."""
        family = folded((result.kana or result.name).replace("　", " ").split(" ")[0])[:2]
        same_day = [
            person
            for person in self.by_birth.get(result.birth, ())
            if family and folded(person.kana if result.kana else person.name).startswith(family)
        ]
        same_name = _by_name(result.kana or result.name)
        seen = {person.id for person in same_day}
        return tuple([*same_day, *(person for person in same_name if person.id not in seen)][:CANDIDATES])


def persons(ids: Collection[int]) -> dict[int, Known]:
    """The persons of these ids, by id; of a merged one the person it was merged into."""
    query = (
        f"{_PERSON}, a.id FROM addressees_addressee a {_WINNER}"
        " WHERE a.municipality_code = %s AND a.id = ANY(%s)"
    )
    return {row[-1]: Known(*row[:-1]) for row in _rows(query, [current(), list(ids)])}


def _differences(result: Result, person: Known) -> list[str]:
    differing = []
    if result.birth and person.birth and result.birth != person.birth:
        differing.append("生年月日")
    if (result.kana or result.name) and not person.is_called(result.name, result.kana):
        differing.append("氏名_読み仮名" if result.kana else "氏名")
    return differing


def _not_issued(result: Result) -> Remark:
    return Remark(
        "予診票番号", f"の {result.code} は発行した記録がありません。ほかの項目で本人を探しました。"
    )


def _by_code(codes: set[str]) -> dict[str, tuple[Known, str]]:
    if not codes:
        return {}
    query = (
        f"{_PERSON}, i.programme, i.code FROM notices_issue i"
        f" JOIN addressees_addressee a ON a.id = i.addressee_id {_WINNER}"
        " WHERE i.municipality_code = %s AND i.code = ANY(%s)"
    )
    return {row[-1]: (Known(*row[:-2]), row[-2]) for row in _rows(query, [current(), list(codes)])}


def _by_number(numbers: set[str]) -> dict[str, Known]:
    if not numbers:
        return {}
    query = (
        f"{_PERSON}, a.number FROM addressees_addressee a {_WINNER}"
        " WHERE a.municipality_code = %s AND a.number = ANY(%s)"
    )
    return {row[-1]: Known(*row[:-1]) for row in _rows(query, [current(), list(numbers)])}


def _by_birth(births: set[str]) -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = {}
    if not births:
        return found
    query = (
        f"{_PERSON} FROM addressees_addressee p"
        " WHERE p.municipality_code = %s AND p.birth_date = ANY(%s::date[]) AND p.merged_into_id IS NULL"
        " ORDER BY p.number"
    )
    for row in _rows(query, [current(), list(births)]):
        person = Known(*row)
        found.setdefault(person.birth, []).append(person)
    return found


def _by_name(name: str) -> list[Known]:
    key = folded(name)
    if not key:
        return []
    query = (
        f"{_PERSON} FROM addressees_addressee p WHERE p.municipality_code = %s AND p.merged_into_id IS NULL"
        " AND p.name_key LIKE %s ORDER BY p.number LIMIT %s"
    )
    pattern = "% " + key.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return [Known(*row) for row in _rows(query, [current(), pattern, CANDIDATES])]


def _rows(query: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
