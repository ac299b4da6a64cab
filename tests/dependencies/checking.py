"""What is wrong with the dependencies: offline checks, and the one that needs a service."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from tests.dependencies import locked

REVIEWS = locked.ROOT / "docs" / "security" / "dependencies.yaml"
REVIEWED_WITHIN = 366  # days


@dataclass(frozen=True, slots=True)
class Vulnerabilities:
    """``asked``: how many packages the service knew; none means that it was not reached, which is no pass."""

    found: tuple[str, ...]
    asked: int
    problem: str = ""


def reviews(path: Path = REVIEWS) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def faults(reviewed: dict[str, Any], packages: list[locked.Package], today: date) -> list[str]:
    """Offline: pins and hashes, licences, reviews of what we ask for ourselves, abandoned packages."""
    return [
        *_unhashed(packages),
        *_licences(reviewed, packages),
        *_reviews(reviewed, today),
        *(
            f"{each.name}: its makers mark it as inactive"
            for each in packages
            if locked.is_abandoned(each.name)
        ),
    ]


def _unhashed(packages: list[locked.Package]) -> list[str]:
    return [f"{each.name}: no hash in the lock" for each in packages if not each.hashes]


def _licences(reviewed: dict[str, Any], packages: list[locked.Package]) -> list[str]:
    allowed, told = set(reviewed["licences"]), reviewed["licences_by_package"]
    found = []
    for each in packages:
        licence = locked.licence(each.name)
        if licence is None and each.marker:
            continue  # for another kind of machine; it is not installed on this one
        if each.name in told:
            continue
        if licence not in allowed:
            found.append(f"{each.name}: licence {licence!r} is not in the allow-list")
    return found


def _reviews(reviewed: dict[str, Any], today: date) -> list[str]:
    known = reviewed["reviewed"]
    found = [
        f"{name}: asked for in pyproject.toml and not reviewed"
        for name in sorted(locked.direct() - set(known))
    ]
    found += [f"{name}: reviewed, and no longer asked for" for name in sorted(set(known) - locked.direct())]
    for name, on in known.items():
        if (today - on).days > REVIEWED_WITHIN:
            found.append(f"{name}: last reviewed on {on}; look again whether it is maintained")
    for advisory in reviewed["accepted_advisories"] or []:
        if not {"id", "package", "reason", "until"} <= set(advisory):
            found.append(f"accepted advisory without id, package, reason or until: {advisory}")
        elif advisory["until"] < today:
            found.append(f"{advisory['id']}: accepted until {advisory['until']} only")
    return found


def vulnerabilities(reviewed: dict[str, Any]) -> Vulnerabilities:
    """Ask the vulnerability service about the lock (pip-audit)."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(locked.LOCK), "--no-deps",
               "--disable-pip", "--format", "json", "--progress-spinner", "off"]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    except subprocess.TimeoutExpired:
        return Vulnerabilities((), 0, "no answer within 300 s")
    accepted = {advisory["id"] for advisory in reviewed["accepted_advisories"] or []}
    return understood(done.stdout, done.stderr, accepted)


def understood(answer: str, errors: str, accepted: set[str]) -> Vulnerabilities:
    """pip-audit's answer: what it could not ask about it calls skipped, and ends as if all were well."""
    try:
        told = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Vulnerabilities((), 0, (errors.strip().splitlines() or ["no answer"])[-1][:200])
    asked = [each for each in told if "skip_reason" not in each]
    found = tuple(
        f"{each['name']} {each['version']}: {known['id']}, fixed in {', '.join(known['fix_versions']) or '-'}"
        for each in asked
        for known in each["vulns"]
        if not accepted & {known["id"], *known.get("aliases", [])}
    )
    skipped = len(told) - len(asked)
    return Vulnerabilities(
        found, len(asked), f"{skipped} packages could not be asked about" if skipped else ""
    )
