"""Every address of the house with its view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse


@dataclass(frozen=True)
class Page:
    """``action`` is what the view requires, None for those that name none."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    view: Any

    @property
    def action(self) -> str | None:
        found = getattr(self.view, "required_action", None)
        return str(found) if found else None

    def address(self, **values: Any) -> str:
        """The address with these values for its parameters."""
        return reverse(self.name, kwargs={name: values[name] for name, _ in self.parameters})


def pages() -> tuple[Page, ...]:
    """All of them, by name."""
    return tuple(sorted(_walk(get_resolver().url_patterns, ""), key=lambda page: page.name))


def _walk(patterns: list[Any], namespace: str) -> Iterator[Page]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            converters = pattern.pattern.converters
            parameters = tuple((name, type(kind).__name__) for name, kind in converters.items())
            yield Page(f"{namespace}{pattern.name}", parameters, pattern.callback)
