"""What the network's core keeps: what each table tells of a person, and how long it stays (N01, M14)."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import models

from sesshu.protection.tenancy import TenantModel

# No table of the core is a municipality's: it serves them all.
TABLES = {
    "network.Institution": "no person; until the institution is enrolled anew",
    "network.ListVersion": "no person; for good",
    "network.CoreKey": "a sealed key",
    "network.Person": "a random id and a keyed digest; while any 符号 of the person is in use",
    "network.Assignment": "that an institution acquired a 符号 of a person; with the person",
    "network.Acquisition": "keyed digests; 30 days (番号法21条の2第3項)",
    "network.Outgoing": "sealed; until acknowledged, a permit one day at most",
    "network.Route": "no person; until the institution answers again",
    "network.Record": "who asked whom about whom for what, by the random id; 7 years (番号法23条3項)",
    "network.Reply": "sealed; 14 days",
    "network.Ending": "with the record",
    "network.Corrected": "sealed; with the record",
}
_TELLING = ("name", "birth", "address", "number", "resident", "content")
# Words of that kind that stand for something else than a person's.
_KNOWN = {
    "Institution.name", "Institution.address", "Person.resident", "Acquisition.number",
    "Acquisition.resident",
    "Record.processing_number", "Record.inquirer_name", "Record.provider_name",
}  # fmt: skip


def tables() -> list[type[models.Model]]:
    return list(apps.get_app_config("network").get_models())


def test_every_table_says_what_it_tells_and_how_long() -> None:
    assert {model._meta.label for model in tables()} == set(TABLES)


def test_no_table_is_a_municipality_s() -> None:
    assert not any(issubclass(model, TenantModel) for model in tables())


@pytest.mark.parametrize("model", tables(), ids=lambda model: model._meta.label)
def test_no_column_holds_a_person_or_a_content_in_clear(model: Any) -> None:
    for field in model._meta.concrete_fields:
        if any(word in field.name for word in _TELLING):
            assert f"{model.__name__}.{field.name}" in _KNOWN
    for field in (f for f in model._meta.concrete_fields if isinstance(f, models.JSONField)):
        assert field.name in {"rows", "signing_key", "sealing_key"}


def test_what_stands_for_a_person_is_random_or_a_digest() -> None:
    person = apps.get_model("network", "Person")
    kinds = {field.name: type(field) for field in person._meta.concrete_fields if not field.primary_key}
    assert set(kinds.values()) == {models.BinaryField}
