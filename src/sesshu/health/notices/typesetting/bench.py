"""How fast the press is: page values to PDF on two cores, against Typst alone on one core, on the same page.

The first needs no network, no database: `config`'s bench command adds the reading of the persons to it.
"""

import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sesshu.health.notices.typesetting.composing import typeset
from sesshu.health.notices.typesetting.forms import form_of
from sesshu.health.notices.typesetting.questionnaires import compose, overlay, render
from sesshu.health.notices.typesetting.values import QuestionnairePage
from sesshu.kernel.check_digits import with_check_digit

_KIB_PER_MIB = 1024
_SURNAMES = ("見本", "例示", "試験", "仮名", "葛\U000e0100見本", "\U00020bb7見本")
_ALONE_PAGES = 250


class InventedPages:
    """`count` visibly invented pages, made as they are asked for so that none stay in memory."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[QuestionnairePage]:
        return map(_invented, range(1, self._count + 1))


def run(pages: int = 2000) -> dict[str, Any]:
    """Figures: pages/s of both, `ratio` (press over Typst alone), peak memory in MiB, bytes a page."""
    compose(tuple(InventedPages(2)))  # fonts read once, as in a press that has been running
    press = _press(pages)  # first, so that its peak memory is its own
    alone = _typst_alone(min(pages, _ALONE_PAGES))
    return {
        "bench": "documents",
        "ratio": round(press["pages_per_second"] / alone, 2),
        "typst_alone_pages_per_second": round(alone, 1),
        "press_pages_per_second": round(press.pop("pages_per_second"), 1),
        "pages": pages,
        **press,
    }


def _press(pages: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "bench.pdf"
        start = time.perf_counter()
        render(InventedPages(pages), out, workers=2)
        seconds = time.perf_counter() - start
        size = out.stat().st_size
    return {
        "pages_per_second": pages / seconds,
        "bytes_per_page": size // pages,
        "peak_parent_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KIB_PER_MIB,
        "peak_worker_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // _KIB_PER_MIB,
    }


def _typst_alone(pages: int) -> float:
    """Pages/s of one Typst compilation that draws frame and items of each page; values made ready before."""
    persons = tuple(InventedPages(pages))
    job = overlay(persons, {form_of(persons[0]): 0})
    inputs = {"job.json": job, "forms.json": [form_of(persons[0]).as_data()]}
    with _one_core():
        start = time.perf_counter()
        typeset("questionnaire_whole.typ", inputs, tagged=False)
        return pages / (time.perf_counter() - start)


@contextmanager
def _one_core() -> Iterator[None]:
    """Holds the process on one core where the system can (Linux)."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _invented(number: int) -> QuestionnairePage:
    surname = _SURNAMES[number % len(_SURNAMES)]
    return QuestionnairePage(
        document_code=with_check_digit(f"{number:012d}"),
        programme="mr",
        dose_label="第１期",
        valid_from=date(2026, 5, 1),
        valid_to=date(2027, 4, 29),
        addressee_number=f"{number:015d}",
        name=f"{surname}　花子{chr(0x4E00 + number % 900)}",
        kana="ミホン　ハナコ",
        sex="F" if number % 2 else "M",
        birth=date(2025, 4, 1 + number % 28),
        age_on=date(2026, 11, 22),
        postal_code="5160000",
        address=f"三重県伊勢市見本町{number % 40 + 1}番地の{number}",
        municipality="伊勢市",
        mayor="伊勢市長",
        contact="伊勢市 見本課 予防接種係　電話 0596-00-0000",
        guardian=f"{surname}　太郎",
        telephone="0596-00-0000",
    )
