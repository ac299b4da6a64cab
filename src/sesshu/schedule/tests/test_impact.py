"""What an amendment or another day changes (H20)."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from sesshu.schedule import DoseGiven, Person, load_pack
from sesshu.schedule import packs as house
from sesshu.schedule.cli import main
from sesshu.schedule.impact import Impact, Point, changes

PACK = load_pack("jp")
CHILD = Person(date(2025, 4, 10), "F")
FOUR = (
    DoseGiven(date(2025, 6, 20), "DPT-IPV"),
    DoseGiven(date(2025, 7, 20), "DPT-IPV"),
    DoseGiven(date(2025, 8, 20), "DPT-IPV"),
)


def _kinds(person: Person, doses: tuple[DoseGiven, ...], before: str, after: str) -> dict[str, str]:
    points = [Point(PACK, date.fromisoformat(day)) for day in (before, after)]
    return {change.programme: change.kind for change in changes(person, doses, *points)}


def test_h20_a_product_that_goes_stops_its_programme() -> None:
    """四種混合 was struck from 実施規則 on 2026-04-01."""
    found = _kinds(CHILD, FOUR, "2026-03-31", "2026-04-01")
    assert found["dpt-ipv"] == "stops"
    assert "dpt-ipv-hib" not in found


def test_h20_a_birthday_opens_and_closes() -> None:
    """「至った日」 itself is still inside for BCG, and the first day for MR."""
    assert _kinds(CHILD, (), "2026-04-08", "2026-04-09")["mr"] == "becomes_eligible"
    assert _kinds(CHILD, (), "2026-04-09", "2026-04-10")["bcg"] == "stops"


def test_h20_the_same_point_changes_nothing() -> None:
    assert _kinds(CHILD, FOUR, "2026-04-01", "2026-04-01") == {}


@pytest.fixture
def amended(tmp_path: Path) -> Path:
    """The house's pack with the first MR period open from eleven months on, as a ministry might decide."""
    folder = tmp_path / "draft"
    shutil.copytree(Path(house.__file__).parent / "jp", folder)
    file = folder / "mr.yaml"
    text = file.read_text(encoding="utf-8")
    assert "eligible: 12m" in text
    file.write_text(text.replace("eligible: 12m", "eligible: 11m"), encoding="utf-8")
    return folder


def test_h20_a_draft_of_an_amendment_is_seen_before_its_first_day(
    amended: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    persons, listed = tmp_path / "persons.jsonl", tmp_path / "list.csv"
    rows = [
        {"id": "1001", "birth": "2026-01-01", "sex": "F"},
        {"id": "1002", "birth": "2020-01-01", "sex": "M"},
        {"id": "1003", "birth": "2026-05-10", "sex": "M"},
    ]
    persons.write_text("\n".join(map(json.dumps, rows)) + "\nnonsense\n", encoding="utf-8")
    points = ["--from", "jp@2026-12-05", "--to", f"{amended}@2026-12-05"]
    words = ["schedule", "impact", *points, "--persons", str(persons), "--out", str(listed), "--json"]
    assert main(words) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["persons"], told["changed"]) == (3, 2)
    kinds = {(c["programme"], c["change"]): c["count"] for c in told["changes"]}
    assert kinds[("mr", "becomes_eligible")] == 1
    assert kinds[("mr", "moves")] == 1
    assert told["errors"][0].startswith("4行目")
    with listed.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream))
    assert [line[0] for line in lines[1:]] == ["1001", "1003"]


@pytest.mark.parametrize("bad", ["jp", "jp@2026-13-01", "us@2026-04-01", "@2026-04-01"])
def test_h20_a_bad_point_is_refused_in_words(
    bad: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["schedule", "impact", "--from", bad, "--to", "jp@2026-04-01", "--persons", str(tmp_path)]
    assert main(words) == 2
    assert capsys.readouterr().err.strip()


def test_counts_add_up() -> None:
    found = Impact()
    points = Point(PACK, date(2026, 4, 8)), Point(PACK, date(2026, 4, 9))
    for person in (CHILD, Person(date(1960, 1, 1), "M")):
        found.add(changes(person, (), *points))
    assert found.persons == 2
    assert found.changed == 1
    assert sum(found.groups.values()) >= 2
