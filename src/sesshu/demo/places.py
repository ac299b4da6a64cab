"""The demo's two cities. Codes and city names are real; towns, districts and postal codes are invented."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Town:
    """A town of a city: its 町字コード, name, district and postal code."""

    code: str
    name: str
    district: str
    postal_code: str


@dataclass(frozen=True, slots=True)
class City:
    """A municipality with its towns. `prefecture_code` begins the codes of its medical institutions."""

    code: str
    prefecture: str
    name: str
    towns: tuple[Town, ...]

    @property
    def prefecture_code(self) -> str:
        return self.code[:2]


def _towns(first_postal_code: int, districts: dict[str, tuple[str, ...]]) -> tuple[Town, ...]:
    named = [(name, district) for district, names in districts.items() for name in names]
    return tuple(
        Town(f"{number:04}000", name, district, f"{first_postal_code + number:07}")
        for number, (name, district) in enumerate(named, 1)
    )


ISE = City(
    "242039",
    "三重県",
    "伊勢市",
    _towns(
        100,
        {
            "見本東地区": ("見本町", "見本東町", "見本新田", "例示浜一丁目", "例示浜二丁目", "例示浜三丁目"),
            "見本西地区": ("見本西町", "手本町", "手本坂一丁目", "手本坂二丁目", "雛形ケ丘"),
            "例示北地区": ("例示町", "例示北町", "例示川原町", "標本橋一丁目", "標本橋二丁目"),
            "例示南地区": ("例示南町", "標本町", "標本台", "架空台一丁目", "架空台二丁目", "架空台三丁目"),
            "架空中央地区": ("架空町", "架空本町", "模擬町", "模擬駅前一丁目", "模擬駅前二丁目"),
            "仮名山地区": ("仮名山町", "余白谷町", "余白谷上町", "下書島町"),
        },
    ),
)

KOFU = City(
    "192015",
    "山梨県",
    "甲府市",
    _towns(
        500,
        {
            "例題北地区": ("例題町", "例題北一丁目", "例題北二丁目", "例題北三丁目", "演習ケ丘"),
            "例題南地区": ("例題南町", "演習町", "演習橋一丁目", "演習橋二丁目"),
            "試作東地区": ("試作町", "試作東町", "仮設町", "仮設新田", "想定台一丁目", "想定台二丁目"),
            "試作西地区": ("試作西町", "想定町", "図例町", "図例坂町"),
            "用例中央地区": ("用例町", "用例本町", "文例町", "文例駅前一丁目", "文例駅前二丁目"),
        },
    ),
)

CITIES: dict[str, City] = {city.code: city for city in (ISE, KOFU)}


def city(municipality: str) -> City:
    """The demo city of a 団体コード. Raises ValueError, in words for staff, for any other."""
    if municipality not in CITIES:
        known = "、".join(f"{c.code}({c.name})" for c in CITIES.values())
        raise ValueError(f"デモの団体コードは {known} のどれかです。「{municipality}」は使えません。")
    return CITIES[municipality]
