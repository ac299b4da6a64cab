"""What can stand in the audit log: every action with its words for people and what its detail may tell (S05).

A room declares its actions in its module ``acts.py``, found when Django starts. The detail of an event is
held to what cannot be a person: ids, counts, days, codes. A name or an Individual Number is refused, and the
act with it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sesshu.kernel.check_digits import is_individual_number

# What any event may tell: parts of a long list of persons, the act's own purpose, who uses a shared id.
_PARTS = frozenset({"part", "of", "for", "on_duty"})
_MOST_DEPTH = 4
_LARGEST = 2**53  # what every reader of JSON keeps exactly
_CODE = re.compile(r"[A-Za-z0-9_.,:;/@+=~&?%*\-]{0,120}")
# Of a file, a certificate's serial, a request's id: twelve of their digits may look like a number by chance.
_DIGEST = re.compile(r"[0-9a-f]{32,64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEY = re.compile(r"[A-Za-z0-9_.:@\-]{1,60}")
_TWELVE = re.compile(r"(?<!\d)\d{12}(?!\d)")


class Sort(StrEnum):
    """What sort of act it is; rules and reviews ask for these."""

    SIGN_IN = "sign-in"
    READ = "read"
    SEARCH = "search"
    LIST = "list"
    PRINT = "print"
    EXPORT = "export"
    CHANGE = "change"
    REFUSAL = "refusal"
    ADMINISTRATION = "administration"
    JOB = "job"


SORT_LABELS = {
    Sort.SIGN_IN: "サインイン",
    Sort.READ: "閲覧",
    Sort.SEARCH: "検索",
    Sort.LIST: "一覧",
    Sort.PRINT: "印刷",
    Sort.EXPORT: "出力",
    Sort.CHANGE: "登録・変更",
    Sort.REFUSAL: "拒否",
    Sort.ADMINISTRATION: "管理",
    Sort.JOB: "処理",
}


@dataclass(frozen=True, slots=True)
class Act:
    """One action. ``sentence`` goes on from who did it; ``keys`` may stand in its detail."""

    code: str
    sort: Sort
    label: str
    sentence: str
    keys: frozenset[str] = frozenset()


class Unsayable(ValueError):
    """The detail of an event holds what the log may not."""


_acts: dict[str, Act] = {}


def register(sort: Sort, *lines: tuple[str, str, str] | tuple[str, str, str, Iterable[str]]) -> None:
    """Declare actions of one sort: ``(code, label, sentence[, keys of the detail])``."""
    for code, label, sentence, *keys in lines:
        _acts[code] = Act(str(code), sort, str(label), str(sentence), frozenset(keys[0] if keys else ()))


def act(code: str) -> Act | None:
    """The declared action of this code."""
    return _acts.get(code)


def acts() -> tuple[Act, ...]:
    """All of them, by code."""
    return tuple(_acts[code] for code in sorted(_acts))


def codes_of(*sorts: Sort) -> tuple[str, ...]:
    """The codes of all actions of these sorts."""
    return tuple(each.code for each in acts() if each.sort in sorts)


def label(code: str) -> str:
    """The action's word for people; the code itself where none is declared."""
    found = _acts.get(code)
    return found.label if found else code


def check_detail(code: str, detail: Mapping[str, Any]) -> None:
    """:raises Unsayable: when ``detail`` tells more than the action may, or could tell a name or a number."""
    declared = _acts.get(code)
    for key, value in detail.items():
        if declared is not None and key not in declared.keys and key not in _PARTS:
            raise Unsayable(f"操作「{code}」の記録に項目「{key}」は入れられません。")
        _check_key(code, key)
        _check_value(code, key, value, 0)


def is_code(text: str) -> bool:
    """Whether a text is a code, which can be no name."""
    return bool(_CODE.fullmatch(text))


def coded(values: Mapping[str, object]) -> dict[str, Any]:
    """Conditions of a list as a detail may hold them: codes and days stay, any other text becomes a digest.

    The same text has the same digest, so that two events can be compared; what is empty is left out.
    """
    return {key: _coded(value) for key, value in values.items() if value not in (None, "", (), [], {})}


def _coded(value: object) -> Any:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return coded({str(key): each for key, each in value.items()})
    if isinstance(value, list | tuple):
        return [_coded(each) for each in value]
    text = str(value)
    return text if _CODE.fullmatch(text) else f"~{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def _check_key(code: str, key: object) -> None:
    if not isinstance(key, str) or not _KEY.fullmatch(key) or _holds_number(key):
        raise Unsayable(f"操作「{code}」の記録の項目名に、符号以外のものがあります。")


def _check_value(code: str, key: str, value: object, depth: int) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int) and abs(value) < _LARGEST and not is_individual_number(str(value)):
        return
    if isinstance(value, str) and _CODE.fullmatch(value) and not _holds_number(value):
        return
    if isinstance(value, str) and _DIGEST.fullmatch(value):
        return
    if depth < _MOST_DEPTH and isinstance(value, list | tuple):
        for each in value:
            _check_value(code, key, each, depth + 1)
        return
    if depth < _MOST_DEPTH and isinstance(value, Mapping):
        for inner, each in value.items():
            _check_key(code, inner)
            _check_value(code, key, each, depth + 1)
        return
    raise Unsayable(f"操作「{code}」の記録の項目「{key}」には、番号・件数・日付・符号だけを入れられます。")


def _holds_number(text: str) -> bool:
    return any(map(is_individual_number, _TWELVE.findall(text)))
