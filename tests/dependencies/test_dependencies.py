"""S09: what comes in is pinned, licensed and reviewed; the bill of materials is whole and valid."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from sesshu.kernel import clock
from tests.dependencies import bill, checking, locked

SKIPPED = {"name": "django", "skip_reason": "not found"}
CLEAN = {"name": "django", "version": "5.2.19", "vulns": []}
HURT = CLEAN | {"vulns": [{"id": "PYSEC-1", "fix_versions": ["5.2.20"], "aliases": ["CVE-2026-1"]}]}


@pytest.fixture
def reviewed() -> dict[str, Any]:
    return deepcopy(checking.reviews())


def test_the_lock_is_without_fault(reviewed: dict[str, Any]) -> None:
    assert checking.faults(reviewed, locked.packages(), clock.today()) == []


def test_the_bill_is_valid_and_names_everything(tmp_path: Path) -> None:
    out = tmp_path / "sbom.cdx.json"
    count = bill.write(out)
    text = out.read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    components = json.loads(text)["components"]
    assert {(c["name"].lower(), c["version"]) for c in components} == {
        (p.name, p.version) for p in locked.packages()
    }
    assert count == len(components)
    assert all(c["externalReferences"][0]["hashes"] for c in components)
    again = tmp_path / "again.json"
    bill.write(again)
    assert again.read_text(encoding="utf-8") == text


def test_a_version_without_hash_and_a_loose_one_are_seen() -> None:
    (unhashed,) = locked.packages("django==5.2.19")
    assert checking._unhashed([unhashed])
    with pytest.raises(ValueError, match="not pinned"):
        locked.packages("django>=5")


def test_an_unknown_licence_is_seen(reviewed: dict[str, Any]) -> None:
    reviewed["licences"].remove("BSD-3-Clause")
    assert any("django:" in fault for fault in checking.faults(reviewed, locked.packages(), clock.today()))


def test_an_old_review_and_a_missing_one_are_seen(reviewed: dict[str, Any]) -> None:
    del reviewed["reviewed"]["django"]
    later = max(reviewed["reviewed"].values()) + timedelta(days=400)
    faults = checking.faults(reviewed, locked.packages(), later)
    assert any("not reviewed" in fault and "django" in fault for fault in faults)
    assert sum("look again" in fault for fault in faults) == len(reviewed["reviewed"])


def test_an_accepted_advisory_ends(reviewed: dict[str, Any]) -> None:
    reviewed["accepted_advisories"] = [
        {"id": "PYSEC-1", "package": "django", "reason": "not used", "until": date(2026, 1, 1)}
    ]
    assert any("PYSEC-1" in fault for fault in checking.faults(reviewed, [], date(2026, 1, 2)))
    assert not any("PYSEC-1" in fault for fault in checking.faults(reviewed, [], date(2026, 1, 1)))


@pytest.mark.parametrize("answer", ["", "nonsense", "{}", json.dumps({"dependencies": [SKIPPED]})])
def test_a_service_that_was_not_reached_is_not_taken_for_a_pass(answer: str) -> None:
    told = checking.understood(answer, "connection refused", set())
    assert told.asked == 0
    assert told.problem


def test_what_the_service_knows_is_told_unless_it_was_accepted() -> None:
    answer = json.dumps({"dependencies": [HURT, SKIPPED]})
    told = checking.understood(answer, "", set())
    assert (len(told.found), told.asked) == (1, 1)
    assert checking.understood(answer, "", {"CVE-2026-1"}).found == ()
