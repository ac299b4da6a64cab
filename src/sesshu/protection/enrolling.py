"""What an approved account gets into its hands: the room that signs people in registers how it is made.

The room of the accounts approves and knows nothing of passwords and authenticators; it calls :func:`ticket`.
"""

from __future__ import annotations

from collections.abc import Callable

from sesshu.protection.models import Account

Issue = Callable[[Account, Account, Account], str]
_issue: list[Issue] = []


def register(issue: Issue) -> None:
    """``issue(account, requested_by, approved_by)`` makes a ticket; the one registered last is in force."""
    _issue[:] = [issue]


def ticket(*, account: Account, requested_by: Account, approved_by: Account) -> str:
    """The code with which the new account sets its password and registers an authenticator, once.

    It is returned this once and is nowhere kept: show it, do not store it.

    :raises ValueError: when the two are one person, or one of them is the account itself.
    """
    return _issue[0](account, requested_by, approved_by)
