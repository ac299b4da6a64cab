"""``bin/mutate``: does a test notice when the schedule engine is changed in one place?

Each mutant of the chosen modules is tried alone. Printed are the survivors, a line for each package and at
last one line of JSON. Exit code: 0 when in every package at least 85 % were killed, 1 when not, 2 when it
could not be measured. Interrupted, it tells of those tried so far: the order is random, so they are a sample.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import signal
import sys
from collections.abc import Sequence
from functools import cache
from itertools import islice
from pathlib import Path

from tests.mutation import trying
from tests.mutation.mutants import ROOT, Mutant, mutants_of, sources_of
from tests.mutation.selection import package_of, selection_of, stages_of
from tests.mutation.telling import Found, Tally, tell

_MODULES = [f"src/sesshu/schedule/{name}" for name in ("logic", "reckoning", "cdsi")]


def main() -> int:
    wanted = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        drawn = _drawn([ROOT / place for place in wanted.module or _MODULES], wanted.seed, wanted.only)
        size = len(drawn) if wanted.sample is None else min(wanted.sample, len(drawn))
        print(f"{len(drawn)} mutants, {size} to try (seed {wanted.seed})", flush=True)
        trying.prepare()
        tally = Tally(wanted.sample, wanted.seed, among=len(drawn), passed=wanted.after)
        _try(drawn, size, tally)
    except (ValueError, RuntimeError) as error:
        print(f"bin/mutate: {error}", file=sys.stderr)
        return 2
    tell(tally)
    return 0 if tally.enough else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/mutate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--module",
        action="append",
        metavar="PATH",
        help=f"a package or module, more than once if wanted (default: {', '.join(_MODULES)})",
    )
    parser.add_argument("--sample", type=int, metavar="N", help="N mutants drawn at random (default: all)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the drawing (default: 1)")
    parser.add_argument(
        "--after", type=int, default=0, metavar="N", help="pass over the first N of the draw, tried before"
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="one mutant, as it is told: logic/age.py#5",
    )
    return parser.parse_args()


def _drawn(places: Sequence[Path], seed: int, only: Sequence[str]) -> list[Mutant]:
    """All mutants in random order, or those named."""
    every = [mutant for place in places for path in sources_of(place) for mutant in mutants_of(path)]
    if unknown := set(only) - {mutant.name for mutant in every}:
        raise ValueError(f"no mutant {', '.join(sorted(unknown))}")
    kept = [mutant for mutant in every if not only or mutant.name in only]
    return random.Random(seed).sample(kept, len(kept))


def _try(drawn: Sequence[Mutant], size: int, tally: Tally) -> None:
    """Try the first ``size`` that compile, without those passed over; an interrupt ends it."""
    compiling = ((mutant, code) for mutant in drawn if (code := mutant.code()) is not None)
    with contextlib.suppress(KeyboardInterrupt):
        for n, (mutant, code) in enumerate(islice(compiling, tally.passed, size), start=tally.passed + 1):
            trial = _trial(mutant, code)
            found = Found(mutant.name, mutant.line(code), mutant.change(code), trial)
            tally.add(package_of(mutant.path), found)
            told = f"{trial.verdict:9} {trial.seconds:6.1f} s  {found.name}  {trial.by}"
            print(f"{n:>5}/{size} {told}", flush=True)


def _trial(mutant: Mutant, code: str) -> trying.Trial:
    selection = selection_of(mutant.path)
    _pass_without_mutant(selection)
    return trying.try_out(stages_of(selection), module=mutant.module, path=mutant.path, code=code)


@cache
def _pass_without_mutant(selection: str) -> None:
    """``RuntimeError`` if the tests fail on the engine as it stands."""
    trial = trying.try_out(stages_of(selection))
    if trial.verdict != "survived":
        raise RuntimeError(f"tests fail without a mutant: {trial.by}\n{trial.output[-3000:]}")
    print(f"the tests of {selection} pass without a mutant in {trial.seconds:.1f} s", flush=True)
    for file, seconds in trial.files.items():
        print(f"    {seconds:6.2f} s  {file}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
