"""The rules of access as a page, from the rules (``python -m tests.inventory.access`` writes it)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from sesshu.protection.action_words import WORDS
from sesshu.protection.actions import Action
from sesshu.protection.purposes import SHOWN, Purpose, Section
from sesshu.protection.roles import Role

from .asvs import HOUSE
from .pages import Page, all_pages

PAGE = HOUSE / "docs" / "security" / "access.md"
DATA = PAGE.with_suffix(".yaml")


def said() -> dict[str, Any]:
    """The introduction and the single fields that fewer may see than the page they stand on."""
    found: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return found


def page() -> str:
    """The whole page."""
    return "\n".join([said()["introduction"], _fields(), _sections(), _roles(), _addresses()])


def _fields() -> str:
    rows = [(each["field"], each["sees"], each["writes"], f"`{each['test']}`") for each in said()["fields"]]
    return _table("Single fields", ("field", "who sees it", "who writes it", "shown by"), rows)


def _sections() -> str:
    rows = [
        (f"{each.label} (`{each.value}`)", *("●" if section in SHOWN[each] else "" for section in Section))
        for each in Purpose
    ]
    return _table(
        "Sections of a person by purpose", ("purpose", *(str(each.label) for each in Section)), rows
    )


def _roles() -> str:
    rows = []
    for role in Role:
        actions = ", ".join(f"`{action}`" for action in Action if action in role.actions)
        purposes = ", ".join(each.value for each in Purpose if each.value in role.purposes)
        rows.append((f"{role.label} (`{role.value}`)", actions, purposes or "-"))
    return _table("Roles as the product defines them", ("role", "actions", "purposes"), rows)


def _addresses() -> str:
    rows = [(f"`{action}`", *WORDS[action], _named(action)) for action in Action]
    rows.append(
        (
            "-",
            "whoever is signed in",
            "own session, own factors, pages whose entries are chosen by role",
            _named(None),
        )
    )
    return _table("Actions and their addresses", ("action", "label", "allows", "addresses"), rows)


def _named(action: Action | None) -> str:
    wanted = None if action is None else str(action)
    found: list[Page] = [each for each in all_pages() if each.action == wanted]
    return ", ".join(f"`{each.name}`" for each in found) or "-"


def _table(title: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns = list(head)
    lines = [f"## {title}", "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows), ""])


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sesshu.config.settings.test")
    django.setup()
    PAGE.write_text(page(), encoding="utf-8")
