"""Residents and doses in columns, made from a seed: a city as it is, and one of odd histories."""

from datetime import date, timedelta

import numpy as np
from numpy.random import Generator, default_rng

from sesshu.schedule import Exclusion, LongTermIllness, load_pack
from sesshu.schedule.population.columns import Column, Doses, Residents, doses_of

PACK = load_pack("jp")
CODES = list(PACK.vaccines)
_FAMILIES = (
    ("DPT-IPV-Hib",), ("DPT-IPV",), ("DPT", "DPT-IPV", "DT"), ("IPV", "OPV"), ("DT",), ("Hib", "DPT-IPV-Hib"),
    ("PCV7", "PCV13", "PCV15", "PCV20"), ("HepB",), ("RV1", "RV5"), ("BCG",), ("MR", "M", "R"), ("VZV-live",),
    ("JE",), ("HPV2", "HPV4", "HPV9"), ("RSV-preF-maternal",), ("MR", "R"), ("Flu-HA", "Flu-HA-HD"),
    ("PPSV23", "PCV20"), ("COVID",), ("VZV-live", "RZV"),
)  # fmt: skip
_GAPS = np.array(
    [
        0,
        1,
        6,
        7,
        20,
        21,
        27,
        28,
        29,
        30,
        31,
        56,
        59,
        60,
        61,
        76,
        89,
        92,
        120,
        139,
        140,
        153,
        181,
        184,
        214,
        365,
    ]
)
_AGES = np.array(
    [0, 41, 42, 58, 59, 60, 61, 62, 91, 150, 212, 213, 214, 215, 364, 365, 366, 395, 730, 731, 1095]
)
_YEARS = np.array([3, 4, 5, 6, 9, 10, 11, 12, 13, 15, 16, 60, 64, 65, 66, 70])
_LAWS = np.array(
    sorted({rule.in_force.start.toordinal() for rule in PACK.rules if rule.in_force.start > date(2005, 1, 1)})
)
# The usual age in days of a child's doses, and the years of birth in which the product is the usual one.
_CHILD = [
    ("Hib", 62, 2011, 2023), ("Hib", 92, 2011, 2023), ("Hib", 122, 2011, 2023), ("Hib", 380, 2011, 2023),
    ("PCV13", 62, 2012, 2023), ("PCV13", 92, 2012, 2023), ("PCV13", 122, 2012, 2023),
    ("PCV13", 380, 2012, 2023), ("PCV20", 62, 2024, 2030), ("PCV20", 92, 2024, 2030),
    ("PCV20", 122, 2024, 2030), ("PCV20", 380, 2024, 2030), ("DPT-IPV", 92, 2012, 2023),
    ("DPT-IPV", 122, 2012, 2023), ("DPT-IPV", 152, 2012, 2023), ("DPT-IPV", 500, 2012, 2023),
    ("DPT-IPV-Hib", 62, 2024, 2030), ("DPT-IPV-Hib", 92, 2024, 2030), ("DPT-IPV-Hib", 122, 2024, 2030),
    ("DPT-IPV-Hib", 400, 2024, 2030), ("DPT", 95, 2000, 2011), ("DPT", 125, 2000, 2011),
    ("DPT", 155, 2000, 2011), ("DPT", 510, 2000, 2011), ("OPV", 180, 2000, 2011), ("OPV", 330, 2000, 2011),
    ("HepB", 62, 2017, 2030), ("HepB", 92, 2017, 2030), ("HepB", 215, 2017, 2030), ("RV1", 62, 2021, 2030),
    ("RV1", 92, 2021, 2030), ("BCG", 170, 2006, 2030), ("MR", 385, 2006, 2030), ("MR", 2050, 2002, 2030),
    ("VZV-live", 385, 2013, 2030), ("VZV-live", 600, 2013, 2030), ("JE", 1110, 1996, 2030),
    ("JE", 1125, 1996, 2030), ("JE", 1500, 1996, 2030), ("JE", 3400, 1996, 2030), ("DT", 4100, 1995, 2030),
    ("HPV9", 4800, 2010, 2030), ("HPV9", 5000, 2010, 2030),
]  # fmt: skip


def usual(count: int, seed: int, on: date, oldest: float = 100.0) -> tuple[Residents, Doses]:
    """People of all ages up to ``oldest`` years, each with the doses usual at that age, some missed."""
    chance, today = default_rng(seed), on.toordinal()
    age = (chance.random(count) ** 1.1 * oldest * 365.25).astype(np.int64)
    birth = today - age
    sex = chance.integers(1, 3, count)
    conditions = np.where((age > 60 * 365) & (age < 65 * 366) & (chance.random(count) < 0.02), 1, 0)
    parts = [
        _given(chance, np.flatnonzero(_of_years(birth, first, last)), birth, days, code, 0.96)
        for code, days, first, last in _CHILD
    ]
    seniors = np.flatnonzero(age > 65 * 365)
    for year in range(on.year - 10, on.year + 1):
        autumn = date(year, 10, 20).toordinal() - birth
        parts.append(_given(chance, seniors[autumn[seniors] > 65 * 365.25], birth, autumn, "Flu-HA", 0.5))
        if year >= 2024:
            parts.append(_given(chance, seniors[autumn[seniors] > 65 * 365.25], birth, autumn, "COVID", 0.2))
    parts.append(_given(chance, seniors, birth, 65 * 365 + 200, "PPSV23", 0.5))
    parts.append(_given(chance, seniors, birth, today - birth - 300, "RZV", 0.1))
    person, day, vaccine = (np.concatenate(column) for column in zip(*parts, strict=True))
    kept = day <= today
    residents = Residents(birth.astype(np.int32), sex.astype(np.int8), conditions.astype(np.int8))
    return residents, doses_of(person[kept], day[kept], vaccine[kept])


def _of_years(birth: Column, first: int, last: int) -> Column:
    return (birth >= date(first, 1, 1).toordinal()) & (birth <= date(last, 12, 31).toordinal())


def _given(
    chance: Generator, persons: Column, birth: Column, age: Column | int, code: str, share: float
) -> tuple[Column, Column, Column]:
    taken = persons[chance.random(len(persons)) < share]
    at = age if isinstance(age, int) else age[taken]
    # One visit for all that is due at an age; the families who come late do so every time.
    day = birth[taken] + at + taken * 7919 % 20 + taken * at % 5
    return taken, day, np.full(len(taken), CODES.index(code))


def odd(count: int, seed: int, on: date) -> tuple[Residents, Doses]:
    """Births of every kind, with courses of any programme begun and continued about the limits of law."""
    chance, today = default_rng(seed), on.toordinal()
    birth = np.where(
        chance.random(count) < 0.7,
        chance.integers(date(2009, 1, 1).toordinal(), today, count),
        chance.integers(date(1922, 1, 1).toordinal(), today, count),
    )
    turns = chance.random(count) < 0.15
    birth = np.where(turns, [_first_of_april(int(day)) for day in birth], birth) + turns * chance.integers(
        -1, 2, count
    )
    birth = np.minimum(np.where(chance.random(count) < 0.003, 0, birth), today)
    sex = chance.choice([0, 1, 2], count, p=[0.04, 0.4, 0.56])
    bits = sum((chance.random(count) < 0.1).astype(int) << n for n in range(len(PACK.conditions)))
    pregnant = np.flatnonzero((chance.random(count) < 0.004) & (birth > 0))
    due = {int(n): (on + timedelta(days=int(chance.integers(-30, 120))),) for n in pregnant}
    ended = on - timedelta(days=int(chance.integers(0, 700)))
    ill = {int(n): (LongTermIllness(ended),) for n in chance.integers(0, count, count // 200)}
    out = {int(n): (Exclusion("fever", end=on),) for n in chance.integers(0, count, count // 200)}
    columns = (birth.astype(np.int32), sex.astype(np.int8), np.asarray(bits, np.int8))
    residents = Residents(*columns, due, ill, out)
    doses = _courses(chance, birth, today)
    expired = chance.random(len(doses)) < 0.01
    expiry = np.where(expired, doses.day - 1, 0).astype(np.int32)
    return residents, Doses(doses.person, doses.day, doses.vaccine, expiry)


def _first_of_april(day: int) -> int:
    return date(date.fromordinal(day).year, 4, 1).toordinal()


def _courses(chance: Generator, birth: Column, today: int) -> Doses:
    person = np.repeat(np.arange(len(birth)), chance.choice([0, 1, 1, 2, 3, 4, 6], len(birth)))
    count = len(person)
    family = chance.integers(0, len(_FAMILIES), count)
    born = np.where(birth[person] > 0, birth[person], today - 3000)
    kind = chance.random(count)
    day = born + np.where(
        kind < 0.6,
        chance.choice(_AGES, count) + chance.integers(-1, 3, count),
        (chance.choice(_YEARS, count) * 365.25).astype(int) + chance.integers(-3, 200, count),
    )
    day = np.where(kind > 0.85, chance.choice(_LAWS, count) + chance.integers(-40, 3, count), day)
    day = np.maximum(day, date(1995, 1, 1).toordinal())
    day = np.where(chance.random(count) < 0.01, born - 3, day)
    length = chance.choice([1, 1, 2, 3, 3, 4, 5], count)
    width = max(map(len, _FAMILIES))
    products = np.array([[CODES.index(f[n % len(f)]) for n in range(width)] for f in _FAMILIES])
    pick = chance.integers(0, width, count)
    parts = []
    for n in range(5):
        going = np.flatnonzero(n < length)
        other = chance.random(count) < 0.15
        pick = np.where(other, chance.integers(0, width, count), pick)
        vaccine = products[family, pick]
        vaccine = np.where(chance.random(count) < 0.003, -1, vaccine)
        parts.append((person[going], day[going], vaccine[going]))
        day = day + chance.choice(_GAPS, count) + chance.choice([0, 0, 0, 0, 1, 400], count)
    return doses_of(*(np.concatenate(column) for column in zip(*parts, strict=True)))
