"""The demo's three files, written household by household in flat memory."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from sesshu.addressees.columns import CHANGE_COLUMNS, RESIDENT_COLUMNS
from sesshu.demo.changes import Candidates, change_rows
from sesshu.demo.clinics import providers
from sesshu.demo.fates import Fates, others
from sesshu.demo.histories import Histories
from sesshu.demo.households import Builder
from sesshu.demo.people import Household, resident_row
from sesshu.demo.places import city
from sesshu.demo.pyramid import Pool
from sesshu.demo.result_rows import ResultRows
from sesshu.health.intake.columns import RESULT_COLUMNS
from sesshu.kernel import clock
from sesshu.kernel.cells import Column, CsvWriter

IRREGULAR = 0.03


def generate(
    municipality: str,
    residents: int,
    seed: int,
    out: Path,
    *,
    on: date | None = None,
    irregular: float = IRREGULAR,
    temporary: bool = False,
    tell: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Write residents.csv, changes.csv and doses.csv of an invented city into the folder `out`.

    `residents` people and some addressees who are no residents; `on` is the day on which the files are
    true (today, unless given). The same arguments give the same bytes. `irregular` is the share of doses
    with something wrong; `temporary` adds COVID-19's special temporary vaccination of 2021 to 2024.
    `tell` is called now and then with the number of residents written. Returns the paths and the number
    of rows of each file. Raises ValueError for a municipality that is no demo city, or for a size below 1.
    """
    if residents < 1:
        raise ValueError("住民の数は1以上で指定してください。")
    here, day = city(municipality), on or clock.today()
    out.mkdir(parents=True, exist_ok=True)
    source = f"{municipality}-{residents}-{seed}-{day.isoformat()}"
    people = _random(source, "people")
    builder = Builder(here, people, day, Pool(residents))
    candidates = Candidates(_random(source, "changes"), day, residents)
    histories = Histories(_random(source, "doses"), day, irregular=irregular, temporary=temporary)
    results = ResultRows(_random(source, "clinics"), providers(municipality))
    with (
        _file(out, "residents", RESIDENT_COLUMNS) as whole,
        _file(out, "doses", RESULT_COLUMNS) as doses,
        _file(out, "changes", CHANGE_COLUMNS) as changes,
    ):
        fates = Fates(people, day)
        for number, household in enumerate(builder.everyone()):
            fates.befall(household)
            whole.write_texts(resident_row(here, household, member) for member in household.members)
            doses.write_texts(_doses(household, histories, results))
            candidates.offer(household)
            if tell and number % 1000 == 0:
                tell(whole.rows)
        whole.write_texts(resident_row(here, *other) for other in others(builder, people, residents))
        changes.write_texts(change_rows(builder, candidates))
    return {
        "municipality": municipality,
        "on": day.isoformat(),
        "seed": seed,
        **{name: str(out / f"{name}.csv") for name in ("residents", "changes", "doses")},
        "rows": {"residents": whole.rows, "changes": changes.rows, "doses": doses.rows},
        "kinds": dict(sorted(results.counts.items())),
    }


def _random(source: str, use: str) -> Random:
    """One stream for each use, so that a change to one does not shift what the others draw."""
    return Random(f"{source}-{use}")  # noqa: S311 - sameness is what is wanted here, not secrecy


def _doses(household: Household, histories: Histories, results: ResultRows) -> Iterator[list[str]]:
    for member in household.members:
        yield from results.of(household, member, histories.of(member))


def _file(out: Path, name: str, columns: tuple[Column, ...]) -> CsvWriter:
    return CsvWriter(out / f"{name}.csv", [column.name for column in columns])
