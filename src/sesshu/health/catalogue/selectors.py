"""Reads of programmes, vaccines, products and lots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from sesshu.health.catalogue import national
from sesshu.health.catalogue.models import Lot, OwnProgramme, Product
from sesshu.health.catalogue.national import ProductInUse, Programme
from sesshu.protection.tenancy import current


@dataclass(frozen=True, slots=True)
class KnownLot:
    """A lot as it fills a form: its product, and its expiry where known."""

    number: str
    vaccine: str
    product_name: str
    maker: str
    volume_ml: Decimal | None
    route: str
    expires_on: date | None
    recalled: bool


def programmes(*, on: date | None = None) -> tuple[Programme, ...]:
    """The national programmes, then the city's own (those in force on ``on`` when given)."""
    national_ones = national.programmes()
    own = [
        found for found in own_programmes() if on is None or _in_force(found.valid_from, found.valid_to, on)
    ]
    return national_ones + tuple(
        Programme(found.code, found.name, found.short_name, "", len(national_ones) + place, own=True)
        for place, found in enumerate(own)
    )


def programme(code: str) -> Programme | None:
    return next((found for found in programmes() if found.code == code), None)


def programme_codes() -> frozenset[str]:
    return frozenset(found.code for found in programmes())


def programme_name(code: str) -> str:
    """The Japanese name; the code itself when nobody knows it."""
    known = national_programme(code)
    if known is not None:
        return known.name
    own = own_programmes().filter(code=code).first()
    return own.name if own else code


def short_name(code: str) -> str:
    known = national_programme(code)
    return known.short_name if known else programme_name(code)


def national_programmes() -> tuple[Programme, ...]:
    """The programmes that the law gives every city, in the order in which staff read them."""
    return national.programmes()


def national_programme(code: str) -> Programme | None:
    return next((found for found in national.programmes() if found.code == code), None)


def own_programmes() -> QuerySet[OwnProgramme]:
    return OwnProgramme.objects.filter(municipality_code=current()).order_by("valid_from", "code")


def vaccine_names() -> dict[str, str]:
    """Vaccine code → Japanese name, the city's own vaccines included."""
    names = {code: found.name for code, found in national.vaccines().items()}
    return names | {found.vaccine: found.vaccine for found in own_programmes() if found.vaccine not in names}


def vaccine_name(code: str) -> str:
    known = national.vaccines().get(code)
    return known.name if known else code


def vaccine_programmes(vaccine: str) -> tuple[str, ...]:
    """The programmes that a dose of ``vaccine`` may belong to, the usual one first; () when unknown."""
    known = national.vaccines().get(vaccine)
    if known:
        return known.programmes
    return tuple(own_programmes().filter(vaccine=vaccine).values_list("code", flat=True))


def vaccine_programme(vaccine: str) -> str:
    """The programme that ``vaccine`` usually belongs to; "" when unknown."""
    return next(iter(vaccine_programmes(vaccine)), "")


def programme_vaccines(programme_code: str) -> tuple[str, ...]:
    """The vaccines that ``programme_code`` may be given with."""
    national_ones = tuple(
        code for code, found in national.vaccines().items() if programme_code in found.programmes
    )
    own = own_programmes().filter(code=programme_code).values_list("vaccine", flat=True)
    return national_ones + tuple(own)


def programmes_with_vaccines() -> list[tuple[Programme, list[str]]]:
    """Every programme with the names of its vaccines, for a list."""
    names = vaccine_names()
    given: dict[str, list[str]] = {own.code: [own.vaccine] for own in own_programmes()}
    for code, found in national.vaccines().items():
        for programme_code in found.programmes:
            given.setdefault(programme_code, []).append(names[code])
    return [(found, given.get(found.code, [])) for found in programmes()]


def products(*, on: date | None = None, vaccine: str = "") -> tuple[ProductInUse, ...]:
    """The city's products, then those of the data file that it has not made its own."""
    rows = [_in_use(row) for row in Product.objects.filter(municipality_code=current()).order_by("pk")]
    known = {(row.vaccine, row.name, row.maker) for row in rows}
    rows += [row for row in national.products() if (row.vaccine, row.name, row.maker) not in known]
    return tuple(
        row
        for row in rows
        if vaccine in ("", row.vaccine) and (on is None or _in_force(row.valid_from, row.valid_to, on))
    )


def lots() -> QuerySet[Lot]:
    """The city's lots, the longest-lasting first."""
    found = Lot.objects.filter(municipality_code=current()).select_related("product")
    return found.order_by("-expires_on", "number")


def known_lots(number: str) -> tuple[KnownLot, ...]:
    """What is known of a lot number; several when two products use the same number."""
    return tuple(_known(lot) for lot in lots().filter(number__iexact=number.strip()))


def _known(lot: Lot) -> KnownLot:
    product = lot.product
    return KnownLot(
        lot.number,
        product.vaccine,
        product.name,
        product.maker,
        product.volume_ml,
        product.route,
        lot.expires_on,
        lot.recalled,
    )


def _in_use(row: Product) -> ProductInUse:
    return ProductInUse(
        row.vaccine, row.name, row.maker, row.volume_ml, row.route, row.valid_from, row.valid_to, row.pk
    )


def _in_force(start: date | None, end: date | None, on: date) -> bool:
    return (start is None or start <= on) and (end is None or on <= end)
