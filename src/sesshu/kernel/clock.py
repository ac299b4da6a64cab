"""The only place that asks what time it is. All times are Japanese (Asia/Tokyo), as the law's days are."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")
_fixed: ContextVar[datetime | None] = ContextVar("sesshu_fixed_clock", default=None)


def now() -> datetime:
    """The present moment, aware, in Japanese time.

    The environment variable SESSHU_TODAY=YYYY-MM-DD moves the day and keeps the time of day, so that a
    demonstration can stand on any date. Raises ValueError when the variable is no date.
    """
    moment = _fixed.get()
    if moment is not None:
        return moment
    real = datetime.now(TOKYO)
    day = os.environ.get("SESSHU_TODAY")
    return real if not day else datetime.combine(_environment_day(day), real.timetz())


def instant() -> datetime:
    """The real moment, whatever day a demonstration stands on: what a limit of minutes or hours runs by."""
    return datetime.now(TOKYO)


def today() -> date:
    """The present day in Japan."""
    return now().date()


def end_of(day: date) -> datetime:
    """The last moment of a day in Japan: what was known "on" that day was recorded by then."""
    return datetime.combine(day, time.max, TOKYO)


def in_japan(moment: datetime) -> datetime:
    """The same moment in Japanese time, a naive one taken as Japanese (a database knows no 16 hours).

    :raises ValueError: at the ends of the calendar.
    """
    try:
        return _moment(moment)
    except OverflowError as error:
        raise ValueError("時刻が正しくありません。") from error


@contextmanager
def fixed(moment: datetime | date) -> Iterator[datetime]:
    """Stop the clock at `moment` for the block. A date stands for its noon; a naive time is Japanese."""
    stopped = _moment(moment)
    token = _fixed.set(stopped)
    try:
        yield stopped
    finally:
        _fixed.reset(token)


def _moment(moment: datetime | date) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(12), TOKYO)
    return moment.replace(tzinfo=TOKYO) if moment.tzinfo is None else moment.astimezone(TOKYO)


def _environment_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"環境変数 SESSHU_TODAY の値「{text}」は日付(YYYY-MM-DD)ではありません。") from None
