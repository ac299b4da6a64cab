"""Calendars. A pack writes its ages and intervals as text; a reckoning turns them into dates."""

from datetime import date
from typing import Protocol


class Reckoning(Protocol):
    """What the logic asks of a calendar."""

    def point(self, expression: str, birth: date) -> date:
        """The date that an age or date expression stands for; ``ValueError`` if it cannot be read."""
        ...

    def describe(self, expression: str) -> str:
        """The same expression in the words of the law."""
        ...

    def next_day(self, previous: date, gap: str) -> date:
        """First day that keeps the least interval."""
        ...

    def last_day(self, previous: date, gap: str) -> date:
        """Last day that keeps the greatest interval."""
        ...

    def describe_gap(self, gap: str) -> str:
        """The interval in the words of the law."""
        ...
