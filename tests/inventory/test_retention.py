"""Every table with persons has an end: a rule erases it, or it is said why none does (H21, S08)."""

from __future__ import annotations

import pytest

from sesshu.addressees import erasing
from sesshu.addressees.models import Addressee
from sesshu.protection.retention import rules
from sesshu.protection.retention.rules import Rule

from .personal_data import PERSON_DATA
from .rows import house_models, tenant_models


def test_every_table_with_persons_has_a_rule_or_a_reason() -> None:
    ruled = {table for rule in rules.rules() for table in rule.tables()}
    excused = {each.table for each in rules.elsewhere()}
    assert set(PERSON_DATA) <= ruled | excused
    assert not ruled & excused


def test_what_points_at_a_person_goes_with_the_person() -> None:
    pointing = {
        model._meta.label
        for model in house_models()
        if model is not Addressee
        and any(field.related_model is Addressee for field in model._meta.concrete_fields)
    }
    assert pointing <= set(erasing.tables())


def test_no_rule_speaks_of_a_table_that_is_not() -> None:
    known = {model._meta.label for model in tenant_models()}
    assert {table for rule in rules.rules() for table in rule.tables()} <= known
    assert {each.table for each in rules.elsewhere()} <= known


@pytest.mark.parametrize("rule", rules.rules(), ids=lambda rule: rule.code)
def test_every_rule_says_to_people_what_it_rests_on(rule: Rule) -> None:
    assert rule.years >= 1
    for words in (rule.title, rule.basis, rule.event):
        assert words
        assert not words.isascii()
