"""schedule: each resident's standing in every programme and each dose's verdict, singly and over columns.

The scalar engine judges children with their full histories, to be at least 1,000 a second and core, and a
sample of the city itself. The population path then tells the whole city on two processes: a million residents
in 20 s, below 4 GiB, from 10,000 to 3 million in proportion. `ratio` is its residents per second of CPU time
over 60 times those of the scalar engine on the same city; 1 is wanted. Odd histories about the limits of law
are then told by both, and every difference counts: `differing` is to be 0. Rates are of CPU time, `million_s`
is by the clock.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from typing import Any

import numpy as np

TODAY = date(2026, 11, 22)
MEMORY_LIMIT_GIB, SECONDS_LIMIT, SCALAR_WANTED, FACTOR = 4.0, 20.0, 1000.0, 60.0
_PART = 250_000


def run(
    residents: int = 1_000_000,
    largest: int = 3_000_000,
    scalar: int = 6_000,
    compared: int = 200_000,
    processes: int = 2,
) -> dict[str, Any]:
    children = _scalar_rate(scalar, oldest=18.0)
    sampled = _scalar_rate(scalar, oldest=100.0)
    print(f"scalar: {children:,.0f} children, {sampled:,.0f} residents a second and core", flush=True)
    sizes = sorted({10_000, residents // 10, residents, largest})
    told = {size: _apart(size, processes) for size in sizes}
    city, most = told[residents], told[max(told)]
    population = residents / city["cpu_s"]
    differing, fallbacks = _differing(compared)
    return {
        "ratio": round(population / sampled / FACTOR, 2),
        "scalar_children_per_s": round(children),
        "scalar_residents_per_s": round(sampled),
        "population_per_s_and_core": round(population),
        "population_over_scalar": round(population / sampled, 1),
        **{f"seconds_{size}": one["seconds"] for size, one in told.items()},
        **{f"cpu_s_{size}": one["cpu_s"] for size, one in told.items()},
        "million_s": city["seconds"],
        "memory_gib": city["memory_gib"],
        "memory_gib_of_the_largest": most["memory_gib"],
        "growth": round(most["cpu_s"] / max(told) / (city["cpu_s"] / residents), 2),
        "compared": compared,
        "differing": differing,
        **{f"fallback_{why}": count for why, count in sorted(fallbacks.items())},
        "children_wanted_per_s": SCALAR_WANTED,
        "wanted_s": SECONDS_LIMIT,
        "wanted_gib": MEMORY_LIMIT_GIB,
    }


def _scalar_rate(count: int, oldest: float) -> float:
    """Persons a second of CPU time, in the order of birth, after others to warm up."""
    from sesshu.schedule import assess
    from sesshu.schedule.tests.cities import PACK

    for who, given in _people(300, 4, oldest):
        assess(who, given, TODAY, PACK)
    asked = _people(count, 3, oldest)
    begun = time.process_time()
    for who, given in asked:
        assess(who, given, TODAY, PACK)
    return count / (time.process_time() - begun)


def _people(count: int, seed: int, oldest: float) -> list[tuple[Any, Any]]:
    from sesshu.schedule.population.city import person_of
    from sesshu.schedule.tests.cities import PACK, usual

    residents, doses = usual(count, seed, TODAY, oldest)
    order = np.argsort(residents.birth, kind="stable")
    return [person_of(residents, doses, int(person), PACK) for person in order]


def _apart(residents: int, processes: int) -> dict[str, float]:
    """A city told in a process of its own, so that memory and time are its own."""
    command = [sys.executable, "-m", __name__, str(residents), str(processes)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    found: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    print(f"  {residents:>9,} residents: {found}", flush=True)
    return found


def _whole(residents: int, processes: int) -> dict[str, float]:
    from sesshu.schedule.population.city import assess_city
    from sesshu.schedule.tests.cities import PACK

    city, doses = _made(residents)
    before, begun = _cpu(), time.perf_counter()
    answers = assess_city(city, doses, TODAY, PACK, processes=processes)
    seconds, cpu = time.perf_counter() - begun, _cpu() - before
    assert not answers.fallbacks, answers.fallbacks
    own, workers = (
        resource.getrusage(of).ru_maxrss for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "seconds": round(seconds, 2),
        "cpu_s": round(cpu, 2),
        # A worker's peak counts what it shares with the others once more, so this is the most it can be.
        "memory_gib": round((own + processes * workers) / 2**20, 2),
        "doses": len(doses),
    }


def _made(residents: int) -> tuple[Any, Any]:
    """The city, made a part at a time so that making it needs less memory than answering."""
    from sesshu.schedule.population.columns import Doses, Residents
    from sesshu.schedule.tests.cities import usual

    sizes = [min(_PART, residents - first) for first in range(0, residents, _PART)]
    parts = [usual(size, 100 + n, TODAY) for n, size in enumerate(sizes)]
    names = ("birth", "sex", "conditions")
    city = Residents(*(np.concatenate([getattr(one, name) for one, _ in parts]) for name in names))
    person = np.concatenate([doses.person + np.int32(n * _PART) for n, (_, doses) in enumerate(parts)])
    names = ("day", "vaccine", "lot_expiry")
    return city, Doses(person, *(np.concatenate([getattr(d, name) for _, d in parts]) for name in names))


def _cpu() -> float:
    used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _differing(compared: int) -> tuple[int, dict[str, int]]:
    """Persons told differently by the two, in batches on days about which the law changed."""
    from sesshu.schedule.population.city import assess_city
    from sesshu.schedule.tests.cities import PACK, odd, usual
    from sesshu.schedule.tests.comparing import differences

    days = (
        TODAY,
        date(2021, 1, 15),
        date(2024, 10, 1),
        date(2026, 3, 31),
        date(2022, 10, 1),
        date(2030, 4, 1),
    )
    fallbacks: Counter[str] = Counter()
    found, batch = 0, 5_000
    for n, first in enumerate(range(0, compared, batch)):
        on, make = days[n % len(days)], usual if n % 5 == 4 else odd
        residents, doses = make(min(batch, compared - first), 1000 + n, on)
        answers = assess_city(residents, doses, on, PACK)
        fallbacks.update(answers.fallbacks)
        for text in differences(residents, doses, answers, on, PACK):
            if not found:
                print(text, flush=True)
            found += 1
    return found, dict(fallbacks)


if __name__ == "__main__":
    print(json.dumps(_whole(*map(int, sys.argv[1:]))))
