"""What befalls residents in the demo: moving out, death, protective measures, unknown days of birth."""

from datetime import date, timedelta
from random import Random

from sesshu.demo.households import Builder
from sesshu.demo.names import Name, full, given, pick, surname
from sesshu.demo.people import Household, Person
from sesshu.kernel.dates import age_on, reach
from sesshu.kernel.wareki import era_of

_BUSINESSES = ("株式会社見本", "有限会社例示商店", "見本の里(特別養護老人ホーム)", "学校法人架空学園")


class Fates:
    """Applies fates to households as they pass, by share and at least once in a while, so that none is rare
    by chance: of every 500 households two are under a protective measure and one has an unknown birth day.
    """

    def __init__(self, rng: Random, on: date) -> None:
        self._rng = rng
        self._on = on
        self._seen = 0

    def befall(self, household: Household) -> None:
        """Change the household's members in place."""
        self._seen += 1
        place = self._seen % 500
        if place in (11, 261):
            self._protect(household)
        elif place == 37 or self._rng.random() < 0.008:
            self._move_out(household)
        elif place == 53:
            self._forget_birth(household)
        self._let_die(household)

    def _past(self, days: int) -> date:
        return self._on - timedelta(days=1 + int(self._rng.random() * days))

    def _protect(self, household: Household) -> None:
        household.protected = self._past(300)
        household.protected_until = reach(household.protected, years=1)

    def _move_out(self, household: Household) -> None:
        day = self._past(700)
        for member in household.members:
            if member.since < day:
                member.state, member.removed = "2", day

    def _let_die(self, household: Household) -> None:
        head = household.head
        for member in household.members:
            alone = len(household.members) == 1
            if member.birth_text or member.state != "1" or (member is head and not alone):
                continue
            day = self._past(700)
            if self._rng.random() < _yearly_death(member, self._on) and member.since < day:
                member.state, member.removed = "3", day

    def _forget_birth(self, household: Household) -> None:
        oldest = min(household.members, key=lambda member: member.birth)
        era = era_of(oldest.birth)
        oldest.birth_text = f"{era.name}{oldest.birth.year - era.first_year + 1}年頃"


def _yearly_death(member: Person, on: date) -> float:
    age = age_on(member.birth, on)
    return 0.0 if age < 50 else min(0.3, 0.002 * 1.105 ** (age - 50))


def others(builder: Builder, rng: Random, residents: int) -> list[tuple[Household, Person]]:
    """The addressees who are no residents (住登外者, 共有者, 事業所): one to 400 residents."""
    return [_other(builder, rng, place) for place in range(residents // 400)]


def _other(builder: Builder, rng: Random, place: int) -> tuple[Household, Person]:
    household = builder.empty_household()
    kind = ("2", "4", "2", "3")[place % 4]
    sex = "1" if rng.random() < 0.5 else "2"
    birth = builder.birth_at(20 + int(rng.random() * 60))
    person = builder.person(full(surname(rng), given(rng, sex)), sex, birth, "")
    person.kind, person.tax = kind, "0"
    if kind == "4":
        person.name, person.kana = Name(f"{pick(rng, _BUSINESSES)} 第{place + 1}", "")
    elif kind == "3":
        person.name, person.kana = person.name + "　外1名", ""
    if kind != "2":
        person.sex = "0"
    household.members.append(person)
    return household, person
