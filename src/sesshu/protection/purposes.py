"""Why a person is opened: one of a short list, chosen at the counter or brought by the task at hand (S05).

The purpose in force is written into every audit event of the request or job.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models


class Purpose(models.TextChoices):
    """The purposes of 予防接種法 work; each is a legal ground for looking at a person."""

    COUNTER = "counter", "窓口での相談・交付"
    TELEPHONE = "telephone", "電話での問合せ"
    RECORDING = "recording", "接種記録の登録・訂正"
    NOTICES = "notices", "予診票・通知の発行"
    CLAIMS = "claims", "請求・支払の審査"
    RELIEF = "relief", "健康被害・副反応への対応"
    EXCHANGE = "exchange", "他市区町村・他機関との照会"
    DISCLOSURE = "disclosure", "本人からの開示・訂正の請求"
    UPKEEP = "upkeep", "宛名の登録・訂正"
    INSPECTION = "inspection", "点検・監査"


class Section(models.TextChoices):
    """What a page of a person is made of."""

    ADDRESS = "address", "住所"
    HOUSEHOLD = "household", "世帯"
    TELEPHONE = "telephone", "電話番号"
    HISTORY = "history", "異動履歴・名寄せ"
    MEASURES = "measures", "支援措置の期間"
    DOSES = "doses", "接種の記録"
    SCREENINGS = "screenings", "予診のみの記録"
    STATUSES = "statuses", "接種できる期間"
    NOTICES = "notices", "予診票・通知の発行履歴"
    CLAIMS = "claims", "請求"


_S = Section
# Of each purpose what it needs (control 2); what is not named here is not in the page that is sent.
SHOWN: dict[str, frozenset[Section]] = {
    Purpose.COUNTER: frozenset(_S) - {_S.HISTORY, _S.CLAIMS},
    Purpose.TELEPHONE: frozenset(
        {_S.ADDRESS, _S.TELEPHONE, _S.DOSES, _S.SCREENINGS, _S.STATUSES, _S.NOTICES}
    ),
    Purpose.RECORDING: frozenset({_S.ADDRESS, _S.HISTORY, _S.DOSES, _S.SCREENINGS, _S.STATUSES}),
    Purpose.NOTICES: frozenset({_S.ADDRESS, _S.HOUSEHOLD, _S.DOSES, _S.STATUSES, _S.NOTICES}),
    Purpose.CLAIMS: frozenset({_S.HISTORY, _S.DOSES, _S.SCREENINGS, _S.CLAIMS}),
    Purpose.RELIEF: frozenset(_S),
    Purpose.EXCHANGE: frozenset({_S.ADDRESS, _S.HISTORY, _S.DOSES}),
    Purpose.DISCLOSURE: frozenset(_S),
    Purpose.UPKEEP: frozenset({_S.ADDRESS, _S.HOUSEHOLD, _S.TELEPHONE, _S.HISTORY, _S.MEASURES}),
    Purpose.INSPECTION: frozenset({_S.HISTORY, _S.DOSES, _S.SCREENINGS, _S.NOTICES}),
}


def shown(purpose: str) -> frozenset[Section]:
    """The sections that a purpose needs; an unknown purpose needs none."""
    return SHOWN.get(purpose, frozenset())


def words(purpose: str) -> str:
    """A purpose of the log as people read it: the code's own words, or the text as it was written."""
    return str(Purpose(purpose).label) if purpose in Purpose.values else purpose


_current: ContextVar[str] = ContextVar("purpose", default="")


def current() -> str:
    """The purpose in force; empty outside a person's case."""
    return _current.get()


def left_out() -> frozenset[Section]:
    """The sections that the purpose in force does not need; none outside a person's case."""
    return frozenset(Section) - SHOWN[current()] if current() in SHOWN else frozenset()


@contextmanager
def acting_with(purpose: str) -> Iterator[None]:
    """Within the block every audit event that names no purpose of its own carries this one."""
    token = _current.set(purpose)
    try:
        yield
    finally:
        _current.reset(token)
