"""How a person, an institution and a field are called on the screen. No names of persons exist here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sesshu.intermediate import network_copies, persons
from sesshu.intermediate.models import Person
from sesshu.intermediate.sealing import Cabinet, cabinet
from sesshu.kernel import clock
from sesshu.kernel.wareki import to_wareki_short
from sesshu.protection.actions import Action
from sesshu.protection.keys.roots import NotAuthentic
from sesshu.protection.models import Account
from sesshu.protocol import codes

UNREADABLE = "（読み取れません）"
_INFORMATION = {codes.VACCINATION: "予防接種の記録"}
# Items of the 副本 (docs/formats/exchange.md) in words.
_ITEMS = {
    "programme": "接種種類", "disease": "対象疾病", "dose_number": "回数", "administered_on": "接種日",
    "vaccine": "ワクチン", "manufacturer": "製造販売業者", "lot": "ロット番号", "volume_ml": "接種量(mL)",
    "route": "接種方法", "site": "接種部位", "provider": "医療機関", "doctor": "医師",
    "legal_class": "定期・任意等の区分", "note": "備考",
}  # fmt: skip


def number_of(person: Person, box: Cabinet) -> str:
    """The 団体内統合宛名番号, or the sign that the row cannot be opened: one such row hides no other."""
    try:
        return persons.number_of(person, box)
    except NotAuthentic:
        return UNREADABLE


def numbers_for(viewer: Account, people: Iterable[Person | None]) -> dict[int, str]:
    """By the persons' ids; empty for who may not see the number."""
    if not viewer.may(Action.INTERMEDIATE_PERSONS):
        return {}
    box = cabinet()
    return {person.pk: number_of(person, box) for person in people if person is not None}


def institution(code: str, names: dict[str, str] | None = None) -> str:
    """An institution's name; its 機関コード where the directory has none."""
    known = network_copies.names() if names is None else names
    return known.get(code) or code


def information(code: str, name: str = "") -> str:
    """A kind of information in words."""
    return name or _INFORMATION.get(code, code)


def item(name: str) -> str:
    """An item of a record in words; its own name where it has none."""
    return _ITEMS.get(name, name)


def corrected(field: str, text: str) -> str:
    """A value of a correction as people read it."""
    if field == "nondisclosure":
        return {"True": "不開示", "False": "開示"}.get(text, text)
    if field == "asked_at":
        try:
            moment = clock.in_japan(datetime.fromisoformat(text))
        except ValueError:
            return text
        return f"{to_wareki_short(moment.date())} {moment:%H:%M}"
    return text
