"""targets: who is to be notified of one programme, among 300,000 residents with 3 million doses.

Every addressee is given a fate, the targets are kept and the reading is recorded, in one transaction that is
committed; standings were refreshed before, as the ledger does after each entry. The limit is bare SQL in the
same database: the administrator, beyond row-level security, copies residents who are due into an empty
table, without a reason for anybody else. `ratio` is the limit's median over the extraction's, of the slowest
programme; `slowest_median_s` is to stay under 1 s. The fates of some persons are compared with the schedule's
own answer, so that what is quick is also right.
"""

from __future__ import annotations

import random
import time
from datetime import date
from statistics import median
from typing import Any

import psycopg

from tests.performance.filling import CITY, TODAY, analyse, fill

WANTED_S = 1.0
PROGRAMMES = ("mr", "je", "hpv", "pcv", "zoster", "flu")
# 予診票 of a season go to every fourth resident: writing the list is then most of the work.
SEASONAL = frozenset({"flu", "covid"})


def run(
    residents: int = 300_000, doses: int = 3_000_000, repeats: int = 5, compared: int = 200
) -> dict[str, Any]:
    from sesshu.kernel import clock
    from sesshu.protection.services import ensure_municipality
    from sesshu.protection.tenancy import acting_for

    ensure_municipality(CITY)
    with acting_for(CITY):
        made = fill(residents, doses)
        _spread_fates()
    analyse()
    print(f"{residents:,} residents with {made:,} doses", flush=True)
    with clock.fixed(TODAY):
        refreshed = _refresh()
        analyse()
        print(f"standings refreshed in {refreshed:.0f} s", flush=True)
        taken = {programme: [_seconds(programme) for _ in range(repeats + 1)] for programme in PROGRAMMES}
        warm = {programme: median(times[1:]) for programme, times in taken.items()}
        bare = {programme: median([_bare(programme) for _ in range(repeats)]) for programme in PROGRAMMES}
        entry = _after_an_entry()
        with acting_for(CITY):
            differing = _differing(compared)
    slowest = max((p for p in PROGRAMMES if p not in SEASONAL), key=lambda programme: warm[programme])
    return {
        "ratio": round(bare[slowest] / warm[slowest], 2),
        "slowest_median_s": round(warm[slowest], 3),
        "bare_sql_s": round(bare[slowest], 3),
        **{f"{programme}_s": round(seconds, 3) for programme, seconds in warm.items()},
        **{f"{programme}_targets": _targets(programme) for programme in PROGRAMMES},
        "first_s": round(taken[PROGRAMMES[0]][0], 3),
        "after_an_entry_s": round(entry, 3),
        "refresh_s": round(refreshed, 1),
        "residents": residents,
        "doses": made,
        "compared": compared,
        "differing": differing,
        "wanted_s": WANTED_S,
    }


def _spread_fates() -> None:
    """Some have died, moved away or are protected, as in any city."""
    from sesshu.addressees.models import Addressee, ProtectiveMeasure
    from sesshu.kernel import clock

    chance, gone = random.Random(2), date(2026, 6, 1)
    city = Addressee.objects.filter(municipality_code=CITY)
    ids = list(city.order_by("pk").values_list("pk", flat=True))
    for status, share in (("2", 0.02), ("3", 0.01)):
        picked = chance.sample(ids, int(len(ids) * share))
        city.filter(pk__in=picked).update(status=status, removed_on=gone)
    protected = chance.sample(ids, len(ids) // 400)
    ProtectiveMeasure.objects.bulk_create(
        ProtectiveMeasure(addressee_id=pk, starts_on=gone, recorded_at=clock.now()) for pk in protected
    )


def _refresh() -> float:
    from sesshu.health.eligibility import refreshing
    from sesshu.kernel import clock

    begun = time.perf_counter()
    refreshing.refresh_city(CITY, by=None, at=clock.now(), on=TODAY, progress=_Told())
    return time.perf_counter() - begun


class _Told:
    def update(self, done: int, total: int, message: str = "") -> None:
        print(f"  {done:,} / {total:,}", flush=True)


def _seconds(programme: str) -> float:
    """One extraction from the first statement to the commit."""
    from sesshu.health.eligibility import services
    from sesshu.kernel import clock
    from sesshu.protection.tenancy import acting_for

    begun = time.perf_counter()
    with acting_for(CITY):
        services.extract(programme=programme, on=TODAY, by=None, at=clock.now())
    return time.perf_counter() - begun


_BARE = """
CREATE TABLE bare AS SELECT a.id, w.dose_number, w.dose_label, w.starts_on, w.last_day
FROM addressees_addressee a JOIN eligibility_window w ON w.addressee_id = a.id
WHERE a.municipality_code = %s AND a.kind = '1' AND a.status = '1' AND w.programme = %s AND w.kind = 'due'
    AND w.starts_on <= %s AND w.ends_on >= %s ORDER BY a.id
"""


def _bare(programme: str) -> float:
    from sesshu.config import database

    with database._administrator(database.server(), database.DATABASE) as connection:
        begun = time.perf_counter()
        connection.execute(psycopg.ClientCursor(connection).mogrify(_BARE, [CITY, programme, TODAY, TODAY]))
        seconds = time.perf_counter() - begun
        connection.execute("DROP TABLE bare")
    return seconds


def _after_an_entry() -> float:
    """One dose recorded without its refresh, then an extraction that has to make up for it."""
    from sesshu.health.ledger.models import Dose
    from sesshu.kernel import clock
    from sesshu.protection.tenancy import acting_for

    with acting_for(CITY):
        given = Dose.objects.filter(municipality_code=CITY).order_by("pk")[:1].get()
        Dose.objects.create(
            addressee_id=given.addressee_id,
            programme="flu",
            vaccine="Flu-HA",
            date=TODAY,
            recorded_at=clock.now(),
        )
    return _seconds(PROGRAMMES[0])


def _targets(programme: str) -> int:
    from sesshu.health.eligibility.models import Extraction
    from sesshu.protection.tenancy import acting_for

    with acting_for(CITY):
        found = Extraction.objects.filter(municipality_code=CITY, programme=programme).latest("pk")
        return int(found.counts["targets"])


def _differing(compared: int) -> int:
    """Persons of a sample of whom the stored standing says other than the schedule itself."""
    from sesshu.health.eligibility import checking

    return checking.drift(TODAY, sample=compared, seed=random.Random(3).randrange(1 << 30)).differing
