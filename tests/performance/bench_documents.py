"""documents: 予診票 from database to PDF on two cores, against Typst alone on the same page on one core.

What is measured is `print_run` as the job calls it: who may still be written to, a number for each, pages
read, typeset on two processes, bound, every document issued and recorded, committed. The limit is one
compilation by Typst of pages of the same kind with their values ready, on one core, without database, fonts
read beforehand. `ratio` is the press's pages a second over Typst's; at least 1.4 is wanted. Peaks of memory
are of the parent and of its largest worker; they must not grow with the pages.
"""

from __future__ import annotations

import resource
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.performance.filling import CITY, TODAY

PROGRAMME = "mr"
_KIB_PER_MIB = 1024
_RESIDENTS = """
INSERT INTO addressees_addressee (municipality_code, number, kind, name, name_kana, alias, alias_kana, sex,
    birth_date, birth_date_text, household_number, relation, household_head, address_municipality_code,
    town_code, prefecture, city, town, house_number, building, postal_code, telephone, district, status,
    resident_since, tax_class, public_assistance, name_key, address_key, updated_at)
SELECT %s, lpad(n::text, 10, '0'), '1', '見本　花子' || chr(19968 + n %% 900), 'ミホン　ハナコ', '', '',
    (n %% 2 + 1)::text, %s::date + n %% 200, '', n::text, '子', '見本　太郎' || chr(19968 + n %% 700),
    '242039', '', '三重県', '伊勢市', '計測町', n || '番地の' || n %% 40, '',
    '516' || lpad((n %% 9999)::text, 4, '0'), '0596000000', '', '1', %s::date + n %% 200, '0', false,
    ' ' || n, n::text, now()
FROM generate_series(1, %s) AS n
"""


def run(pages: int = 3_000) -> dict[str, Any]:
    """Figures of one run of ``pages`` documents."""
    from sesshu.health.notices.typesetting import bench
    from sesshu.kernel import clock

    with clock.fixed(TODAY):
        extraction = _extraction(pages)
        print(f"{pages:,} persons to be notified", flush=True)
        with tempfile.TemporaryDirectory(prefix="sesshu-bench-") as folder:
            before = _memory(resource.RUSAGE_SELF)
            begun = time.perf_counter()
            printed = _print(extraction, Path(folder) / "questionnaires.pdf")
            seconds = time.perf_counter() - begun
            size = (Path(folder) / "questionnaires.pdf").stat().st_size
        peaks = _memory(resource.RUSAGE_SELF), _memory(resource.RUSAGE_CHILDREN)
    assert printed.documents == printed.pages == pages, printed
    bench.compose(tuple(bench.InventedPages(2)))
    alone = bench._typst_alone(min(pages, 250))
    return {
        "ratio": round(pages / seconds / alone, 2),
        "press_pages_per_second": round(pages / seconds, 1),
        "typst_alone_pages_per_second": round(alone, 1),
        "seconds": round(seconds, 1),
        "pages": pages,
        "bytes_per_page": size // pages,
        "parent_mib_before": before,
        "peak_parent_mib": peaks[0],
        "peak_worker_mib": peaks[1],
    }


def _extraction(pages: int) -> int:
    from django.db import connection

    from sesshu.health.eligibility import refreshing, services
    from sesshu.kernel import clock
    from sesshu.protection.services import ensure_municipality
    from sesshu.protection.tenancy import acting_for

    ensure_municipality(CITY)
    born: date = TODAY - timedelta(days=600)
    with acting_for(CITY), connection.cursor() as cursor:
        cursor.execute(_RESIDENTS, [CITY, born, born, pages])
    refreshing.refresh_city(CITY, by=None, at=clock.now(), on=TODAY)
    with acting_for(CITY):
        found = services.extract(programme=PROGRAMME, on=TODAY, by=None, at=clock.now())
        assert found.counts["targets"] == pages, found.counts
        return int(found.pk)


def _print(extraction: int, out: Path) -> Any:
    from sesshu.health.notices.printing import print_run
    from sesshu.kernel import clock

    return print_run(CITY, extraction, by=None, at=clock.now(), out=lambda run: out)


def _memory(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // _KIB_PER_MIB
