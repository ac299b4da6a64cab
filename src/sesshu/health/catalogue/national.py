"""What the law and the market give every city: programmes, vaccines and products, as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sesshu.schedule import load_pack

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme. ``category``: A, B, or "" for a city's own (任意)."""

    code: str
    name: str
    short_name: str
    category: str
    order: int
    own: bool = False


@dataclass(frozen=True, slots=True)
class Vaccine:
    """A vaccine by the code used in records, and the programmes a dose of it may belong to."""

    code: str
    name: str
    programmes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProductInUse:
    """A product with its usual volume (mL) and route. ``pk`` None: from the data file, not the city's row."""

    vaccine: str
    name: str
    maker: str
    volume_ml: Decimal | None
    route: str
    valid_from: date | None
    valid_to: date | None
    pk: int | None = None


@cache
def programmes() -> tuple[Programme, ...]:
    """The national programmes in the order in which staff read them."""
    short = yaml.safe_load((_FOLDER / "short_names.yaml").read_text(encoding="utf-8"))
    return tuple(
        Programme(found.code, found.name, short.get(found.code, found.name), found.category, order)
        for order, found in enumerate(load_pack("jp").programmes.values())
    )


@cache
def vaccines() -> dict[str, Vaccine]:
    """Every vaccine that a record may name, by code."""
    return {
        found.code: Vaccine(found.code, found.name, tuple(found.programmes))
        for found in load_pack("jp").vaccines.values()
    }


@cache
def products() -> tuple[ProductInUse, ...]:
    """The products of the data file ``products.yaml``."""
    rows = yaml.safe_load((_FOLDER / "products.yaml").read_text(encoding="utf-8"))["products"]
    return tuple(_product(row) for row in rows)


def _product(row: dict[str, Any]) -> ProductInUse:
    volume = row.get("volume")
    return ProductInUse(
        row["vaccine"],
        row["name"],
        row["maker"],
        None if volume is None else Decimal(str(volume)),
        row["route"],
        row.get("from"),
        row.get("to"),
    )
