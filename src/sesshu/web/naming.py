"""Names of codes that rooms above own: they register a namer, templates ask here."""

from collections.abc import Callable

Namer = Callable[[str], str | None]

_namers: dict[str, Namer] = {}


def register(kind: str, namer: Namer) -> None:
    """Let `namer` answer for codes of `kind` ("programme", "vaccine", …)."""
    _namers[kind] = namer


def name_of(kind: str, code: str) -> str:
    """The Japanese name of `code`; the code itself while nobody knows it."""
    namer = _namers.get(kind)
    return (namer(code) if namer else None) or code
