"""Today's changes of the resident register: births, moves, deaths, corrections, measures, tax."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from sesshu.demo import names
from sesshu.demo.households import Builder
from sesshu.demo.people import Household, Person, resident_row
from sesshu.kernel.dates import age_on, reach

BIRTH, MOVE_IN, MOVE_WITHIN, MOVE_OUT, DEATH, RENAMING, CORRECTION, HOUSEHOLD, MEASURE, TAX = (
    f"{number:02}" for number in range(1, 11)
)
# How many of 100 changes are of each kind, in the proportions of an ordinary day.
_SHARES = {
    BIRTH: 12, MOVE_IN: 22, MOVE_WITHIN: 16, MOVE_OUT: 20, DEATH: 10,
    RENAMING: 6, CORRECTION: 4, HOUSEHOLD: 4, MEASURE: 2, TAX: 4,
}  # fmt: skip
# The two invented cities of the demo send one another their movers, so that each can ask the other.
_FORMER, _OTHERWISE = {"242039": "192015"}, "242039"
Changed = tuple[str, date, Household, Person]


class Candidates:
    """Keeps, from the households that pass, a few for each kind of change: an even choice in flat memory."""

    def __init__(self, rng: Random, on: date, residents: int) -> None:
        self._rng = rng
        self._on = on
        total = max(30, residents // 400)
        self.wanted = {kind: max(2, total * share // 100) for kind, share in _SHARES.items()}
        self._kept: dict[str, list[Household]] = {kind: [] for kind in _SHARES}
        self._seen = 0

    def offer(self, household: Household) -> None:
        """Consider a household for the kind of change that is its turn."""
        if household.protected or any(m.state != "1" or m.birth_text for m in household.members):
            return
        self._seen += 1
        kind = tuple(_SHARES)[self._seen % len(_SHARES)]
        if not _FITS[kind](household, self._on):
            return
        kept = self._kept[kind]
        place = len(kept) if len(kept) < self.wanted[kind] else int(self._rng.random() * self._seen)
        if place == len(kept):
            kept.append(household)
        elif place < len(kept):
            kept[place] = household

    def of(self, kind: str) -> list[Household]:
        """The households chosen for a kind."""
        return self._kept[kind]


def change_rows(builder: Builder, candidates: Candidates) -> Iterator[list[str]]:
    """The rows of the changes file, in the order of CHANGE_COLUMNS, all dated to the day of reference."""
    number = 0
    for kind, change in _CHANGES.items():
        for reason, day, household, person in change(builder, candidates.of(kind)):
            number += 1
            row = resident_row(builder.city, household, person)
            yield [f"{builder.on:%Y%m%d}{number:06}", reason, day.isoformat(), *row]
    for _ in range(candidates.wanted[MOVE_IN]):
        for person, household in _moved_in(builder):
            number += 1
            row = resident_row(builder.city, household, person)
            yield [f"{builder.on:%Y%m%d}{number:06}", MOVE_IN, builder.on.isoformat(), *row]


def _births(builder: Builder, households: list[Household]) -> Iterator[Changed]:
    for place, household in enumerate(households):
        birth = builder.on - timedelta(days=int(builder.rng.random() * 10))
        for _ in range(2 if place == 0 else 1):  # the first are twins
            sex = "1" if builder.rng.random() < 0.512 else "2"
            child = builder.person(_own_name(builder, household, sex), sex, birth, "子")
            child.tax = "2"
            household.members.append(child)
            yield BIRTH, birth, household, child


def _own_name(builder: Builder, household: Household, sex: str) -> names.Name:
    family = names.Name(household.head.name.partition("　")[0], household.head.kana.partition("　")[0])
    taken = {member.name for member in household.members}
    while (name := names.full(family, names.given(builder.rng, sex))).written in taken:
        pass
    return name


def _moved_in(builder: Builder) -> Iterator[tuple[Person, Household]]:
    household = builder.empty_household()
    family = names.surname(builder.rng)
    ages = ((31, "2", "世帯主"), (33, "1", "夫"), (int(builder.rng.random() * 7), "1", "子"))
    for age, sex, relation in ages[: 1 + int(builder.rng.random() * 3)]:
        own = names.full(family, names.given(builder.rng, sex))
        person = builder.person(own, sex, builder.birth_at(age), relation)
        person.since = builder.on
        person.former = _FORMER.get(builder.city.code, _OTHERWISE)
        household.members.append(person)
    for person in household.members:
        yield person, household


def _moves_within(builder: Builder, households: list[Household]) -> Iterator[Changed]:
    for household in households:
        moved = replace(household, home=builder.home())
        for person in moved.members:
            yield MOVE_WITHIN, builder.on, moved, person


def _moves_out(builder: Builder, households: list[Household]) -> Iterator[Changed]:
    for household in households:
        for person in household.members:
            gone = replace(person, state="2", removed=builder.on)
            yield MOVE_OUT, builder.on, household, gone


def _deaths(builder: Builder, households: list[Household]) -> Iterator[Changed]:
    for household in households:
        oldest = min(household.members, key=lambda member: member.birth)
        yield DEATH, builder.on, household, replace(oldest, state="3", removed=builder.on)


def _renamings(builder: Builder, households: list[Household]) -> Iterator[Changed]:
    for household in households:
        person = household.members[0]
        family = names.pick(builder.rng, names.RARE_SURNAMES)
        own = names.Name(person.name.partition("　")[2], person.kana.partition("　")[2])
        name, kana = names.full(family, own)
        renamed = replace(person, name=name, kana=kana)
        yield RENAMING, builder.on, replace(household, members=[renamed]), renamed


def _corrections(builder: Builder, households: list[Household]) -> Iterator[Changed]:
    for household in households:
        person = household.members[-1]
        other = names.given(builder.rng, person.sex)
        kana = f"{person.kana.partition('　')[0]}　{other.kana}"
        yield CORRECTION, builder.on, household, replace(person, kana=kana)


def _splits(builder: Builder, households: list[Household]) -> Iterator[Changed]:
    for household in households:
        leaving = household.members[-1]
        alone = replace(leaving, relation="世帯主")
        number = builder.empty_household().number
        yield HOUSEHOLD, builder.on, replace(household, number=number, members=[alone]), alone


def _measures(builder: Builder, households: list[Household]) -> Iterator[Changed]:
    for household in households:
        until = reach(builder.on, years=1)
        protected = replace(household, protected=builder.on, protected_until=until)
        for person in household.members:
            yield MEASURE, builder.on, protected, person


def _taxes(builder: Builder, households: list[Household]) -> Iterator[Changed]:
    for place, household in enumerate(households):
        helped = replace(household, welfare=place % 2 == 0)
        for person in household.members:
            yield TAX, builder.on, helped, replace(person, tax="2" if person.tax == "1" else "1")


def _young_couple(household: Household, on: date) -> bool:
    women = (m for m in household.members if m.relation in ("世帯主", "妻") and m.sex == "2")
    return any(
        24 <= age_on(m.birth, on) <= 40 and (not m.delivered or (on - m.delivered).days > 500) for m in women
    )


def _japanese_single(household: Household, on: date) -> bool:
    return len(household.members) == 1 and "　" in household.members[0].name


def _with_child(household: Household, on: date) -> bool:
    last = household.members[-1]
    return last.relation == "子" and "　" in last.name


def _with_grown_child(household: Household, on: date) -> bool:
    return _with_child(household, on) and age_on(household.members[-1].birth, on) >= 18


def _with_oldest(household: Household, on: date) -> bool:
    oldest = min(household.members, key=lambda member: member.birth)
    alone = len(household.members) == 1
    return age_on(oldest.birth, on) >= 75 and (alone or oldest is not household.head)


def _anyone(household: Household, on: date) -> bool:
    return True


_FITS: dict[str, Callable[[Household, date], bool]] = {
    BIRTH: _young_couple, MOVE_IN: _anyone, MOVE_WITHIN: _anyone, MOVE_OUT: _anyone, DEATH: _with_oldest,
    RENAMING: _japanese_single, CORRECTION: _with_child, HOUSEHOLD: _with_grown_child,
    MEASURE: _with_child, TAX: _anyone,
}  # fmt: skip
_CHANGES: dict[str, Callable[[Builder, list[Household]], Iterator[Changed]]] = {
    BIRTH: _births, MOVE_WITHIN: _moves_within, MOVE_OUT: _moves_out, DEATH: _deaths,
    RENAMING: _renamings, CORRECTION: _corrections, HOUSEHOLD: _splits, MEASURE: _measures, TAX: _taxes,
}  # fmt: skip
