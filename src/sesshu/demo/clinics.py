"""The medical institutions of the demo cities, all invented."""

from dataclasses import dataclass

from sesshu.demo.places import city

_KINDS = (
    "小児科",
    "内科",
    "こどもクリニック",
    "医院",
    "ファミリークリニック",
    "耳鼻咽喉科",
    "産婦人科",
    "病院",
)
_DOCTORS = (
    "試験　一郎",
    "標本　京子",
    "雛形　誠",
    "模擬　和子",
    "手本　浩",
    "演習　智子",
    "例題　剛",
    "用例　彩",
)


@dataclass(frozen=True, slots=True)
class DemoProvider:
    """A medical institution: ten-digit 医療機関コード, name, doctors, whether outside the city."""

    code: str
    name: str
    name_kana: str
    doctors: tuple[str, str]
    address: str
    telephone: str
    group: bool = False
    outside: bool = False


def providers(municipality: str) -> tuple[DemoProvider, ...]:
    """The institutions of a demo city: 20 inside, its own venue for group vaccination, 4 outside.

    The order is fixed: the first is the one to import as, the 21st is the city's venue. Raises ValueError
    for a municipality that is no demo city.
    """
    here = city(municipality)
    inside = [_inside(municipality, number) for number in range(1, 21)]
    venue = DemoProvider(
        f"{here.prefecture_code}19999001", f"{here.name}保健センター(見本)", "ホケンセンター",
        (_DOCTORS[0], _DOCTORS[1]), f"{here.name}{here.towns[0].name}1番地", "000-0000-9000", group=True,
    )  # fmt: skip
    return (*inside, venue, *(_outside(number) for number in range(1, 5)))


def _inside(municipality: str, number: int) -> DemoProvider:
    here = city(municipality)
    kind = _KINDS[(number - 1) % len(_KINDS)]
    town = here.towns[number % len(here.towns)]
    return DemoProvider(
        f"{here.prefecture_code}199{number:05}",
        f"見本{kind}{number:02}",
        f"ミホン{number:02}",
        (_DOCTORS[number % len(_DOCTORS)], _DOCTORS[(number * 3 + 1) % len(_DOCTORS)]),
        f"{here.name}{town.name}{number}番地",
        f"000-0000-{number:04}",
    )


def _outside(number: int) -> DemoProvider:
    doctors = (_DOCTORS[number], _DOCTORS[number])
    return DemoProvider(
        f"99199{90000 + number:05}", f"架空市医院{number:02}", f"カクウシイイン{number:02}", doctors,
        f"見本県架空市見本町{number}番地", f"000-0009-{number:04}", outside=True,
    )  # fmt: skip
