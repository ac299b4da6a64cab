"""``sesshu schedule impact`` over a city's residents: an amendment seen before its first day (H20)."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import groupby, islice
from operator import itemgetter

from sesshu.addressees.choices import Kind, Status
from sesshu.addressees.models import Addressee
from sesshu.health.eligibility import generations
from sesshu.health.eligibility.reckoning import GivenRow, doses_of, person_of
from sesshu.health.ledger.circumstances import NONE
from sesshu.health.ledger.models import Dose
from sesshu.health.ledger.selectors import circumstances_of
from sesshu.kernel.command import Outcome, Refused
from sesshu.protection import audit
from sesshu.protection.models import Municipality
from sesshu.protection.tenancy import acting_for, current
from sesshu.schedule import impact_cli
from sesshu.schedule.impact_cli import Asked

_BATCH = 5_000


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    actions = subparsers.add_parser("schedule").add_subparsers(dest="action", required=True)
    parser = actions.add_parser("impact", help="改正や基準日の違いで、住民の誰の何が変わるか")
    impact_cli.add_arguments(parser)
    parser.add_argument("--municipality", metavar="市区町村コード", help="1つしかなければ書かなくてよい")
    parser.set_defaults(handler=_impact)


def _impact(arguments: argparse.Namespace) -> Outcome:
    listed: list[str] = []
    with acting_for(_municipality(arguments.municipality)):
        outcome = impact_cli.report(arguments, _residents(), listed.append)
        shown = Addressee.objects.filter(municipality_code=current(), number__in=listed)
        audit.record(
            "schedule.impact",
            by=None,
            subjects=list(shown.values_list("pk", flat=True)),
            count=outcome.data["changed"],
            detail={"from": outcome.data["from"], "to": outcome.data["to"], "list": bool(arguments.out)},
        )
    return outcome


def _municipality(code: str | None) -> str:
    known = list(Municipality.objects.order_by("code").values_list("code", flat=True))
    if code is None and len(known) == 1:
        return known[0]
    if code not in known:
        raise Refused(f"--municipality で市区町村を指定してください。登録済み: {'、'.join(known) or 'なし'}")
    return code


def _residents() -> Iterator[Asked]:
    """Everybody who lives in the city now, with the doses that count for the national schedule."""
    residents = Addressee.objects.filter(
        municipality_code=current(),
        kind=Kind.RESIDENT,
        status=Status.RESIDENT,
        merged_into=None,
    ).order_by("birth_date", "sex", "pk")
    own = {rule.code for rule in generations.own_rules()}
    rows = residents.values_list("pk", "number", "birth_date", "sex").iterator(chunk_size=_BATCH)
    while batch := list(islice(rows, _BATCH)):
        ids = [row[0] for row in batch]
        given, known = _doses(ids, own), circumstances_of(ids)
        for pk, number, birth, sex in batch:
            yield Asked(number, person_of(birth, sex, known.get(pk, NONE)), doses_of(given.get(pk, [])))


def _doses(persons: list[int], own: set[str]) -> dict[int, list[GivenRow]]:
    rows = (
        Dose.objects.filter(municipality_code=current(), addressee_id__in=persons, voided_at=None)
        .exclude(programme__in=own)
        .order_by("addressee_id", "date", "pk")
        .values_list("addressee_id", "date", "vaccine", "volume_ml", "expires_on", "pk", "programme")
    )
    return {pk: [row[1:] for row in group] for pk, group in groupby(rows, itemgetter(0))}
