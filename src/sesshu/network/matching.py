"""照会許可用照合リスト as a question: may this inquirer ask that provider for this, today? (N02, M11, M17)"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sesshu.protocol.messages import PermitRequest, Row

_Key = tuple[str, str, str, str, str, str]


class Matcher:
    """The rows of one version. What no row allows is not allowed."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows: dict[_Key, list[Row]] = defaultdict(list)
        for row in rows:
            key = (
                row.item, row.work, row.procedure, row.information, row.inquirer_kind, row.provider_kind,
            )  # fmt: skip
            self._rows[key].append(row)

    def find(self, asked: PermitRequest, inquirer_kind: str, provider_kind: str, on: date) -> Row | None:
        """The row that allows it on this day (both its days inclusive)."""
        key = (
            asked.item, asked.work, asked.procedure, asked.information, inquirer_kind, provider_kind,
        )  # fmt: skip
        return next((row for row in self._rows.get(key, ()) if in_force(row, on)), None)


def in_force(row: Row, on: date) -> bool:
    """Whether the row holds on this day."""
    return row.starts_on <= on and (row.ends_on is None or on <= row.ends_on)
