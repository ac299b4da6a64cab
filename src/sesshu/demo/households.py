"""Households drawn from the pyramid: families of one or two parents, three generations, couples, singles."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from sesshu.demo import names
from sesshu.demo.names import Name, pick
from sesshu.demo.people import Home, Household, Person
from sesshu.demo.places import City
from sesshu.demo.pyramid import OLDEST, Pool

_BUILDINGS = ("見本ハイツ", "例示荘", "架空マンション", "コーポ標本", "メゾン雛形")


class Builder:
    """Builds households one after the other, each person numbered once, the same for the same `rng`."""

    def __init__(self, city: City, rng: Random, on: date, pool: Pool) -> None:
        self.city = city
        self.rng = rng
        self.on = on
        self._pool = pool
        self._persons = 0
        self._households = 0
        self._families = 0

    def everyone(self) -> Iterator[Household]:
        """Households until the pool is empty: those with children first, so that each finds parents."""
        for below in (18, OLDEST + 1):
            while (drawn := self._pool.draw(self.rng, below)) is not None:
                household = self._household_of(*drawn)
                self._give_histories(household)
                yield household

    def new_number(self) -> str:
        """The next 宛名番号, never the same twice; neighbours in the file are not neighbours by number."""
        self._persons += 1
        return f"1{self._persons * 387_420_489 % 10**9:09}"

    def empty_household(self) -> Household:
        """A new household with an address and a telephone, without members."""
        self._households += 1
        number = f"5{self._households * 387_420_489 % 10**9:09}"
        phone = "" if self.rng.random() < 0.1 else f"000-{int(self.rng.random() * 10**8):08}"
        return Household(number, self.home(), f"{phone[:8]}-{phone[8:]}" if phone else "")

    def home(self) -> Home:
        """A new address in the city."""
        rng = self.rng
        town = pick(rng, self.city.towns)
        place = f"{1 + int(rng.random() * 60)}番{1 + int(rng.random() * 30)}号"
        house = place if town.name.endswith("丁目") else place.replace("番", "番地").removesuffix("号")
        if rng.random() >= 0.25:
            return Home(town, house)
        return Home(
            town, house, f"{pick(rng, _BUILDINGS)}{1 + int(rng.random() * 9)}{int(rng.random() * 20):02}号"
        )

    def person(self, name: Name, sex: str, birth: date, relation: str) -> Person:
        """A new resident who has lived here since birth; `move_in` changes that."""
        return Person(self.new_number(), *name, sex, birth, relation, since=birth)

    def birth_at(self, age: int) -> date:
        """A birth date that makes someone `age` years old on the day of reference."""
        days = int(365.2425 * age + self.rng.random() * 365)
        return max(self.on - timedelta(days=days), date(1900, 1, 1))

    def _household_of(self, sex: str, age: int) -> Household:
        if age < 18:
            return self._family(sex, age)
        chance = self.rng.random()
        if age < 40 and chance < (0.65 if age < 25 else 0.4):
            return self._family(sex, age)
        if age < 65 and chance < 0.12:
            return self._with_old_parent(sex, age)
        if chance < (0.6 if 35 <= age < 85 else 0.3):
            return self._couple(sex, age)
        return self._single(sex, age)

    def _single(self, sex: str, age: int) -> Household:
        household = self.empty_household()
        if age < 60 and self.rng.random() < 0.06:
            name, alias = names.foreign(self.rng, sex)
            person = self.person(name, sex, self.birth_at(age), "世帯主")
            person.alias, person.alias_kana = alias
        else:
            name = names.full(names.surname(self.rng), names.given(self.rng, sex))
            person = self.person(name, sex, self.birth_at(age), "世帯主")
        household.members.append(person)
        return household

    def _couple(self, sex: str, age: int) -> Household:
        household = self.empty_household()
        family = names.surname(self.rng)
        other = "2" if sex == "1" else "1"
        nearest = self._pool.near(other, age + (-2 if sex == "1" else 2), reach=6)
        if nearest is None:
            self._add(household, family, sex, age, "世帯主")
            return household
        husband, wife = (age, nearest) if sex == "1" else (nearest, age)
        led_by_wife = self.rng.random() < 0.06
        self._add(household, family, "1", husband, "夫" if led_by_wife else "世帯主")
        self._add(household, family, "2", wife, "世帯主" if led_by_wife else "妻")
        return household

    def _with_old_parent(self, sex: str, age: int) -> Household:
        household = self.empty_household()
        family = names.surname(self.rng)
        self._add(household, family, sex, age, "世帯主")
        self._add_grandparents(household, family, age)
        return household

    def _family(self, sex: str, age: int) -> Household:
        self._families += 1
        household = self.empty_household()
        family = names.surname(self.rng)
        mother_age = age + max(20, min(44, round(self.rng.gauss(31, 4.5))))
        youngest_parent = self._add_parents(household, family, mother_age)
        self._add(household, family, sex, age, "子")
        self._add_siblings(household, family, age, youngest_parent - 18)
        if self.rng.random() < 0.1:
            self._add_grandparents(household, family, mother_age)
        if self._families % 60 == 7:
            self._read_like_parent(household, family)
        if not any(member.relation == "世帯主" for member in household.members):
            min(household.members, key=lambda member: member.birth).relation = "世帯主"
        return household

    def _add_parents(self, household: Household, family: Name, mother_age: int) -> int:
        """Add a father, mostly, and a mother; the age of the younger of them."""
        both = self.rng.random() < 0.87
        father = self._pool.near("1", mother_age + max(0, round(self.rng.gauss(1.5, 3))), 3) if both else None
        if father is not None:
            self._add(household, family, "1", father, "世帯主")
        mother = self._pool.near("2", mother_age, 3)
        if mother is None and father is None:
            mother = self._pool.near("2", mother_age + 10, 10)
        if mother is not None:
            self._add(household, family, "2", mother, "妻" if household.members else "世帯主")
        return min(found for found in (father, mother, mother_age) if found is not None)

    def _add_siblings(self, household: Household, family: Name, age: int, oldest: int) -> None:
        twins = self._families % 80 == 3 and age < 18
        chance = self.rng.random()
        more = 0 if chance < 0.35 else 1 if chance < 0.82 else 2 if chance < 0.98 else 3
        ages = [age]
        for number in range(max(more, 1 if twins else 0)):
            wanted = age if twins and number == 0 else self._sibling_age(ages, oldest)
            sex = "1" if self.rng.random() < 0.512 else "2"
            found = None if wanted is None else self._pool.near(sex, wanted, reach=0)
            if found is not None:
                self._add(household, family, sex, found, "子")
                ages.append(found)
                if found == age:
                    self._make_twins(household)

    def _sibling_age(self, ages: list[int], oldest: int) -> int | None:
        """An age two years or more from the others' and at most `oldest`; None when the draw is neither."""
        apart = 2 + int(self.rng.random() * 3)
        wanted = min(ages) - apart if self.rng.random() < 0.5 else max(ages) + apart
        return wanted if 0 <= wanted <= oldest else None

    def _make_twins(self, household: Household) -> None:
        first = next(member for member in household.members if member.relation == "子")
        twin = household.members[-1]
        twin.birth = twin.since = first.birth

    def _add_grandparents(self, household: Household, family: Name, child_age: int) -> None:
        for sex, relation in (("1", "父"), ("2", "母")):
            if self.rng.random() < (0.5 if sex == "1" else 0.85):
                nearest = self._pool.near(sex, child_age + 28 + int(self.rng.random() * 5))
                if nearest is not None:
                    self._add(household, family, sex, nearest, relation)

    def _add(self, household: Household, family: Name, sex: str, age: int, relation: str) -> None:
        name = names.full(family, self._own_name(household, sex))
        household.members.append(self.person(name, sex, self.birth_at(age), relation))

    def _own_name(self, household: Household, sex: str) -> Name:
        """A given name that nobody else in the household has."""
        taken = {member.name.rpartition("　")[2] for member in household.members}
        while (own := names.given(self.rng, sex)).written in taken:
            pass
        return own

    def _read_like_parent(self, household: Household, family: Name) -> None:
        for parent_name, child_name, sex in names.SAME_READING:
            parents = [m for m in household.members if m.sex == sex and m.relation in ("世帯主", "妻", "夫")]
            children = [m for m in household.members if m.sex == sex and m.relation == "子"]
            if parents and children:
                parents[0].name, parents[0].kana = names.full(family, parent_name)
                children[0].name, children[0].kana = names.full(family, child_name)
                return

    def _give_histories(self, household: Household) -> None:
        """Who moved in when, who is taxed, and which woman gave birth to the youngest child."""
        rng, members = self.rng, household.members
        if rng.random() < 0.4:
            moved = self.on - timedelta(days=int(rng.expovariate(1 / 2500)))
            for member in members:
                member.since = max(member.birth, moved)
        household.welfare = rng.random() < 0.016
        exempt = household.welfare or rng.random() < 0.25
        for member in members:
            member.tax = "2" if exempt or self.on.year - member.birth.year < 20 else "1"
        self._note_birth(members)

    @staticmethod
    def _note_birth(members: list[Person]) -> None:
        births = [member.birth for member in members if member.relation == "子"]
        mothers = [m for m in members if m.sex == "2" and m.relation in ("世帯主", "妻")]
        if births and mothers:
            mothers[0].delivered = max(births)
