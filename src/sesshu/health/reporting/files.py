"""Where a city's lists stand until they are fetched."""

from __future__ import annotations

import os
import re
import secrets
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from sesshu.health.reporting.exports import FORMATS
from sesshu.kernel import clock
from sesshu.protection.tenancy import current

KEPT = timedelta(days=7)
_NAME = re.compile(r"[A-Za-z0-9_-]{32}\.(csv|xlsx|pdf)")


def new_name(form: str) -> str:
    """A name that nobody guesses, for a file of that format."""
    return f"{secrets.token_urlsafe(24)}.{form}"


def path_of(name: str) -> Path:
    """Where the current municipality's file of that name stands.

    :raises FileNotFoundError: for a name that :func:`new_name` never gave.
    """
    if not _NAME.fullmatch(name) or name.rpartition(".")[2] not in FORMATS:
        raise FileNotFoundError(name)
    folder = Path(settings.MEDIA_ROOT) / current() / "lists"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / name


def remove_old() -> int:
    """Remove the lists that nobody needs any more: they hold persons' data. The number removed."""
    folder = path_of(new_name("csv")).parent
    until = (clock.now() - KEPT).timestamp()
    old = [entry for entry in os.scandir(folder) if entry.stat().st_mtime < until]
    for entry in old:
        Path(entry.path).unlink(missing_ok=True)
    return len(old)
