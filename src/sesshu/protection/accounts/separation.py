"""Which actions no account may hold together, and why: the hard limits of what a city may change."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sesshu.protection.action_words import label
from sesshu.protection.actions import Action as A

RESIDENTS = (
    A.ADDRESSEE_SEARCH, A.ADDRESSEE_READ, A.ADDRESSEE_WRITE, A.ADDRESSEE_IMPORT, A.ADDRESSEE_MERGE,
    A.PROTECTED_READ, A.LEDGER_READ, A.LEDGER_WRITE, A.RESULTS_IMPORT, A.TARGETS_EXTRACT, A.NOTICES_PRINT,
    A.LISTS_EXPORT,
)  # fmt: skip
NUMBERS = (A.NUMBER_WRITE, A.NUMBER_SEARCH, A.NUMBER_REVEAL)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two actions that must lie with two persons."""

    one: str
    other: str
    why: str

    def __str__(self) -> str:
        return f"「{label(self.one)}」と「{label(self.other)}」は同じ人に持たせられません。{self.why}"


def _each(one: str, others: Iterable[str], why: str) -> tuple[Pair, ...]:
    return tuple(Pair(one, other, why) for other in others)


_OWN_REQUEST = "自分の申請を自分で承認できてしまうためです。"
_KEYS = "鍵を扱う人が、その鍵で守られた情報を見られてしまうためです。"
_SYSTEM = "権限の内容を変えられる人が、自分の見られる住民の情報を広げられてしまうためです。"
_REVIEW = "自分の操作を自分で点検することになるためです。"
PAIRS = (
    Pair(A.ACCOUNTS_REQUEST, A.ACCOUNTS_APPROVE, _OWN_REQUEST),
    Pair(A.ROLES_WRITE, A.ACCOUNTS_APPROVE, _OWN_REQUEST),
    Pair(A.TERMINALS_REQUEST, A.TERMINALS_APPROVE, _OWN_REQUEST),
    Pair(A.RETENTION_REQUEST, A.RETENTION_APPROVE, _OWN_REQUEST),
    Pair(A.TAKING_OUT_REQUEST, A.TAKING_OUT_APPROVE, _OWN_REQUEST),
    Pair(A.ACCOUNTS_REQUEST, A.ACCOUNTS_REVIEW, "自分が申請した権限を自分で棚卸しすることになるためです。"),
    *_each(A.KEYS_MANAGE, (*NUMBERS, *RESIDENTS), _KEYS),
    *_each(A.ROLES_WRITE, (*RESIDENTS, *NUMBERS), _SYSTEM),
    *_each(A.AUDIT_REVIEW, (*RESIDENTS, *NUMBERS), _REVIEW),
    *_each(A.AUDIT_REVIEW, (A.ACCOUNTS_REQUEST, A.ACCOUNTS_APPROVE, A.ROLES_WRITE), _REVIEW),
)  # fmt: skip


def conflicts(actions: Collection[str]) -> list[Pair]:
    """The pairs that these actions hold together."""
    held = set(actions)
    return [pair for pair in PAIRS if pair.one in held and pair.other in held]
