"""What a run of ``bin/mutate`` found: survivors, a line for each package, one line of JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.mutation.trying import Trial

LEAST = 0.85
_VERDICTS = ("killed", "survived", "timed out")


@dataclass(frozen=True, slots=True)
class Found:
    """One mutant, where it is, what it changed, and what came of it."""

    name: str
    line: int
    change: list[str]
    trial: Trial


@dataclass(slots=True)
class Tally:
    """Verdicts counted by package. One that ran out of time is not counted as killed.

    ``among`` is how many mutants there are, ``passed`` how many of the draw an earlier run has tried.
    """

    sample: int | None
    seed: int
    among: int
    passed: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    left: list[Found] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, package: str, found: Found) -> None:
        """Count one mutant."""
        self.counts.setdefault(package, Counter())[found.trial.verdict] += 1
        self.seconds += found.trial.seconds
        if found.trial.verdict != "killed":
            self.left.append(found)

    @property
    def tried(self) -> int:
        """How many, over all packages."""
        return sum(counts.total() for counts in self.counts.values())

    def share(self, package: str) -> float:
        """Killed of those tried."""
        counts = self.counts[package]
        return counts["killed"] / counts.total()

    @property
    def enough(self) -> bool:
        """Whether every package reaches ``LEAST``; False when nothing was tried."""
        return bool(self.counts) and all(self.share(package) >= LEAST for package in self.counts)


def tell(tally: Tally) -> None:
    """Print it."""
    for found in sorted(tally.left, key=lambda one: (one.name.partition("#")[0], one.line)):
        print(f"\n{found.trial.verdict}: {found.name}, line {found.line}")
        for line in found.change:
            print(f"    {line}")
    print()
    for package, counts in sorted(tally.counts.items()):
        told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in _VERDICTS)
        print(f"{package:>10}: {told} of {counts.total()} ({tally.share(package):.1%} killed)")
    print(json.dumps(_figures(tally), ensure_ascii=False))


def _figures(tally: Tally) -> dict[str, Any]:
    packages = {
        package: {
            **{verdict.replace(" ", "_"): counts[verdict] for verdict in _VERDICTS},
            "share": round(tally.share(package), 4),
        }
        for package, counts in sorted(tally.counts.items())
    }
    return {
        "mutate": packages,
        "sample": tally.sample,
        "seed": tally.seed,
        "passed_over": tally.passed,
        "tried": tally.tried,
        "among": tally.among,
        "cpu_seconds": round(tally.seconds, 1),
        "least": LEAST,
        "enough": tally.enough,
    }
