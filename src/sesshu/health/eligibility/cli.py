"""``sesshu targets`` and ``sesshu eligibility refresh | check``."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from sesshu.health.eligibility import checking, refreshing, services
from sesshu.health.eligibility.bulk import SENTENCES
from sesshu.health.eligibility.choices import Fate
from sesshu.health.eligibility.conditions import Conditions
from sesshu.health.eligibility.models import Extraction
from sesshu.kernel import clock
from sesshu.kernel.command import DONE_WITH_REJECTED_ROWS, Outcome, Refused
from sesshu.kernel.wareki import parse_date
from sesshu.protection.services import UnknownMunicipality, ensure_municipality
from sesshu.protection.tenancy import acting_for

# Why persons were told one by one; others name what a rule says that columns do not hold.
FALLBACKS = {
    SENTENCES: "判定の理由",
    "due_dates": "妊娠",
    "conditions": "対象に加わる事由",
    "long_term_illness": "長期療養特例",
    "exclusions": "対象から除かれる者",
}


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    targets = subparsers.add_parser("targets", help="通知の対象者を抽出する")
    add_arguments(targets)
    targets.set_defaults(handler=_targets)
    commands = subparsers.add_parser("eligibility").add_subparsers(dest="action", required=True)
    refresh = commands.add_parser("refresh", help="対象者情報を更新する")
    check = commands.add_parser("check", help="保存した対象者情報を計算し直して比べる")
    for parser in (refresh, check):
        parser.add_argument("--municipality", required=True, metavar="市区町村コード")
        parser.add_argument("--on", type=day, metavar="基準日")
    refresh.add_argument("--all", action="store_true", help="変更のない人も計算し直す")
    refresh.set_defaults(handler=_refresh)
    check.add_argument("--sample", type=int, default=1_000, metavar="人数")
    check.add_argument("--all", action="store_true", help="全員を調べる")
    check.set_defaults(handler=_check)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What every command on a list of persons asks."""
    parser.add_argument("--municipality", required=True, metavar="市区町村コード")
    parser.add_argument("--programme", required=True, metavar="接種種類")
    parser.add_argument("--on", required=True, type=day, metavar="基準日")
    parser.add_argument("--dose", type=int, metavar="回")
    parser.add_argument("--district", default="", metavar="地区")
    parser.add_argument("--born-from", type=day, metavar="生年月日")
    parser.add_argument("--born-to", type=day, metavar="生年月日")
    parser.add_argument("--recommended-started", action="store_true", help="標準的な接種期間に入った人だけ")


def day(text: str) -> date:
    """:raises argparse.ArgumentTypeError: in words a clerk understands."""
    try:
        return parse_date(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def municipality(arguments: argparse.Namespace) -> str:
    """The municipality's code, registered on first use.

    :raises Refused: when it is no code.
    """
    try:
        return ensure_municipality(arguments.municipality).code
    except UnknownMunicipality as error:
        raise Refused(str(error)) from error


def conditions(arguments: argparse.Namespace, **more: Any) -> Conditions:
    return Conditions(
        dose_number=arguments.dose,
        district=arguments.district,
        born_from=arguments.born_from,
        born_to=arguments.born_to,
        recommended_started=arguments.recommended_started,
        **more,
    )


def extraction(arguments: argparse.Namespace, *, purpose: str, **more: Any) -> Extraction:
    """Refresh what is out of date, then extract; the whole of what ``targets`` does.

    :raises Refused: for an unknown programme.
    """
    city = municipality(arguments)
    with acting_for(city):
        try:
            services.check_programme(arguments.programme)
        except services.UnknownProgramme as error:
            raise Refused(str(error)) from error
    refreshing.refresh_city(city, by=None, at=clock.now(), on=arguments.on)
    with acting_for(city):
        return services.extract(
            programme=arguments.programme,
            on=arguments.on,
            by=None,
            at=clock.now(),
            purpose=purpose,
            conditions=conditions(arguments, **more),
        )


def _targets(arguments: argparse.Namespace) -> Outcome:
    found = extraction(arguments, purpose="questionnaire")
    return Outcome(data_of(found), text_of(found))


def data_of(found: Extraction) -> dict[str, Any]:
    counts = found.counts
    return {
        "municipality": found.municipality_code,
        "programme": found.programme,
        "on": found.on.isoformat(),
        "targets": counts["targets"],
        "excluded": counts["excluded"],
        "addressees": counts["targets"] + sum(counts["excluded"].values()),
        "extraction": found.pk,
    }


def text_of(found: Extraction) -> str:
    lines = [f"対象者 {found.counts['targets']}人（{found.programme}, {found.on.isoformat()}）"]
    lines += [f"  {Fate(fate).label} {count}人" for fate, count in found.counts["excluded"].items() if count]
    return "\n".join(lines)


def _refresh(arguments: argparse.Namespace) -> Outcome:
    on = arguments.on or clock.today()
    done = refreshing.refresh_city(
        municipality(arguments), by=None, at=clock.now(), on=on, everyone=arguments.all
    )
    data = {
        "persons": done.persons,
        "horizon_from": done.horizon_from,
        "horizon_to": done.horizon_to,
        "one_by_one": done.fallbacks,
    }
    lines = [f"{done.persons}人の対象者情報を更新しました（{done.horizon_from}から{done.horizon_to}まで）。"]
    lines += [
        f"  うち1人ずつ判定した人（{FALLBACKS.get(why, why)}）: {count}人"
        for why, count in done.fallbacks.items()
    ]
    return Outcome(data, "\n".join(lines))


def _check(arguments: argparse.Namespace) -> Outcome:
    with acting_for(municipality(arguments)):
        found = checking.drift(
            arguments.on or clock.today(), sample=None if arguments.all else arguments.sample
        )
    data = {
        "persons": found.persons,
        "missing": found.missing,
        "differing": found.differing,
        "differences": found.differences,
    }
    text = f"{found.persons}人を調べました。相違 {found.differing}人、未計算 {found.missing}人。"
    drifted = found.differing or found.missing
    return Outcome(data, text, DONE_WITH_REJECTED_ROWS if drifted else 0)
