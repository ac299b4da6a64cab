"""``sesshu schedule impact`` over a city's residents: an amendment seen before its first day (H20)."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import numpy as np

from sesshu.addressees.choices import Kind, Status
from sesshu.addressees.models import Addressee
from sesshu.health.eligibility import generations, reading, staging
from sesshu.health.eligibility.binary import Column
from sesshu.health.eligibility.reading import Read
from sesshu.health.eligibility.reckoning import GivenRow, doses_of, person_of
from sesshu.health.eligibility.workers import PROCESSES
from sesshu.health.ledger.circumstances import NONE
from sesshu.health.ledger.models import Dose
from sesshu.health.ledger.selectors import circumstances_of
from sesshu.kernel.command import Outcome, Refused
from sesshu.protection import audit
from sesshu.protection.models import Municipality
from sesshu.protection.tenancy import acting_for, current
from sesshu.schedule import impact_cli
from sesshu.schedule.impact import changes
from sesshu.schedule.impact_cli import Asked
from sesshu.schedule.population.columns import Doses, Residents
from sesshu.schedule.population.impact import Codes, impact_of

_BATCH = 5_000


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    actions = subparsers.add_parser("schedule").add_subparsers(dest="action", required=True)
    parser = actions.add_parser("impact", help="改正や基準日の違いで、住民の誰の何が変わるか")
    impact_cli.add_arguments(parser)
    parser.add_argument("--municipality", metavar="市区町村コード", help="1つしかなければ書かなくてよい")
    parser.set_defaults(handler=_impact)


def _impact(arguments: argparse.Namespace) -> Outcome:
    before, after = impact_cli.points(arguments)
    with acting_for(_municipality(arguments.municipality)):
        codes = Codes.of(before, after)
        city = _city(codes)
        found, changed, _ = impact_of(
            city.residents, city.doses, codes, before, after, arguments.programme, PROCESSES
        )
        ids = [int(one) for one in city.ids[np.flatnonzero(changed)]] if arguments.out else []
        with impact_cli.listing(arguments.out, before, after) as write:
            for number, person, doses in _asked(ids):
                write(number, changes(person, doses, before, after, arguments.programme))
        told = impact_cli.outcome(arguments, found, before, after)
        audit.record(
            "schedule.impact",
            by=None,
            subjects=ids,
            count=found.changed,
            detail={"from": before.name, "to": after.name, "list": bool(arguments.out)},
        )
    return told


def _municipality(code: str | None) -> str:
    known = list(Municipality.objects.order_by("code").values_list("code", flat=True))
    if code is None and len(known) == 1:
        return known[0]
    if code not in known:
        raise Refused(f"--municipality で市区町村を指定してください。登録済み: {'、'.join(known) or 'なし'}")
    return code


@dataclass(frozen=True, slots=True)
class _City:
    """Everybody who lives in the city now, with the doses that count for the national schedule."""

    ids: Column
    residents: Residents
    doses: Doses


_RESIDENTS = f"""(
    SELECT id FROM addressees_addressee WHERE municipality_code = %(city)s AND merged_into_id IS NULL
        AND kind = '{Kind.RESIDENT.value}' AND status = '{Status.RESIDENT.value}'
)"""  # noqa: S608 - built of this module's own constants; every value is a parameter


def _city(codes: Codes) -> _City:
    own = [rule.code for rule in generations.own_rules()]
    with staging.cursor() as cursor:
        read = reading.columns(cursor, _RESIDENTS, {"city": current()}, codes.vaccines, own)
    persons, national = read.persons, read.doses["own"] < 0
    doses = {name: column[national] for name, column in read.doses.items()}
    return _City(
        persons["id"],
        _residents(read, codes),
        Doses(read.place[national], doses["day"], doses["vaccine"], doses["expiry"]),
    )


def _residents(read: Read, codes: Codes) -> Residents:
    """With what else is recorded of the few, of which only the conditions are a column."""
    bits = np.zeros(len(read.persons["id"]), np.int64)
    for place, known in read.known.items():
        bits[place] = sum(1 << n for n, code in enumerate(codes.conditions) if code in known.conditions)
    return Residents(
        read.persons["birth"],
        read.persons["sex"],
        bits,
        {place: known.due_dates for place, known in read.known.items() if known.due_dates},
        {place: known.long_term_illness for place, known in read.known.items() if known.long_term_illness},
        {place: known.exclusions for place, known in read.known.items() if known.exclusions},
    )


def _asked(ids: list[int]) -> Iterator[Asked]:
    """Those who are listed, as one person is asked about."""
    own = {rule.code for rule in generations.own_rules()}
    for first in range(0, len(ids), _BATCH):
        batch = ids[first : first + _BATCH]
        persons = Addressee.objects.filter(municipality_code=current(), pk__in=batch)
        given, known = _doses(batch, own), circumstances_of(batch)
        rows = persons.order_by("birth_date", "sex", "pk").values_list("pk", "number", "birth_date", "sex")
        for pk, number, birth, sex in rows:
            yield Asked(number, person_of(birth, sex, known.get(pk, NONE)), doses_of(given.get(pk, [])))


def _doses(persons: list[int], own: set[str]) -> dict[int, list[GivenRow]]:
    rows = (
        Dose.objects.filter(municipality_code=current(), addressee_id__in=persons, voided_at=None)
        .exclude(programme__in=own)
        .order_by("addressee_id", "date", "pk")
        .values_list("addressee_id", "date", "vaccine", "volume_ml", "expires_on", "pk", "programme")
    )
    return {pk: [row[1:] for row in group] for pk, group in groupby(rows, itemgetter(0))}
