"""What rooms above do when a person's ledger changes, in the same transaction.

`eligibility` lies above the ledger and cannot be imported here, so it registers itself when Django starts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

OnChange = Callable[[int], None]
OnManyChanges = Callable[[Collection[int]], None]

_on_change: list[OnChange] = []
_on_many_changes: list[OnManyChanges] = []


def register(on_change: OnChange) -> OnChange:
    """Call ``on_change(addressee_id)`` after each command on that person's ledger."""
    if on_change not in _on_change:
        _on_change.append(on_change)
    return on_change


def register_many(on_many_changes: OnManyChanges) -> OnManyChanges:
    """Call ``on_many_changes(addressee_ids)`` after a file; without one each person is told of singly."""
    if on_many_changes not in _on_many_changes:
        _on_many_changes.append(on_many_changes)
    return on_many_changes


def changed(addressee_id: int) -> None:
    """The ledger of this person has changed."""
    for on_change in _on_change:
        on_change(addressee_id)


def changed_many(addressee_ids: Collection[int]) -> None:
    """The ledgers of all these persons have changed."""
    if _on_many_changes:
        for on_many_changes in _on_many_changes:
            on_many_changes(addressee_ids)
    else:
        for addressee_id in addressee_ids:
            changed(addressee_id)
