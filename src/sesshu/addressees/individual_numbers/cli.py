"""``sesshu number-uses``: whether the city's log and the vault's tell the same."""

from __future__ import annotations

import argparse
from datetime import datetime, time, timedelta

from sesshu.kernel import clock
from sesshu.kernel.command import DONE, DONE_WITH_REJECTED_ROWS, Outcome, Refused
from sesshu.kernel.wareki import parse_date


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("number-uses")
    parser.add_argument("--municipality", required=True)
    parser.add_argument("--on", default="", help="照合する日(省略すると今日)")
    parser.set_defaults(handler=_reconcile)


def _reconcile(arguments: argparse.Namespace) -> Outcome:
    from sesshu.addressees.individual_numbers import reconciling
    from sesshu.addressees.individual_numbers.client import Unreachable

    try:
        day = parse_date(arguments.on) if arguments.on else clock.today()
        since = datetime.combine(day, time(), clock.TOKYO)
        found = reconciling.reconcile(arguments.municipality, since=since, until=since + timedelta(days=1))
    except (Unreachable, ValueError) as error:
        raise Refused(str(error)) from None
    differences = [f"市の記録だけ: {request} {use}" for request, use in found.only_city]
    differences += [f"個人番号システムの記録だけ: {request} {use}" for request, use in found.only_vault]
    text = f"両方の記録にあるもの {found.both}件、一方だけのもの {len(differences)}件"
    data = {"both": found.both, "only_city": found.only_city, "only_vault": found.only_vault}
    return Outcome(data, "\n".join([text, *differences]), DONE_WITH_REJECTED_ROWS if differences else DONE)
