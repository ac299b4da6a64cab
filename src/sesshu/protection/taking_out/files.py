"""Where encrypted files wait to be fetched."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from django.conf import settings

from sesshu.protection.tenancy import current

_NAME = re.compile(r"[A-Za-z0-9_-]{32}\.zip")


def new_name() -> str:
    return f"{secrets.token_urlsafe(24)}.zip"


def path_of(name: str) -> Path:
    """:raises FileNotFoundError: for a name that :func:`new_name` never gave."""
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    folder = Path(settings.MEDIA_ROOT) / current() / "taking-out"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / name
