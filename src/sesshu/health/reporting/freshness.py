"""Nothing is counted from verdicts that are out of date, and where that must wait the screen says so."""

from __future__ import annotations

from datetime import date

from sesshu.addressees.models import Addressee
from sesshu.health.eligibility import generations, refreshing, services
from sesshu.kernel import clock
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

# So many persons are judged while a page is waited for; more are left to the job.
WHILE_WAITING = 500


def bring_up_to_date(municipality: str, on: date | None = None) -> None:
    """Judge whoever changed since the last time, chunk by chunk; call it outside any transaction."""
    refreshing.refresh_city(municipality, by=None, at=clock.now(), on=on or clock.today())


def waiting_after_refresh(*, by: Account | None, on: date | None = None) -> int:
    """Judge the few who changed, in the transaction of a page; the number of persons still to be judged."""
    day = on or clock.today()
    generation = generations.ready(day)
    if generation is None:
        return _known_persons()
    waiting = refreshing.count_stale(generation)
    if 0 < waiting <= WHILE_WAITING:
        services.refresh_changed(by=by, at=clock.now(), on=day)
        return 0
    return waiting


def _known_persons() -> int:
    return Addressee.objects.filter(municipality_code=current()).count()
