"""The kinds of inquiry a city may make: dated, cited data (``kinds.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

VACCINATION = "vaccination"
GROUPS = {
    "vaccination": "予防接種の実施",
    "fee": "実費の免除",
    "relief": "健康被害の救済",
}


@dataclass(frozen=True, slots=True)
class InquiryKind:
    """One row. ``item``: of the table of the order; ``fields``: field → words; ``whom``: whom one asks.

    ``dwelling``: the fields that lead to a dwelling place.
    ``ledger``: what is provided may go into the ledger; of all other kinds it is only shown.
    """

    code: str
    item: str
    title: str
    group: str
    work: str
    information: str
    provider: str
    whom: str
    legal_basis: str
    starts_on: date
    ends_on: date | None
    ledger: bool
    fields: Mapping[str, str]
    dwelling: tuple[str, ...]

    def in_force(self, on: date) -> bool:
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


@cache
def all_kinds() -> tuple[InquiryKind, ...]:
    """All rows, those of another time too, in the order of the file."""
    text = (Path(__file__).parent / "kinds.yaml").read_text(encoding="utf-8")
    return tuple(
        InquiryKind(
            code=row["code"], item=str(row["item"]), title=row["title"], group=row["group"], work=row["work"],
            information=row["information"], provider=row["provider"], whom=row["whom"],
            legal_basis=row["legal_basis"], starts_on=row["from"], ends_on=row.get("to"),
            ledger=row.get("ledger", False), fields=row["fields"],
            dwelling=tuple(row.get("dwelling", ())),
        )
        for row in yaml.safe_load(text)["kinds"]
    )  # fmt: skip


def kinds_on(day: date) -> tuple[InquiryKind, ...]:
    """What may be asked for on a day."""
    return tuple(kind for kind in all_kinds() if kind.in_force(day))


def kind_of(code: str) -> InquiryKind | None:
    return next((kind for kind in all_kinds() if kind.code == code), None)
