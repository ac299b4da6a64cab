"""The list of OWASP ASVS 5.0.0 as a page (``python -m tests.inventory.asvs`` writes it)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

HOUSE = Path(__file__).parents[2]
DATA = HOUSE / "docs" / "security" / "asvs.yaml"
PAGE = HOUSE / "docs" / "security" / "asvs.md"
CHAPTERS = (
    "Encoding and sanitisation", "Validation and the logic of the work", "In the browser", "Interfaces",
    "Files", "Authentication", "Sessions", "Rights", "Self-contained tokens", "OAuth and OpenID Connect",
    "Cryptography", "Transport", "Configuration", "Protection of data", "Coding and architecture",
    "Logs and faults", "WebRTC",
)  # fmt: skip
STATUSES = ("shown", "not applicable", "open")
_HEAD = """# OWASP ASVS 5.0.0, levels 1 and 2

Written from `asvs.yaml` by `python -m tests.inventory.asvs`; do not edit. The wording is ours and short;
the standard's own text decides. "Shown" names the tests that show it, "open" says what is missing.
"""
_TABLE = ("| id | L | requirement | status | evidence or reason |", "|---|---|---|---|---|")


def requirements() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return found


def chapter(requirement: dict[str, Any]) -> int:
    return int(requirement["id"][1:].split(".")[0])


def page(listed: list[dict[str, Any]]) -> str:
    """The whole page."""
    parts = [_HEAD, _sums(listed)]
    for number, name in enumerate(CHAPTERS, 1):
        rows = [_row(each) for each in listed if chapter(each) == number]
        parts.append("\n".join([f"\n## V{number} {name}\n", *_TABLE, *rows]))
    return "\n".join(parts) + "\n"


def _sums(listed: list[dict[str, Any]]) -> str:
    counts = Counter((each["level"], each["status"]) for each in listed)
    lines = ["| level | requirements | shown | not applicable | open |", "|---|---|---|---|---|"]
    for level in (1, 2):
        numbers = [counts[level, status] for status in STATUSES]
        lines.append(f"| {level} | {sum(numbers)} | {' | '.join(map(str, numbers))} |")
    return "\n".join(lines)


def _row(each: dict[str, Any]) -> str:
    told = "<br>".join(f"`{one}`" for one in each.get("evidence", [])) or each["reason"]
    return f"| {each['id']} | {each['level']} | {each['text']} | {each['status']} | {told} |"


if __name__ == "__main__":
    PAGE.write_text(page(requirements()), encoding="utf-8")
