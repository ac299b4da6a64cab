"""Where law can be read in two ways: a dose in another window than that of the dose before it.

Source: 施行規則2条10号 takes out whoever has had the routine vaccination against 帯状疱疹; by 実施規則26条2号
that vaccination is two injections, with no greatest interval between them.
"""

from sesshu.schedule.logic.plan import Requirement, Series
from sesshu.schedule.logic.relevance import Terms
from sesshu.schedule.logic.skip import Progress
from sesshu.schedule.logic.stretch import Stretch
from sesshu.schedule.model import Confidence, Reason

_ORDER: tuple[Confidence, ...] = ("high", "medium", "low")


def doubt(
    series: Series, requirement: Requirement, stretch: Stretch | None, progress: Progress, terms: Terms
) -> Reason | None:
    """What is to be said when the dose before was routine in an earlier window than ``stretch``."""
    last = progress.last_satisfied
    if requirement.row.unsure_in_later_window is None or last is None or stretch is None:
        return None
    if stretch.start <= last <= stretch.end:
        return None
    was_routine = any(
        one.opens <= last <= one.closes
        for first in series.targets[0].requirements
        if not terms.bars[first.rule.number]
        for one in terms.open_stretches(first.rule)
    )
    return Reason.of("later_window", (last,), requirement.rule.article) if was_routine else None


def weaker(confidence: Confidence, requirement: Requirement) -> Confidence:
    """The confidence of a doubted dose."""
    return max(confidence, requirement.row.unsure_in_later_window or "high", key=_ORDER.index)
