"""Commands on a city's own programmes, products and lots."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from sesshu.health.catalogue import selectors
from sesshu.health.catalogue.models import Lot, OwnProgramme, Product
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

_CODE = re.compile(r"[a-z][a-z0-9-]{1,29}")


class CatalogueRefused(ValueError):
    """The catalogue cannot be changed as asked; the message says why."""


@transaction.atomic
def add_own_programme(*, code: str, by: Account | None, at: datetime, **values: Any) -> OwnProgramme:
    """Set up a programme of the city's own (任意接種の助成 and the like); no code is needed (H19).

    :raises CatalogueRefused: for a code in use or badly formed, and for bounds that are the wrong way round.
    """
    if not _CODE.fullmatch(code):
        raise CatalogueRefused("コードは半角英小文字で始まる英数字とハイフン（30文字以内）にしてください。")
    if code in selectors.programme_codes():
        raise CatalogueRefused(f"コード「{code}」は使われています。別のコードにしてください。")
    if values["age_to_months"] <= values["age_from_months"]:
        raise CatalogueRefused("対象終了の月齢は、対象開始の月齢より大きくしてください。")
    if values.get("valid_to") and values["valid_to"] < values["valid_from"]:
        raise CatalogueRefused("終了日は開始日以後にしてください。")
    programme = OwnProgramme.objects.create(municipality_code=current(), code=code, **values)
    audit.record("catalogue.programme", by=by, count=0, detail={"programme": code, "at": at.isoformat()})
    return programme


@transaction.atomic
def add_product(
    *,
    vaccine: str,
    name: str,
    maker: str,
    volume_ml: Decimal | None,
    route: str,
    by: Account | None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Product:
    """The city's row of a product; the same product again is the same row.

    :raises CatalogueRefused: for an unknown vaccine or a blank name.
    """
    if not selectors.vaccine_programmes(vaccine):
        raise CatalogueRefused(f"ワクチンコード「{vaccine}」は登録されていません。")
    if not name.strip():
        raise CatalogueRefused("ワクチン名を入力してください。")
    product, created = Product.objects.get_or_create(
        municipality_code=current(),
        vaccine=vaccine,
        name=name.strip(),
        maker=maker.strip(),
        defaults={"volume_ml": volume_ml, "route": route, "valid_from": valid_from, "valid_to": valid_to},
    )
    if created:
        audit.record("catalogue.product", by=by, count=0, detail={"product": product.pk})
    return product


@transaction.atomic
def add_lot(*, product: Product, number: str, expires_on: date | None, by: Account | None) -> Lot:
    """A lot of a product.

    :raises CatalogueRefused: for a blank number and a number that the product has already.
    """
    number = number.strip()
    if not number or not number.isascii() or len(number) > 20:
        raise CatalogueRefused("ロット番号は半角20文字以内で入力してください。")
    if Lot.objects.filter(municipality_code=current(), product=product, number__iexact=number).exists():
        raise CatalogueRefused(f"ロット番号「{number}」はこのワクチンに登録されています。")
    lot = Lot.objects.create(
        municipality_code=current(), product=product, number=number, expires_on=expires_on
    )
    audit.record("catalogue.lot", by=by, count=0, detail={"lot": lot.pk})
    return lot


@transaction.atomic
def ensure_lot(
    *,
    vaccine: str,
    name: str,
    maker: str,
    route: str,
    number: str,
    expires_on: date | None,
    by: Account | None,
) -> Lot:
    """The lot of a product, registered when it is met for the first time; a missing expiry is filled in."""
    known = next(
        (p for p in selectors.products() if (p.vaccine, p.name, p.maker) == (vaccine, name, maker)), None
    )
    product = add_product(
        vaccine=vaccine,
        name=name,
        maker=maker,
        volume_ml=known.volume_ml if known else None,
        route=route,
        by=by,
        valid_from=known.valid_from if known else None,
        valid_to=known.valid_to if known else None,
    )
    lot = Lot.objects.filter(municipality_code=current(), product=product, number__iexact=number).first()
    if lot is None:
        return add_lot(product=product, number=number, expires_on=expires_on, by=by)
    if lot.expires_on is None and expires_on:
        lot.expires_on = expires_on
        lot.save(update_fields=["expires_on"])
    return lot


@transaction.atomic
def set_recalled(*, lot: Lot, recalled: bool, by: Account | None) -> None:
    """Mark a lot as recalled by its maker (回収), or take the mark away."""
    lot.recalled = recalled
    lot.save(update_fields=["recalled"])
    audit.record("catalogue.recall", by=by, count=0, detail={"lot": lot.pk, "recalled": recalled})
