"""cdsi: CDC's published healthy cases on CDC's supporting data, cases a second of one core.

Loading data and cases is not measured; time is that of the processor, so that others on the machine do not
count. A case asks for one vaccine group; `persons_per_second` asks for all of them. `ratio` is cases a second
over the 600 to reach.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

WANTED = 600
CDC = Path(__file__).resolve().parents[3] / "shared" / "cdsi"


def run(repeats: int = 5) -> dict[str, Any]:
    from sesshu.schedule.cdsi import assess
    from sesshu.schedule.checking.cases import case_of
    from sesshu.schedule.checking.comparing import check
    from sesshu.schedule.checking.workbook import read_rows
    from sesshu.schedule.packs.cdsi import load_supporting_data

    schedule = load_supporting_data(CDC / "supporting-data-4.64")
    cases = [case_of(row) for row in read_rows(CDC / "healthy-v4.45.xlsx")]
    passed, checking, assessing = 0, [], []
    for _ in range(repeats):
        start = time.process_time()
        passed = check(cases, schedule).passed
        checked = time.process_time()
        for case in cases:
            assess(case.patient, case.doses, case.on, schedule)
        checking.append(checked - start)
        assessing.append(time.process_time() - checked)
    rate = len(cases) / sorted(checking)[repeats // 2]
    return {
        "ratio": round(rate / WANTED, 2),
        "cases_per_second": round(rate),
        "persons_per_second": round(len(cases) / sorted(assessing)[repeats // 2]),
        "cases": len(cases),
        "passed": passed,
    }
