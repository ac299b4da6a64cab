"""How long somebody probably sits before the screen and waits for an answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from sesshu.kernel import clock

# After that the answer waits for a person at the other side; once a minute is enough.
WATCHED_FOR = timedelta(minutes=10)


def pause(asked_at: datetime) -> str:
    """How long a screen waits before it asks again, in the words of htmx."""
    return "3s" if clock.now() - asked_at < WATCHED_FOR else "60s"
