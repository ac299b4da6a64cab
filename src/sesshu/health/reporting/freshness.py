"""Nothing is counted from verdicts that are out of date, and where that must wait the screen says so."""

from __future__ import annotations

from datetime import date

from sesshu.addressees.models import Addressee
from sesshu.health.eligibility import generations, refreshing, services
from sesshu.health.eligibility.models import Stale
from sesshu.kernel import clock
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

# So many persons are judged while a page is waited for; more are left to the job.
WHILE_WAITING = 500


def bring_up_to_date(municipality: str, on: date | None = None) -> None:
    """Judge whoever changed since the last time, chunk by chunk; call it outside any transaction."""
    refreshing.refresh_city(municipality, by=None, at=clock.now(), on=on or clock.today())


def waiting_doses(*, by: Account | None) -> int:
    """For a page of figures: judge the few whose doses changed; the number of persons still to be judged."""
    generation = generations.ready(clock.today())
    if generation is None or generation.completed_at is None:
        return _known_persons()
    noted = Stale.objects.filter(municipality_code=current())
    waiting = noted.values("addressee").distinct().count()
    if 0 < waiting <= WHILE_WAITING:
        services.refresh_changed(by=by, at=clock.now(), on=clock.today())
        return 0
    return waiting


def waiting_persons(*, by: Account | None, on: date) -> int:
    """For a list of who is due: the same, and for those who became residents since."""
    generation = generations.ready(on)
    if generation is None or generation.completed_at is None:
        return _known_persons()
    waiting = refreshing.count_stale(generation)
    if 0 < waiting <= WHILE_WAITING:
        services.refresh_changed(by=by, at=clock.now(), on=on)
        return 0
    return waiting


def _known_persons() -> int:
    return Addressee.objects.filter(municipality_code=current()).count()
