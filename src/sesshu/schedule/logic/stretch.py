"""A window of one rule in one life."""

from datetime import date
from typing import NamedTuple

from sesshu.schedule.model import Confidence
from sesshu.schedule.supporting import LaterWindow, Rule


class Stretch(NamedTuple):
    """A window of one rule in a life: unclipped, and clipped to the days the rule is in force.

    ``later`` is the row that opens it where it is not the ordinary one (施行令3条2項).
    """

    start: date
    end: date
    opens: date
    closes: date
    start_text: str
    later: LaterWindow | None = None


def clip(rule: Rule, start: date, end: date, text: str, later_window: LaterWindow | None = None) -> Stretch:
    """The window from ``start`` to ``end`` of a rule."""
    opens, closes = max(start, rule.in_force.start), min(end, rule.in_force.end)
    return Stretch(start, end, opens, closes, text, later_window)


def confidence(rule: Rule, stretch: Stretch | None) -> Confidence:
    """How well a window is founded: as well as the weaker of the rows that open it."""
    if stretch is None or stretch.later is None:
        return rule.confidence
    return max(rule.confidence, stretch.later.confidence, key=("high", "medium", "low").index)


def cited(rule: Rule, stretch: Stretch | None) -> str:
    """The article of a window: the rule's, after that of a later window."""
    if stretch is None or stretch.later is None:
        return rule.article
    return f"{stretch.later.article}、{rule.article}"
