"""S02, S09, ASVS V8.1: the rules of access are written down as they are in force."""

from __future__ import annotations

import re

from sesshu.protection.actions import Action
from sesshu.protection.purposes import SHOWN, Purpose

from .access import PAGE, page, said
from .test_asvs import missing


def test_the_page_of_access_is_as_the_rules_are() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_rule_of_a_field_is_shown_by_a_test() -> None:
    fields = said()["fields"]
    assert len(fields) >= 10
    assert [each["test"] for each in fields if missing(each["test"])] == []


def test_the_actions_that_a_field_names_exist() -> None:
    told = " ".join(each["sees"] + each["writes"] for each in said()["fields"])
    named = set(re.findall(r"`([a-z]+\.[a-z]+)`", told))
    assert len(named) > 5
    assert named <= set(map(str, Action))


def test_every_purpose_has_its_sections() -> None:
    assert set(SHOWN) == set(Purpose)
