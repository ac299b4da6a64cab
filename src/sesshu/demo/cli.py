"""`sesshu demo-data`: invented residents, changes and doses as files."""

import argparse
from datetime import date
from pathlib import Path

from sesshu.demo.generating import IRREGULAR, generate
from sesshu.kernel.command import Outcome, Refused
from sesshu.kernel.wareki import parse_date


def add_commands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("demo-data", help="架空の住民・異動・接種記録のファイルを作る")
    parser.add_argument("--municipality", required=True, help="団体コード(242039 伊勢市、192015 甲府市)")
    parser.add_argument("--residents", required=True, type=int, help="住民の数")
    parser.add_argument("--seed", required=True, type=int, help="同じ値なら同じファイルになる")
    parser.add_argument("--out", required=True, type=Path, help="ファイルを置くフォルダー")
    parser.add_argument("--on", help="基準日(2026-11-22、R8.11.22 など。省略時は今日)")
    parser.add_argument("--irregular", type=float, default=IRREGULAR, help="誤りのある接種の割合(0〜1)")
    parser.add_argument("--temporary", action="store_true", help="新型コロナの特例臨時接種も作る")
    parser.set_defaults(handler=_write)


def _write(arguments: argparse.Namespace) -> Outcome:
    try:
        made = generate(
            arguments.municipality,
            arguments.residents,
            arguments.seed,
            arguments.out,
            on=_day(arguments.on),
            irregular=arguments.irregular,
            temporary=arguments.temporary,
        )
    except (ValueError, OSError) as error:
        raise Refused(str(error)) from error
    rows = made["rows"]
    text = "\n".join(f"{made[name]}  {count:,}行" for name, count in rows.items())
    return Outcome(made, f"架空のデータを作りました(基準日 {made['on']})。\n{text}")


def _day(text: str | None) -> date | None:
    return parse_date(text) if text else None
