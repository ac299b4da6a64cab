"""Try one mutant: in a process of its own that has read nothing of Sesshu before the mutant is in its place.

The parent has imported the libraries only and forks; the child puts the mutant's code where its module would
be loaded from, in memory, and runs the tests. Nothing is ever written into the tree, so a kill at any moment
leaves it as it was. That the packs' dates, the caches and the tests' own constants are made by the mutant is
what makes the reckoning measurable.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, ModuleType
from typing import IO, Any, Literal

import pytest

Verdict = Literal["killed", "survived", "timed out"]
_MEMORY = 4 << 30
_SECONDS = 15.0
"""Processor time that one test, or the import of one test file, may take; the slowest takes three seconds."""


@dataclass(slots=True)
class Trial:
    """What came of one run of the tests."""

    verdict: Verdict
    by: str = ""
    seconds: float = 0.0
    files: dict[str, float] = field(default_factory=dict)
    output: str = ""


def try_out(
    tests: Sequence[Sequence[Path]], *, module: str = "", path: Path | None = None, code: str = ""
) -> Trial:
    """Run the stages of ``tests`` until one fails, with ``code`` as ``module``; without one, as it stands.

    Raises ``RuntimeError`` when the tests did not run: nothing collected, or the module never imported.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as told:
        pid = os.fork()
        if pid == 0:
            _child(tests, _Place(module, path, code), output, told)
        _, status, used = os.wait4(pid, 0)
        return _read(status, used.ru_utime + used.ru_stime, output, told)


@dataclass(frozen=True, slots=True)
class _Place:
    module: str
    path: Path | None
    code: str


def _child(tests: Sequence[Sequence[Path]], place: _Place, output: IO[str], told: IO[str]) -> None:
    """Never returns."""
    code = 70
    try:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        code = _run(tests, place, told)
        told.flush()
    except BaseException as error:
        print(repr(error), file=sys.stderr)
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _allow(seconds: float) -> None:
    """End this process when it has used so much processor time from now on."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _run(tests: Sequence[Sequence[Path]], place: _Place, told: IO[str]) -> int:
    if any(name.partition(".")[0] == "sesshu" for name in sys.modules):
        raise RuntimeError("something of Sesshu was imported before the mutant")
    if place.module:
        sys.meta_path.insert(0, _MutantFinder(place))
    watch = _Watch()
    _allow(_SECONDS)
    for stage in tests:
        code = int(pytest.main([*_OPTIONS, *map(str, stage)], plugins=[watch]))
        if code:
            break
    loaded = not place.module or place.module in sys.modules or bool(code)
    json.dump({"by": watch.by, "files": watch.files, "loaded": loaded}, told)
    return code


_OPTIONS = (
    "-x",
    "-q",
    "--tb=line",
    "--no-header",
    "--noconftest",
    "--import-mode=importlib",
    "-oaddopts=",
    "-pno:cacheprovider",
    "-p_hypothesis_pytestplugin",
    "-knot command_line",
    "-Wignore::pytest.PytestConfigWarning",
)


class _Watch:
    """Which test noticed, and how long each file's tests took."""

    def __init__(self) -> None:
        self.by = ""
        self.files: dict[str, float] = {}

    def pytest_make_collect_report(self) -> None:
        _allow(_SECONDS)

    def pytest_runtest_logstart(self) -> None:
        _allow(_SECONDS)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.partition("::")[0]
        self.files[name] = self.files.get(name, 0.0) + report.duration
        if report.failed:
            self.by = self.by or report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.by = self.by or report.nodeid


class _MutantLoader(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, code: str) -> None:
        super().__init__(fullname, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        code = compile(self._code, self.path, "exec")
        assert isinstance(code, CodeType)
        return code


class _MutantFinder(importlib.abc.MetaPathFinder):
    def __init__(self, place: _Place) -> None:
        self._place = place

    def find_spec(
        self, fullname: str, path: object, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._place.module:
            return None
        loader = _MutantLoader(fullname, str(self._place.path), self._place.code)
        return importlib.util.spec_from_file_location(fullname, self._place.path, loader=loader)


def _read(status: int, seconds: float, output: IO[str], told: IO[str]) -> Trial:
    output.seek(0)
    text = output.read()
    if os.WIFSIGNALED(status):
        out_of_time = os.WTERMSIG(status) == signal.SIGPROF
        return Trial("timed out" if out_of_time else "killed", f"signal {os.WTERMSIG(status)}", seconds)
    told.seek(0)
    facts: dict[str, Any] = json.loads(told.read() or "{}")
    code = os.WEXITSTATUS(status)
    if code not in (0, 1, 2, 3) or not facts.get("loaded"):
        raise RuntimeError(f"the tests did not run (exit code {code}):\n{text[-3000:]}")
    verdict: Verdict = "killed" if code else "survived"
    return Trial(verdict, facts["by"], seconds, facts["files"], text)


def prepare() -> None:
    """Import the libraries, once for all mutants; no threads, so that one processor is used.

    Each property tries the same examples on every mutant, and a failing one is not made smaller.
    """
    os.environ |= {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "SESSHU_HISTORIES": "60",
    }
    _import_libraries()


def _import_libraries() -> None:
    import hypothesis
    import hypothesis.strategies
    import numpy  # noqa: F401
    import openpyxl  # noqa: F401
    import yaml  # noqa: F401

    quick = hypothesis.settings(
        derandomize=True,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.register_profile("mutation", quick)
    hypothesis.settings.load_profile("mutation")
