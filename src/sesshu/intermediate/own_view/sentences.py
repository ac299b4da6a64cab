"""An entry of 情報提供等記録 as one tells it to the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sesshu.intermediate.choices import Event
from sesshu.intermediate.records import Entry
from sesshu.protocol import codes

_NAMES = {codes.VACCINATION: "予防接種の記録"}


@dataclass(frozen=True, slots=True)
class Told:
    """``what``: who asked whom for what; ``outcome``: what became of it; ``why``: the law.

    :ivar ended_at: none while no answer has come.
    """

    asked_at: datetime
    ended_at: datetime | None
    what: str
    outcome: str
    why: str
    corrected: bool


def told(entry: Entry) -> Told:
    """In plain words, without numbers and without staff."""
    inquirer, provider = entry.inquirer_name or entry.inquirer, entry.provider_name or entry.provider
    what = _NAMES.get(entry.information) or entry.information_name or "情報"
    return Told(
        asked_at=entry.asked_at,
        ended_at=None if entry.event == Event.ASKED else entry.at,
        what=f"{inquirer}が、あなたの「{what}」を{provider}に求めました。",
        outcome=_outcome(entry, inquirer, provider),
        why=entry.legal_basis or "記録に根拠がありません。市区町村の窓口に問い合わせてください。",
        corrected=bool(entry.corrections),
    )


def _outcome(entry: Entry, inquirer: str, provider: str) -> str:
    given = f"{provider}は、{entry.count}件を渡しました。"
    sentences = {
        Event.ASKED: "回答はまだありません。",
        Event.PROVIDED: given if entry.count else f"{provider}は、渡せる記録がないと答えました。",
        Event.REFUSED: "情報は渡されませんでした。",
        Event.CANCELLED: f"{inquirer}が取りやめたため、情報は渡されませんでした。",
        Event.EXPIRED: "期限までに回答がなく、情報は渡されませんでした。",
        Event.DISCARDED: f"{inquirer}は、届いた情報を破棄しました。",
    }
    return sentences.get(Event(entry.event), "記録が訂正されました。")
