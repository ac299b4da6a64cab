"""Invented residents and doses, written straight into the tables; the database notes whom they touch."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import count
from typing import Any

from sesshu.addressees.models import Addressee, ProtectiveMeasure
from sesshu.health.eligibility import services
from sesshu.health.eligibility.models import Extraction
from sesshu.health.ledger.models import Dose, PersonalCircumstance
from sesshu.kernel import clock
from sesshu.schedule import load_pack

PACK = load_pack("jp")
TODAY = date(2026, 11, 22)
_numbers = count(1)


def resident(**fields: Any) -> Addressee:
    """A child due for MR's first dose unless the fields say otherwise."""
    number = next(_numbers)
    values = {
        "number": f"{number:010d}",
        "name": f"見本　{number}号",
        "name_kana": "ミホン　ゴウ",
        "sex": "2",
        "birth_date": date(2025, 8, 1),
        "household_head": "見本　世帯主",
        "city": "伊勢市",
        "town": "見本町",
        "house_number": f"{number}番地",
        "postal_code": "5160000",
        "district": "見本地区",
        "resident_since": date(2020, 1, 1),
        "updated_at": clock.now(),
    }
    return Addressee.objects.create(**(values | fields))


def dose(addressee: Addressee, vaccine: str, day: date, programme: str, **fields: Any) -> Dose:
    return Dose.objects.create(
        addressee=addressee,
        vaccine=vaccine,
        date=day,
        programme=programme,
        recorded_at=clock.now(),
        **fields,
    )


def circumstance(chance: random.Random, person: Addressee, age: int) -> None:
    """Something of any kind, with days in a life that has lasted ``age`` days."""
    born = person.birth_date or TODAY - timedelta(days=max(age, 0))
    day = born + timedelta(days=chance.randrange(max(age, 0) + 1))
    kind = chance.choice(["long-term-illness", "exclusion", "condition", "pregnancy"])
    values: dict[str, Any] = {"basis": "opinion", "confirmed_on": TODAY, "recorded_at": clock.now()}
    if kind == "long-term-illness":
        values |= {"code": "illness", "ends_on": chance.choice([None, day, day])}
    elif kind == "exclusion":
        ground = chance.choice([*PACK.grounds.values()])
        about = sorted(ground.diseases or PACK.diseases - ground.without)
        concerns = chance.sample(about, min(2, len(about))) if ground.named or chance.random() < 0.5 else []
        values |= {"code": ground.code, "concerns": concerns, "starts_on": chance.choice([None, day])}
        values |= {"ends_on": chance.choice([None, day + timedelta(days=chance.randrange(400))])}
    elif kind == "condition":
        values |= {"code": chance.choice([*PACK.conditions])}
    else:
        values |= {"due_on": TODAY + timedelta(days=chance.randrange(-900, 250))}
    PersonalCircumstance.objects.create(addressee=person, kind=kind, **values)


def protect(addressee: Addressee, since: date = TODAY, until: date | None = None) -> ProtectiveMeasure:
    return ProtectiveMeasure.objects.create(
        addressee=addressee, starts_on=since, ends_on=until, recorded_at=clock.now()
    )


def extract(programme: str = "mr", on: date = TODAY, by: Any = None, **more: Any) -> Extraction:
    return services.extract(programme=programme, on=on, by=by, at=clock.now(), **more)


def fate_of(extraction: Extraction, person: Addressee) -> str:
    """Of a kept row: "target" when included."""
    row = extraction.rows.get(addressee=person)
    return "target" if row.included else row.reason
