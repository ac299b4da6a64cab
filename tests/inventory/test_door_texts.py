"""Each text that a machine door takes in says what it may hold, else the database says it (S08)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ninja import NinjaAPI

from sesshu.intermediate.api import api as intermediate
from sesshu.network.api import api as network

DOORS: dict[str, NinjaAPI] = {"intermediate": intermediate, "network": network}


def texts(schema: Any, components: dict[str, Any], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every ``type: string`` that may stand in a body, and where."""
    if isinstance(schema, list):
        for each in schema:
            yield from texts(each, components, place)
    elif isinstance(schema, dict):
        if schema.get("type") == "string":
            yield place, schema
        if "$ref" in schema:
            yield from texts(components[schema["$ref"].rpartition("/")[2]], components, place)
        for name, each in schema.get("properties", {}).items():
            yield from texts(each, components, f"{place}.{name}")
        for word in ("items", "anyOf", "allOf", "oneOf", "additionalProperties", "propertyNames"):
            yield from texts(schema.get(word), components, place)


def unbounded(document: dict[str, Any]) -> list[str]:
    found = [
        (place, said)
        for path, operations in document["paths"].items()
        for operation in operations.values()
        for body in operation.get("requestBody", {}).get("content", {}).values()
        for place, said in texts(body["schema"], document["components"]["schemas"], path)
    ]
    assert len(found) > 3
    return [place for place, said in found if not {"pattern", "enum", "const", "format"} & said.keys()]


@pytest.mark.parametrize("door", DOORS)
def test_s08_every_text_of_a_body_is_bounded(door: str) -> None:
    assert unbounded(dict(DOORS[door].get_openapi_schema(path_prefix=""))) == []


def test_s08_every_text_of_the_vault_s_bodies_is_bounded(machines: Callable[..., Any]) -> None:
    assert unbounded(machines().http.get("/openapi.json").json()) == []
