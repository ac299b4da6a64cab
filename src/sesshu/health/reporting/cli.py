"""``sesshu unvaccinated``, ``sesshu roster``, ``sesshu report community-health``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from sesshu.kernel import dates
from sesshu.kernel.command import Outcome, Refused
from sesshu.kernel.wareki import parse_date


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this room's commands to the parser."""
    unvaccinated = subparsers.add_parser("unvaccinated", help="未接種者一覧")
    _municipality(unvaccinated)
    unvaccinated.add_argument("--programme", required=True, help="接種種類のコード（例: mr）")
    unvaccinated.add_argument("--on", required=True, type=_day, help="基準日")
    unvaccinated.add_argument("--out", required=True, type=Path, help="出力ファイル（.csv .xlsx .pdf）")
    unvaccinated.add_argument("--district", default="", help="地区")
    unvaccinated.add_argument("--born-from", type=_day, help="生年月日（から）")
    unvaccinated.add_argument("--born-to", type=_day, help="生年月日（まで）")
    unvaccinated.add_argument("--dose", default="", help="回の名称（例: 1期）")
    unvaccinated.add_argument("--closes-within", type=int, metavar="月数", help="接種期限が何か月以内か")
    unvaccinated.set_defaults(handler=_unvaccinated)
    roster = subparsers.add_parser("roster", help="接種名簿")
    _municipality(roster)
    roster.add_argument("--programme", default="", help="接種種類のコード（省略時はすべて）")
    roster.add_argument("--from", dest="start", type=_day, help="接種年月日（から）")
    roster.add_argument("--to", dest="end", type=_day, help="接種年月日（まで）")
    roster.add_argument("--on", type=_day, help="接種年月日（その日だけ）")
    roster.add_argument("--fiscal-year", type=int, help="年度")
    roster.add_argument("--provider", default="", help="医療機関コード")
    roster.add_argument("--setting", default="", choices=["", "group", "individual"], help="集団・個別")
    roster.add_argument("--outside", choices=["0", "1"], help="市町外接種（1）・市内（0）")
    roster.add_argument("--routine", choices=["0", "1"], help="定期（1）・任意（0）")
    roster.add_argument("--out", required=True, type=Path, help="出力ファイル（.csv .xlsx .pdf）")
    roster.set_defaults(handler=_roster)
    _add_report(subparsers)


def _add_report(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    report = subparsers.add_parser("report", help="報告の集計")
    kinds = report.add_subparsers(dest="report", required=True, parser_class=type(report))
    community_health = kinds.add_parser("community-health", help="地域保健・健康増進事業報告")
    _municipality(community_health)
    community_health.add_argument("--fiscal-year", required=True, type=int, help="年度（西暦）")
    community_health.add_argument("--out", type=Path, help="CSV の出力先")
    community_health.add_argument("--keep", action="store_true", help="集計値を次の版として保存する")
    community_health.set_defaults(handler=_community_health)


def _municipality(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--municipality", required=True, help="市区町村コード（6桁）")


def _day(text: str) -> date:
    try:
        return parse_date(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _unvaccinated(arguments: argparse.Namespace) -> Outcome:
    from sesshu.health.reporting import unvaccinated

    def listing() -> Any:
        _known_programme(arguments.programme)
        return unvaccinated.listing(
            unvaccinated.UnvaccinatedConditions(
                programme=arguments.programme,
                on=arguments.on,
                district=arguments.district,
                born_from=arguments.born_from,
                born_to=arguments.born_to,
                dose=arguments.dose,
                closes_within_months=arguments.closes_within,
            )
        )

    return _exported(arguments, listing, on=arguments.on)


def _roster(arguments: argparse.Namespace) -> Outcome:
    from sesshu.health.reporting import roster

    start, end = _period(arguments)

    def listing() -> Any:
        if arguments.programme:
            _known_programme(arguments.programme)
        return roster.listing(
            roster.RosterConditions(
                start=start,
                end=end,
                programme=arguments.programme,
                provider_code=arguments.provider,
                setting=arguments.setting,
                outside=None if arguments.outside is None else arguments.outside == "1",
                routine=None if arguments.routine is None else arguments.routine == "1",
            )
        )

    return _exported(arguments, listing, on=None)


def _period(arguments: argparse.Namespace) -> tuple[date, date]:
    if arguments.fiscal_year is not None:
        year = _checked_year(arguments.fiscal_year)
        return dates.fiscal_year_start(year), dates.fiscal_year_end(year)
    if arguments.on is not None:
        return arguments.on, arguments.on
    if arguments.start is None or arguments.end is None:
        raise Refused("期間を --from と --to、--on、--fiscal-year のいずれかで指定してください。")
    if arguments.start > arguments.end:
        raise Refused("--from の日付が --to より後です。")
    return arguments.start, arguments.end


def _checked_year(year: int) -> int:
    if not 1948 <= year <= 2200:
        raise Refused(f"年度「{year}」が正しくありません。西暦の4桁で指定してください（例: 2026）。")
    return year


def _exported(arguments: argparse.Namespace, listing: Callable[[], Any], *, on: date | None) -> Outcome:
    from django.conf import settings

    from sesshu.health.reporting import exports, freshness, services
    from sesshu.protection.tenancy import acting_for

    out = arguments.out.resolve()
    try:
        exports.format_of(out)
    except exports.UnknownFormat as error:
        raise Refused(str(error)) from None
    if not out.parent.is_dir():
        raise Refused(f"出力先のフォルダー「{out.parent}」がありません。")
    municipality = _checked_municipality(arguments.municipality)
    freshness.bring_up_to_date(municipality, on)
    if not settings.PLAIN_LISTS:
        return _sealed(listing, municipality, out)
    with acting_for(municipality):
        rows = services.export(listing(), out, by=None, purpose="command-line")
    return Outcome({"rows": rows, "file": str(out)}, f"{rows}件を書き出しました: {out}")


def _sealed(listing: Callable[[], Any], municipality: str, out: Path) -> Outcome:
    """The list as an encrypted ZIP; the plain file does not outlive its writing."""
    from sesshu.health.reporting import services
    from sesshu.protection import sighting
    from sesshu.protection.taking_out import sealing
    from sesshu.protection.tenancy import acting_for

    plain, sealed = out.with_name(f".{out.name}"), out.with_name(f"{out.name}.zip")
    phrase = sealing.drawn_passphrase()
    try:
        with acting_for(municipality):
            rows = services.export_now(listing(), plain, by=None, purpose="command-line")
        sighting.refuse_numbers(plain, out.name)
        sealing.seal(plain, sealed, out.name, phrase)
    except sighting.NumberFound as found:
        raise Refused(str(found)) from None
    finally:
        plain.unlink(missing_ok=True)
    told = f"{rows}件を暗号化して書き出しました: {sealed}\n合言葉（この画面にだけ表示します）: {phrase}"
    return Outcome({"rows": rows, "file": str(sealed), "passphrase": phrase}, told)


def _community_health(arguments: argparse.Namespace) -> Outcome:
    from sesshu.health.reporting import documents, freshness, services
    from sesshu.health.reporting.recount import recount
    from sesshu.protection.tenancy import acting_for

    year = _checked_year(arguments.fiscal_year)
    municipality = _checked_municipality(arguments.municipality)
    freshness.bring_up_to_date(municipality)
    with acting_for(municipality):
        report = recount(year)
        data: dict[str, Any] = {
            "municipality": arguments.municipality,
            "fiscal_year": year,
            "rows": [row.data() for row in report.rows],
            "total": report.total,
            "unplaced": {"count": report.unplaced_count, "kinds": [item.data() for item in report.unplaced]},
            "unjudged": report.unjudged,
        }
        if arguments.keep:
            data["version"] = services.keep_report(fiscal_year=year, by=None).version
        if arguments.out:
            documents.write_report_csv(report, arguments.out.resolve())
            data["file"] = str(arguments.out.resolve())
    lines = [f"{row.programme}\t{row.dose}\t{row.count}" for row in report.rows if row.count]
    return Outcome(data, "\n".join([*lines, f"計\t\t{report.total}"]))


def _known_programme(code: str) -> None:
    from sesshu.health.catalogue.selectors import programme_codes

    known = programme_codes()
    if code not in known:
        raise Refused(
            f"接種種類「{code}」はありません。次のいずれかを指定してください: {' '.join(sorted(known))}"
        )


def _checked_municipality(code: str) -> str:
    from sesshu.protection.services import UnknownMunicipality, ensure_municipality

    try:
        return ensure_municipality(code).code
    except UnknownMunicipality as error:
        raise Refused(str(error)) from None
