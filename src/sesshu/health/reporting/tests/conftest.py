"""A small city with made-up residents and judged doses, written straight into the tables."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from sesshu.addressees.models import Addressee, ProtectiveMeasure
from sesshu.health.eligibility.models import DoseVerdict
from sesshu.health.ledger.models import Dose
from sesshu.health.providers.models import Provider
from sesshu.kernel import clock

TODAY = date(2026, 11, 22)
DISTRICTS = ("宮川地区", "二見地区", "小俣地区", "")
# (programme, label, vaccine, whether the dose is of an adult): what the engine's verdicts say.
KINDS = (
    ("mr", "1期", "MR", False), ("mr", "2期", "MR", False), ("mr", "1期", "M", False),
    ("rota", "1回目", "RV1", False), ("rota", "1回目", "RV5", False), ("rota", "3回目", "RV5", False),
    ("hpv", "1回目", "HPV9", False), ("pcv", "1回のみ", "PCV20", False), ("je", "4回目", "JE", False),
    ("flu", "毎年度1回", "Flu-HA", True), ("covid", "年度1回", "COVID", True),
    ("pneumococcal-senior", "1回", "PCV20", True), ("zoster", "1回", "VZV-live", True),
    ("zoster", "2回目", "RZV", True), ("je", "残り", "JE", False),
)  # fmt: skip

MakePerson = Callable[..., Addressee]
MakeDose = Callable[..., Dose]


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.fixed(TODAY):
        yield


@pytest.fixture
def person(ise: object) -> MakePerson:
    """Makes a resident; fields by name."""
    made = iter(range(1, 100_000))

    def make(**fields: Any) -> Addressee:
        number = next(made)
        values = {
            "number": f"{number:010}",
            "name": f"見本 太郎{number}",
            "name_kana": f"ミホン タロウ{number}",
            "sex": "2",
            "birth_date": date(2025, 5, 10),
            "household_number": f"H{number:06}",
            "household_head": f"見本 世帯主{number}",
            "city": "伊勢市",
            "town": "見本町",
            "house_number": f"{number}番地",
            "postal_code": "5160000",
            "telephone": "0596000000",
            "district": DISTRICTS[number % 3],
            "resident_since": date(2020, 1, 1),
            "updated_at": clock.now(),
        } | fields
        return Addressee.objects.create(**values)

    return make


@pytest.fixture
def dose(ise: object) -> MakeDose:
    """Makes a dose with its verdict; ``label``, ``routine`` and ``evaluation`` are the verdict's."""

    def make(addressee: Addressee, **fields: Any) -> Dose:
        label, routine = fields.pop("label", "1期"), fields.pop("routine", True)
        evaluation, judged = fields.pop("evaluation", "valid"), fields.pop("judged", True)
        values = {"programme": "mr", "vaccine": "MR", "date": date(2026, 6, 1), "recorded_at": clock.now()}
        given = Dose.objects.create(addressee=addressee, **(values | fields))
        if judged:
            DoseVerdict.objects.create(
                dose=given,
                programme=given.programme,
                dose_label=label,
                dose_number=1,
                evaluation=evaluation,
                routine=routine,
            )
        return given

    return make


@pytest.fixture
def provider(ise: object) -> Provider:
    return Provider.objects.create(code="2410000001", name="見本こどもクリニック")


@pytest.fixture
def protected(person: MakePerson) -> Addressee:
    """A resident under a protective measure, with an address that must appear nowhere."""
    hidden = person(
        name="守秘 花子",
        town="秘密町",
        house_number="777番地",
        building="隠れ荘",
        postal_code="5169999",
        telephone="09012345678",
        household_head="守秘 世帯主",
        district="宮川地区",
    )
    ProtectiveMeasure.objects.create(addressee=hidden, starts_on=date(2026, 1, 1), recorded_at=clock.now())
    return hidden


SECRETS = ("秘密町", "777番地", "隠れ荘", "5169999", "09012345678", "守秘 世帯主")


@pytest.fixture
def city(person: MakePerson, dose: MakeDose, provider: Provider, protected: Addressee) -> random.Random:
    """Some hundred doses of every kind, day, age and flag; seeded, so that a failure comes again."""
    chance = random.Random(20261122)
    other = Provider.objects.create(code="2410000002", name="=cmd|見本会場", kind="group")
    born = [date(2022, 4, 2) + timedelta(days=34 * n) for n in range(30)]
    children = [person(birth_date=day, sex=chance.choice("12")) for day in born]
    born = [date(1956 + n % 12, 1 + n % 12, 22) for n in range(30)]
    seniors = [person(birth_date=day, sex=chance.choice("12")) for day in born]
    seniors.append(person(birth_date=None, birth_date_text="昭和30年頃"))
    for day in (date(2025, 7, 1), date(2026, 5, 20), date(2026, 5, 21)):
        dose(protected, date=day, programme="mr", label="1期")
    for _ in range(400):
        programme, label, vaccine, adult = chance.choice(KINDS)
        dose(
            chance.choice(seniors if adult else children),
            programme=programme, label=label, vaccine=vaccine,
            date=date(2025, 3, 1) + timedelta(days=chance.randrange(620)),
            routine=chance.random() < 0.85, counted=chance.random() < 0.95, group=chance.random() < 0.2,
            outside_municipality=chance.random() < 0.1, provider=chance.choice([provider, other, None]),
            provider_name="", voided_at=clock.now() if chance.random() < 0.05 else None,
            judged=chance.random() < 0.98,
        )  # fmt: skip
    return chance
