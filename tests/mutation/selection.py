"""Which tests are asked about a module: no database, no second process, quick ones first.

A stage is one run of pytest; the next begins only when nothing failed before. Left out are tests that start
commands (``command_line`` in their names), for a new process would not see the mutant; those that hold the
columns against this engine, which notice that two programs differ, not that a rule is broken; what is slow
for the little that it alone notices: bad input, and the second file of properties.
"""

from __future__ import annotations

from pathlib import Path

from tests.mutation.mutants import ROOT

_ROOM = "src/sesshu/schedule/tests"
_INTEROP = "tests/interop"

_LAW = (
    (f"{_ROOM}/test_infants.py", f"{_ROOM}/test_school_age.py", f"{_ROOM}/test_unfinished.py"),
    (f"{_ROOM}/test_adults.py", f"{_ROOM}/test_errors.py", f"{_ROOM}/test_reasons.py"),
    (f"{_INTEROP}/test_schedule_cases.py",),
    (f"{_ROOM}/test_wording.py", f"{_INTEROP}/test_schedule_properties.py"),
)
_CALENDAR = ((f"{_ROOM}/test_reckoning_japan.py", f"{_INTEROP}/test_reckoning_vectors.py"), *_LAW)
_CDSI = (
    (f"{_ROOM}/test_cdsi_evaluation.py", f"{_ROOM}/test_cdsi_skip.py", f"{_ROOM}/test_cdsi_forecast.py"),
    (f"{_ROOM}/test_cdsi_selection.py", f"{_ROOM}/test_cdsi_points.py", f"{_ROOM}/test_cdsi_reckoning.py"),
    (f"{_ROOM}/test_cdsi_pack.py", f"{_INTEROP}/test_cdsi_cases.py", f"{_INTEROP}/test_cdsi_histories.py"),
)
_TESTS = {"calendar": _CALENDAR, "law": _LAW, "cdsi": _CDSI}


def package_of(path: Path) -> str:
    """``logic``, ``reckoning``, ``cdsi``: the package that a module is counted under."""
    return path.parent.name


def selection_of(path: Path) -> str:
    """The two engines share no module here, so a module is asked about by the tests of its own engine."""
    if "cdsi" in (path.stem, package_of(path)):
        return "cdsi"
    return "calendar" if package_of(path) == "reckoning" else "law"


def stages_of(selection: str) -> list[list[Path]]:
    """The stages of test files of a selection."""
    return [[ROOT / file for file in stage] for stage in _TESTS[selection]]
