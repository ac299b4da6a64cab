"""A number into its ciphertext and back."""

from __future__ import annotations

from collections.abc import Iterable

from sesshu.numbers.models import IndividualNumber
from sesshu.protection.keys import wrapping
from sesshu.protection.keys.wrapping import KeyDestroyed, OpenedKey, Place


def sealed(number: str, row: IndividualNumber, key: OpenedKey) -> bytes:
    """Bound to tenant, table, row, column and key."""
    return key.seal(number.encode("ascii"), _place(row))


def opened(rows: Iterable[IndividualNumber]) -> list[tuple[IndividualNumber, str]]:
    """The numbers of these rows (with their holders loaded), in their order.

    :raises KeyDestroyed: when one of them was erased.
    """
    wanted = list(rows)
    keys = wrapping.open_subject_keys({row.holder.key_id for row in wanted})
    return [(row, _open(row, keys.get(row.holder.key_id))) for row in wanted]


def _open(row: IndividualNumber, key: OpenedKey | None) -> str:
    if key is None:
        raise KeyDestroyed("この方の個人番号は消去されています。")
    return key.open(bytes(row.sealed), _place(row)).decode("ascii")


def _place(row: IndividualNumber) -> Place:
    return Place("numbers_individualnumber", str(row.pk), "number")
