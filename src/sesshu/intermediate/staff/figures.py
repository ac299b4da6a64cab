"""Counts of the server's work in words."""

from __future__ import annotations

from sesshu.intermediate import state
from sesshu.intermediate.choices import Event, InquiryState, ProvisionState, Side

# What is deleted when (docs/operator/intermediate.md); the run's field, words, period, ground.
PERIODS = (
    ("情報提供等記録", "最後の記録から7年", "番号法23条、番号法施行令29条"),
    ("照会・提供の通信", "終わってから1年", "運用のための保存期間"),
    ("符号の取得の記録", "終わってから30日", "番号法21条の2（取得番号は取得後に保存しない）"),
    ("取り下げた副本の控え", "取下げから1年", "運用のための保存期間（内容は取下げのときに消えている）"),
)


def waiting() -> list[tuple[str, str, int]]:
    """(照会 or 提供, state, count) of what is under way."""
    counts = state.waiting_counts()
    found = []
    for state_ in (InquiryState.ACCEPTED, InquiryState.PERMITTED):
        found.append(("照会", str(state_.label), counts.get(f"inquiry_{state_.value}", 0)))
    for each in (ProvisionState.RECEIVED, ProvisionState.WAITING, ProvisionState.ANSWERED):
        found.append(("提供", str(each.label), counts.get(f"provision_{each.value}", 0)))
    return found


def by_month() -> dict[str, list[tuple[str, str, int]]]:
    """By month, the newest first: (照会 or 提供, what happened, count)."""
    table: dict[str, list[tuple[str, str, int]]] = {}
    for row in state.statistics():
        line = (str(Side(row["side"]).label), str(Event(row["event"]).label), row["count"])
        table.setdefault(row["month"], []).append(line)
    return table
