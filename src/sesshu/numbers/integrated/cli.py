"""``sesshu numbers integrated``: 名寄せ across businesses, at the vault's own server."""

from __future__ import annotations

import argparse
import uuid
from typing import Any

from sesshu.kernel.command import Outcome, Refused


def add_commands(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    merge = acts.add_parser("merge", help="同じ方の2つの宛名番号を名寄せする")
    merge.add_argument("--keep", required=True, type=_place, help="残す側(業務ID:宛名番号)")
    merge.add_argument("--absorb", required=True, type=_place, help="寄せる側(業務ID:宛名番号)")
    merge.set_defaults(handler=_merge)
    unmerge = acts.add_parser("unmerge", help="名寄せを解除する")
    unmerge.set_defaults(handler=_unmerge)
    history = acts.add_parser("history", help="名寄せの履歴")
    history.set_defaults(handler=_history)
    for act in (unmerge, history):
        act.add_argument("place", type=_place, help="業務ID:宛名番号")
    for act in (merge, unmerge):
        act.add_argument("--reason", required=True)
    for act in (merge, unmerge, history):
        act.add_argument("--municipality", required=True)
        act.add_argument("--by", required=True, help="担当者")


def _place(text: str) -> tuple[str, str]:
    business, found, addressee = text.partition(":")
    if not found or not business or not addressee:
        raise argparse.ArgumentTypeError("「業務ID:宛名番号」の形で指定してください(例 019:0000123)。")
    return business, addressee


def _merge(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers.integrated import merging

    done = _within(
        arguments,
        lambda by: merging.merge(
            keep=arguments.keep, absorb=arguments.absorb, reason=arguments.reason, by=by
        ),
    )
    return Outcome(
        {"moved": len(done.links)},
        f"名寄せしました。移した宛名番号 {len(done.links)}件。この方の副本を送り直してください。",
    )


def _unmerge(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers.integrated import merging

    done = _within(
        arguments, lambda by: merging.unmerge(place=arguments.place, reason=arguments.reason, by=by)
    )
    return Outcome({"moved": len(done.links)}, f"名寄せを解除しました。戻した宛名番号 {len(done.links)}件。")


def _history(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers.integrated import merging

    rows = _within(arguments, lambda by: merging.history(place=arguments.place, by=by))
    told = [
        {
            "at": row.at,
            "by": row.by,
            "reason": row.reason,
            "count": len(row.links),
            "undone_at": row.undone_at,
        }
        for row in rows
    ]
    lines = [
        f"{r['at']:%Y-%m-%d %H:%M} {r['by']} {r['reason']}{' (解除済み)' if r['undone_at'] else ''}"
        for r in told
    ]
    return Outcome({"merges": told}, "\n".join(lines) or "名寄せの履歴はありません。")


def _within(arguments: argparse.Namespace, act: Any) -> Any:
    from sesshu.numbers.callers import Caller
    from sesshu.numbers.refusals import Refusal
    from sesshu.protection.tenancy import acting_for

    by = Caller("command-line", arguments.by[:60], "", uuid.uuid4())
    try:
        with acting_for(arguments.municipality):
            return act(by)
    except Refusal as refused:
        raise Refused(str(refused)) from None
