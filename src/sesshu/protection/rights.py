"""What an account may do on a day: the roles it holds, each with its actions, purposes and programmes.

The room of accounts keeps who holds what and answers here (:func:`answer_by`); base code and every room
above only ask. Rights are read anew for each request, so that a withdrawal needs no cache to expire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Protocol

from sesshu.kernel import clock
from sesshu.protection.roles import Role

if TYPE_CHECKING:
    from sesshu.protection.models import Account

Programmes = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Held:
    """One role as held. ``programmes`` None: for every programme."""

    code: str
    label: str
    actions: frozenset[str]
    purposes: frozenset[str]
    programmes: Programmes = None


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of one account on ``day``. ``shared``: several persons use the id."""

    held: tuple[Held, ...]
    day: date
    shared: bool = False
    scopes: dict[str, Programmes] = field(init=False)

    def __post_init__(self) -> None:
        scopes: dict[str, Programmes] = {}
        for role in self.held:
            for action in role.actions:
                scopes[action] = (
                    _wider(scopes[action], role.programmes) if action in scopes else role.programmes
                )
        object.__setattr__(self, "scopes", scopes)

    @property
    def roles(self) -> list[str]:
        return list(dict.fromkeys(role.code for role in self.held))

    @property
    def labels(self) -> list[str]:
        return list(dict.fromkeys(role.label for role in self.held))

    @property
    def purposes(self) -> frozenset[str]:
        """The purposes that these roles may name."""
        return frozenset().union(*(role.purposes for role in self.held))

    def allow(self, action: str, programme: str | None = None) -> bool:
        """Whether ``action`` is allowed; of a programme, or (None) of any at all."""
        if action not in self.scopes:
            return False
        scope = self.scopes[action]
        return programme is None or scope is None or programme in scope

    def programmes(self, action: str) -> Programmes:
        """For which programmes ``action`` is allowed: None is all, the empty set is none."""
        return self.scopes.get(action, frozenset())


def _wider(one: Programmes, other: Programmes) -> Programmes:
    return None if one is None or other is None else one | other


def built_in(role: str, programmes: Programmes = None) -> Held:
    """A role as the product defines it, before a city changes it."""
    known = Role(role)
    return Held(role, str(known.label), known.actions, known.purposes, programmes)


def by_roles(roles: Iterable[str]) -> Rights:
    """The rights of these built-in roles, without any limit."""
    return Rights(tuple(built_in(str(role)) for role in roles), clock.today())


class Answer(Protocol):
    """What the room of accounts answers with."""

    def rights_of(self, account: Account) -> Rights: ...

    def give(self, account: Account, roles: Iterable[str]) -> None: ...


_answer: list[Callable[[], Answer]] = []


def answer_by(answer: Callable[[], Answer]) -> None:
    """At start-up: who knows the rights."""
    _answer[:] = [answer]


def rights_of(account: Account) -> Rights:
    """The account's rights today, by one question to the database."""
    return _answer[0]().rights_of(account)


def give(account: Account, roles: Iterable[str]) -> None:
    """Let the account hold exactly these built-in roles, without a limit (setting up, demo, tests)."""
    _answer[0]().give(account, roles)
