"""A person and a household of the demo, and their row in the resident file."""

from dataclasses import dataclass, field
from datetime import date

from sesshu.demo.places import City, Town


@dataclass(frozen=True, slots=True)
class Home:
    """Where a household lives."""

    town: Town
    house: str
    building: str = ""


@dataclass(slots=True)
class Person:
    """What the resident file says of a person.

    `delivered` is the day a woman last gave birth, or None; `former` the city she or he moved in from.
    """

    number: str
    name: str
    kana: str
    sex: str
    birth: date
    relation: str
    since: date
    alias: str = ""
    alias_kana: str = ""
    kind: str = "1"
    birth_text: str = ""
    state: str = "1"
    removed: date | None = None
    tax: str = "0"
    delivered: date | None = None
    former: str = ""


@dataclass(slots=True)
class Household:
    """People who live together. `protected` is the day a protective measure began, which lasts one year."""

    number: str
    home: Home
    phone: str
    members: list[Person] = field(default_factory=list)
    welfare: bool = False
    protected: date | None = None
    protected_until: date | None = None

    @property
    def head(self) -> Person:
        """世帯主: the first member whose relation says so, else the first."""
        return next((member for member in self.members if member.relation == "世帯主"), self.members[0])


def resident_row(city: City, household: Household, person: Person) -> list[str]:
    """The person's cells in the order of RESIDENT_COLUMNS."""
    return [
        *_who(household, person),
        *_where(city, household, person),
        *_standing(household, person),
    ]


def _who(household: Household, person: Person) -> list[str]:
    unknown = bool(person.birth_text)
    resident = person.kind == "1"
    return [
        person.number,
        household.number if resident else "",
        person.kind,
        person.name,
        person.kana,
        person.alias,
        person.alias_kana,
        person.sex,
        "" if unknown or person.kind in ("3", "4") else person.birth.isoformat(),
        "1" if unknown else "0",
        person.birth_text,
        person.relation,
        household.head.name if resident else "",
    ]


def _where(city: City, household: Household, person: Person) -> list[str]:
    home = household.home
    if person.kind == "2":
        return ["", "", "見本県", "架空市", "見本町", home.house, "", "0000000", household.phone, ""]
    return [
        city.code,
        home.town.code,
        city.prefecture,
        city.name,
        home.town.name,
        home.house,
        home.building,
        home.town.postal_code,
        household.phone,
        home.town.district,
    ]


def _standing(household: Household, person: Person) -> list[str]:
    resident = person.kind == "1"
    return [
        person.state if resident else "",
        person.since.isoformat() if resident else "",
        _iso(person.removed),
        person.tax,
        "1" if household.welfare else "0",
        "1" if household.protected else "0",
        _iso(household.protected),
        _iso(household.protected_until),
        person.former,
    ]


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
