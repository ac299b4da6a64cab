"""Whatever points at a person has a rule for the day that two persons become one (A01)."""

from __future__ import annotations

from sesshu.addressees import merging
from sesshu.addressees.models import Addressee

from .rows import house_models


def test_every_foreign_key_to_an_addressee_has_a_merge_rule() -> None:
    pointing = {
        f"{model._meta.label}.{field.name}"
        for model in house_models()
        for field in model._meta.concrete_fields
        if field.related_model is Addressee
    }
    assert merging.rules() == pointing
