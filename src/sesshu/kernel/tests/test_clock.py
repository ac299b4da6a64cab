"""The clock: Japanese time, and stopped when a test or a demonstration asks."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sesshu.kernel import clock


def test_now_is_japanese_and_aware() -> None:
    assert clock.now().utcoffset() == timedelta(hours=9)


def test_a_stopped_clock_starts_again() -> None:
    with clock.fixed(datetime(2026, 11, 22, 15, 30, tzinfo=UTC)) as moment:
        assert clock.now() == moment
        assert clock.today() == date(2026, 11, 23)
        with clock.fixed(date(2020, 2, 29)):
            assert clock.today() == date(2020, 2, 29)
        assert clock.today() == date(2026, 11, 23)
    assert clock.now() != moment


def test_a_naive_moment_is_japanese() -> None:
    with clock.fixed(datetime(2026, 4, 1, 0, 5)):  # noqa: DTZ001 - that it is naive is the point
        assert clock.now().astimezone(UTC) == datetime(2026, 3, 31, 15, 5, tzinfo=UTC)


def test_the_environment_moves_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSHU_TODAY", "2027-04-01")
    assert clock.today() == date(2027, 4, 1)


def test_a_wrong_day_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSHU_TODAY", "明日")
    with pytest.raises(ValueError, match="SESSHU_TODAY"):
        clock.today()
