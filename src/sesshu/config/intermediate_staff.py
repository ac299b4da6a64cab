"""The staff web of an intermediate server as processes: which settings, and what runs beside it."""

from __future__ import annotations

import os
import sys

_STAFF, _DEMO = (f"sesshu.config.settings.intermediate_{name}" for name in ("staff", "demo"))
# Whoever runs the city as a demo runs this as one; nothing else loosens it.
_LOOSENED = {"sesshu.config.settings.development", _DEMO}


def settings_module() -> str:
    """The demo's in a demo, in every other surrounding those of an installation."""
    return _DEMO if os.environ.get("DJANGO_SETTINGS_MODULE") in _LOOSENED else _STAFF


def environment(municipality: str) -> tuple[tuple[str, str], ...]:
    """What each of its processes must know."""
    return (("SESSHU_INTERMEDIATE", municipality), ("DJANGO_SETTINGS_MODULE", settings_module()))


def processes(municipality: str) -> list[list[str]]:
    """What runs beside the staff web: the worker of its jobs and the sequencer of its log."""
    named = ["env", *(f"{name}={value}" for name, value in environment(municipality))]
    worker = ["-m", "sesshu.config.manage", "procrastinate", "worker", "--concurrency", "1"]
    sequencer = ["-m", "sesshu.config.cli", "intermediate", "staff", "audit", "sequence"]
    return [[*named, sys.executable, *words] for words in (worker, sequencer)]
