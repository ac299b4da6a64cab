"""Where one installation keeps its database, files and secrets."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[3]


def home() -> Path:
    """The folder named by ``SESSHU_HOME``; ``var`` beside the source tree when unset."""
    return Path(os.environ.get("SESSHU_HOME") or _REPOSITORY / "var").expanduser().resolve()


def files() -> Path:
    """Uploaded and produced files; readable by this user alone."""
    return _private_folder(home() / "files")


def secret(name: str) -> str:
    """A secret of this installation, made on first use and kept outside the repository."""
    folder = _private_folder(home() / "secrets")
    path = folder / name
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    value = secrets.token_urlsafe(40)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(value)
    return value


def _private_folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path
