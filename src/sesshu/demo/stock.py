"""Products, volumes, routes and lots of the demo's doses. Product names are real, lot numbers invented.

Source of names and makers: the package names publicly known for each vaccine; of volumes and routes:
予防接種実施規則.
"""

from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sesshu.kernel.dates import reach


class Product(NamedTuple):
    """A product as a clinic writes it down: name, maker, volume in mL (blank for BCG), route, site."""

    name: str
    maker: str
    volume: str
    route: str
    site: str


def _of(names: str, volume: str = "0.5", route: str = "SC", site: str = "左上腕") -> tuple[Product, ...]:
    pairs = (entry.split("/") for entry in names.split("、"))
    return tuple(Product(name, maker, volume, route, site) for name, maker in pairs)


PRODUCTS: dict[str, tuple[Product, ...]] = {
    "DPT-IPV-Hib": _of(
        "ゴービック水性懸濁注シリンジ/阪大微生物病研究会、クイントバック水性懸濁注射用/KMバイオロジクス",
        route="IM",
        site="左大腿",
    ),
    "DPT-IPV": _of(
        "テトラビック皮下注シリンジ/阪大微生物病研究会、クアトロバック皮下注シリンジ/KMバイオロジクス"
    ),
    "DPT": _of("トリビック/阪大微生物病研究会"),
    "DT": _of("DTビック/阪大微生物病研究会", "0.1"),
    "IPV": _of("イモバックスポリオ皮下注/サノフィ"),
    "Hib": _of("アクトヒブ/サノフィ", site="右上腕"),
    "PCV7": _of("プレベナー水性懸濁皮下注/ファイザー", site="右上腕"),
    "PCV13": _of("プレベナー13水性懸濁注/ファイザー", site="右上腕"),
    "PCV15": _of("バクニュバンス水性懸濁注シリンジ/MSD", site="右上腕"),
    "PCV20": _of("プレベナー20水性懸濁注/ファイザー", route="IM", site="右大腿"),
    "PPSV23": _of("ニューモバックスNPシリンジ/MSD"),
    "HepB": _of("ビームゲン注/KMバイオロジクス、ヘプタバックス-II水性懸濁注シリンジ/MSD", "0.25"),
    "RV1": _of("ロタリックス内用液/グラクソ・スミスクライン", "1.5", "PO", ""),
    "RV5": _of("ロタテック内用液/MSD", "2.0", "PO", ""),
    "BCG": _of("乾燥BCGワクチン(経皮用・1人用)/日本ビーシージー製造", "", "PC", "左上腕外側"),
    "MR": _of("ミールビック/阪大微生物病研究会、乾燥弱毒生麻しん風しん混合ワクチン「タケダ」/武田薬品工業"),
    "VZV-live": _of("乾燥弱毒生水痘ワクチン「ビケン」/阪大微生物病研究会", site="右上腕"),
    "JE": _of("ジェービックV/阪大微生物病研究会、エンセバック皮下注用/KMバイオロジクス"),
    "HPV4": _of("ガーダシル水性懸濁筋注シリンジ/MSD", route="IM"),
    "HPV9": _of("シルガード9水性懸濁筋注シリンジ/MSD", route="IM"),
    "RSV-preF-maternal": _of("アブリスボ筋注用/ファイザー", route="IM"),
    "Flu-HA": _of(
        "インフルエンザHAワクチン「KMB」/KMバイオロジクス、ビケンHA/阪大微生物病研究会、"
        "インフルエンザHAワクチン「生研」/デンカ"
    ),
    "Flu-HA-HD": _of("エフルエルダ筋注/サノフィ", "0.7", "IM"),
    "COVID": _of("コミナティ筋注/ファイザー", "0.3", "IM"),
    "RZV": _of("シングリックス筋注用/グラクソ・スミスクライン", route="IM"),
}

# What was taken from the refrigerator by mistake.
WRONG = {
    "DT": "DPT",
    "DPT-IPV-Hib": "DPT-IPV",
    "DPT-IPV": "DPT",
    "PCV20": "PCV13",
    "PCV15": "PCV13",
    "MR": "VZV-live",
    "VZV-live": "MR",
    "JE": "MR",
    "Hib": "HepB",
    "HepB": "Hib",
    "HPV9": "HPV4",
}
_PREFIX = {vaccine: f"S{number:02}" for number, vaccine in enumerate(PRODUCTS, 1)}


def product(vaccine: str, clinic: int, birth: date, day: date) -> Product:
    """The product a clinic uses; Japanese encephalitis before three years of age is half the volume."""
    choices = PRODUCTS[vaccine]
    found = choices[clinic % len(choices)]
    if vaccine == "JE" and day < reach(birth, years=3):
        return found._replace(volume="0.25")
    return found


@lru_cache(maxsize=1 << 14)
def lot(vaccine: str, year: int, month: int, letter: str) -> tuple[str, str]:
    """Lot number and expiry of what clinics had in a month: a lot for each letter, good for 20 months."""
    end_year, end_month = divmod(year * 12 + month - 1 + 20, 12)
    expiry = date(end_year, end_month + 1, monthrange(end_year, end_month + 1)[1])
    return f"{_PREFIX[vaccine]}{year % 100:02}{month:02}{letter}", expiry.isoformat()
