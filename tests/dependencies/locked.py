"""What the lock file names, and what the installed packages say of themselves."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)\s*(?:;\s*(?P<marker>[^\\]+?))?\s*\\?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Package:
    """``marker``: on which machines it is installed; empty: on all."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def packages(text: str | None = None) -> list[Package]:
    """Those of the lock. Raises ValueError for a line that pins nothing."""
    text = LOCK.read_text(encoding="utf-8") if text is None else text
    found = []
    for block in re.split(r"\n(?=\S)", text.strip()):
        first = block.splitlines()[0].rstrip()
        pin = _PIN.match(first)
        if pin is None:
            raise ValueError(f"not pinned to one version: {first}")
        hashes = tuple(_HASH.findall(block))
        found.append(Package(pin["name"].lower(), pin["version"], pin["marker"] or "", hashes))
    return found


def direct() -> set[str]:
    """The packages that pyproject.toml asks for itself."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = [*asked["project"]["dependencies"], *asked["dependency-groups"]["dev"]]
    return {re.split(r"[\[<>=!~;\s]", line)[0].lower() for line in lines}


def licence(name: str) -> str | None:
    """As the package declares it (SPDX expression, else classifiers); None when it is not installed here."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    if expression := told.get("License-Expression"):
        return str(expression)
    marks = [str(mark).split(" :: ")[-1] for mark in told.get_all("Classifier") or [] if "License ::" in mark]
    return (
        " | ".join(sorted(mark for mark in marks if mark != "OSI Approved"))
        or (str(told.get("License") or "").splitlines() or [""])[0]
    )


def is_abandoned(name: str) -> bool:
    """Whether its makers mark it as inactive."""
    try:
        marks = metadata.metadata(name).get_all("Classifier") or []
    except metadata.PackageNotFoundError:
        return False
    return any("7 - Inactive" in str(mark) for mark in marks)
