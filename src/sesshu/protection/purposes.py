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


_current: ContextVar[str] = ContextVar("purpose", default="")


def current() -> str:
    """The purpose in force; empty outside a person's case."""
    return _current.get()


@contextmanager
def acting_with(purpose: str) -> Iterator[None]:
    """Within the block every audit event that names no purpose of its own carries this one."""
    token = _current.set(purpose)
    try:
        yield
    finally:
        _current.reset(token)
