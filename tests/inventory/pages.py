"""Every address of the house with its view: the city's staff web and that of an intermediate server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

CITY, INTERMEDIATE = "sesshu.config.urls", "sesshu.config.intermediate_urls"
# By its addresses, the system that stands in ``settings.SYSTEM``.
SYSTEMS = {CITY: "city", INTERMEDIATE: "intermediate"}
# Of a test that walks through all pages of a system: once for each.
each_system = pytest.mark.parametrize("urlconf", SYSTEMS, ids=SYSTEMS.values())
_ROWS = {"IntConverter", "UUIDConverter"}


@dataclass(frozen=True)
class Page:
    """``action`` is what the view requires, None for those that name none."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    view: Any
    urlconf: str = CITY

    @property
    def action(self) -> str | None:
        found = getattr(self.view, "required_action", None)
        return str(found) if found else None

    @property
    def has_row(self) -> bool:
        """Whether its address names a row."""
        return any(kind in _ROWS for _, kind in self.parameters)

    def address(self, **values: Any) -> str:
        """The address with these values for its parameters."""
        kwargs = {name: values[name] for name, _ in self.parameters}
        return reverse(self.name, urlconf=self.urlconf, kwargs=kwargs)


def pages(urlconf: str = "") -> tuple[Page, ...]:
    """Those of one system, by default of the one in force, by name."""
    chosen = urlconf or settings.ROOT_URLCONF
    return tuple(sorted(_walk(get_resolver(chosen).url_patterns, "", chosen), key=lambda page: page.name))


def all_pages() -> tuple[Page, ...]:
    """Those of every system by name; of a page that several have, the city's."""
    found = {page.name: page for urlconf in reversed(SYSTEMS) for page in pages(urlconf)}
    return tuple(found[name] for name in sorted(found))


def _walk(patterns: list[Any], namespace: str, urlconf: str) -> Iterator[Page]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, urlconf)
        elif isinstance(pattern, URLPattern):
            converters = pattern.pattern.converters
            parameters = tuple((name, type(kind).__name__) for name, kind in converters.items())
            yield Page(f"{namespace}{pattern.name}", parameters, pattern.callback, urlconf)
