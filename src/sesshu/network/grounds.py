"""What the core knows of a set of requests, read at once, and what follows for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sesshu.kernel import clock
from sesshu.network import exchange_codes, lists
from sesshu.network.core_keys import Master
from sesshu.network.exchange_codes import Linked
from sesshu.network.lists import Held
from sesshu.network.models import Assignment, Institution
from sesshu.protocol.messages import PermitRequest, Row
from sesshu.protocol.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Match:
    """What allows a request: the list's row, the provider, the person, and the person's generation there."""

    row: Row
    provider: Institution
    person: int
    link: bytes
    generation: int


@dataclass(frozen=True, slots=True)
class Ground:
    """``persons``: 符号 → (person, 連携用ID); ``generations``: (person, provider) → generation."""

    inquirer: Institution
    day: date
    held: Held | None
    institutions: dict[str, Institution]
    persons: dict[str, tuple[int, bytes]]
    generations: dict[tuple[int, str], int]

    def judge(self, asked: PermitRequest) -> Match | Refusal:
        """The first of these that does not hold is the refusal: version, institution, row, 符号."""
        if self.held is None or asked.list_version != self.held.version:
            return Refusal.LIST_OUT_OF_STEP
        provider = self.institutions.get(asked.provider)
        if provider is None or not provider.is_active or provider.code == self.inquirer.code:
            return Refusal.UNKNOWN_INSTITUTION
        row = self.held.matcher.find(asked, self.inquirer.kind, provider.kind, self.day)
        if row is None:
            return Refusal.NOT_LISTED
        if asked.code not in self.persons:
            return Refusal.NO_CODE
        person, link = self.persons[asked.code]
        # A provider that has acquired no 符号 says itself that it does not know the person, and records it.
        return Match(row, provider, person, link, self.generations.get((person, provider.code), 1))


def gather(asked: Sequence[PermitRequest], inquirer: Institution, master: Master) -> Ground:
    """All that is needed to judge them, by a number of queries that does not grow with them."""
    providers = {each.provider for each in asked}
    persons = _persons({each.code for each in asked}, inquirer, master)
    held = Assignment.objects.filter(
        person__in={person for person, _ in persons.values()}, institution__in=providers
    ).values_list("person_id", "institution_id", "generation")
    return Ground(
        inquirer,
        clock.today(),
        lists.in_force(clock.today()),
        Institution.objects.in_bulk(providers),
        persons,
        {(person, institution): generation for person, institution, generation in held},
    )


def _persons(codes: set[str], inquirer: Institution, master: Master) -> dict[str, tuple[int, bytes]]:
    opened = {code: exchange_codes.linked(master, inquirer.code, code) for code in codes}
    links = {each.link for each in opened.values() if each}
    rows = Assignment.objects.filter(
        institution=inquirer, invalidated_at=None, person__link__in=links
    ).values_list("person_id", "person__link", "generation")
    valid = {Linked(bytes(link), generation): person for person, link, generation in rows}
    return {code: (valid[each], each.link) for code, each in opened.items() if each in valid}
