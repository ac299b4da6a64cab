"""The demo's files: the same for a seed, fit to the formats, and like a city."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sesshu.addressees.columns import CHANGE_COLUMNS, CHANGE_REASONS, RESIDENT_COLUMNS
from sesshu.demo.clinics import providers
from sesshu.demo.generating import generate
from sesshu.demo.places import CITIES
from sesshu.health.intake.columns import RESULT_COLUMNS
from sesshu.kernel import clock
from sesshu.kernel.cell_checks import CellChecks
from sesshu.kernel.cells import read_table
from sesshu.kernel.check_digits import is_municipality_code
from sesshu.kernel.dates import age_on
from sesshu.kernel.kana import fold, is_kana

ON = date(2026, 11, 22)
RESIDENTS = 6000
FILES = {"residents": RESIDENT_COLUMNS, "changes": CHANGE_COLUMNS, "doses": RESULT_COLUMNS}
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return generate("242039", RESIDENTS, 7, tmp_path_factory.mktemp("demo"), on=ON)


@pytest.fixture(scope="module")
def residents(made: dict[str, Any]) -> Rows:
    return [*_rows(made["residents"])]


@pytest.fixture(scope="module")
def changes(made: dict[str, Any]) -> Rows:
    return [*_rows(made["changes"])]


@pytest.fixture(scope="module")
def doses(made: dict[str, Any]) -> Rows:
    return [*_rows(made["doses"])]


def _rows(path: str) -> Iterator[dict[str, str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _births(rows: Rows) -> list[date]:
    return [date.fromisoformat(row["生年月日"]) for row in rows if row["生年月日"]]


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    for folder, seed in (("one", 1), ("again", 1), ("other", 2)):
        generate("192015", 400, seed, tmp_path / folder, on=ON)
    for name in FILES:
        one = (tmp_path / "one" / f"{name}.csv").read_bytes()
        assert one == (tmp_path / "again" / f"{name}.csv").read_bytes()
        assert one != (tmp_path / "other" / f"{name}.csv").read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_every_cell_fits_its_format(made: dict[str, Any], name: str) -> None:
    table = read_table(made[name], FILES[name])
    assert table.header == tuple(column.name for column in FILES[name])
    checks = CellChecks(FILES[name])
    rows = 0
    for batch in table.batches():
        assert checks.errors(batch) == []
        rows += len(batch)
    assert table.errors == []
    assert rows == made["rows"][name]


def test_the_day_is_todays_unless_given_and_is_told(tmp_path: Path) -> None:
    with clock.fixed(date(2027, 2, 3)):
        made = generate("242039", 60, 1, tmp_path)
    assert made["on"] == "2027-02-03"
    assert {row["異動年月日"][:7] for row in _rows(made["changes"])} <= {"2027-01", "2027-02"}


@pytest.mark.parametrize(("municipality", "residents"), [("131016", 10), ("242039", 0)])
def test_what_cannot_be_made_is_refused(tmp_path: Path, municipality: str, residents: int) -> None:
    with pytest.raises(ValueError, match=r"ください|使えません"):
        generate(municipality, residents, 1, tmp_path)


@pytest.mark.parametrize("residents", [1, 2, 17])
def test_a_hamlet_can_be_made_too(tmp_path: Path, residents: int) -> None:
    assert generate("242039", residents, 3, tmp_path, on=ON)["rows"]["residents"] == residents


def test_the_ages_are_a_japanese_citys(residents: Rows) -> None:
    ages = [age_on(birth, ON) for birth in _births([row for row in residents if row["宛名種別"] == "1"])]
    share = {name: sum(first <= age < last for age in ages) / len(ages) for name, first, last in
             [("child", 0, 15), ("old", 65, 200), ("very old", 75, 200), ("hundred", 100, 200)]}  # fmt: skip
    assert 0.095 < share["child"] < 0.125
    assert 0.29 < share["old"] < 0.34
    assert 0.16 < share["very old"] < 0.21
    assert 0 < share["hundred"] < 0.003
    assert len(ages) > RESIDENTS * 0.99
    women = sum(row["性別"] == "2" for row in residents) / len(residents)
    assert 0.5 < women < 0.54


def test_everybody_is_numbered_once_and_every_household_has_one_head(residents: Rows) -> None:
    assert len({row["宛名番号"] for row in residents}) == len(residents)
    households = defaultdict(list)
    for row in residents:
        if row["宛名種別"] == "1":
            households[row["世帯番号"]].append(row)
    for members in households.values():
        heads = [row["氏名"] for row in members if row["続柄"] == "世帯主"]
        assert len(heads) == 1
        assert {row["世帯主氏名"] for row in members} == set(heads)
    assert 2.0 < len(residents) / len(households) < 2.6


def test_parents_are_older_than_their_children(residents: Rows) -> None:
    households = defaultdict(list)
    for row in residents:
        if row["宛名種別"] == "1" and row["生年月日"]:
            households[row["世帯番号"]].append((row["続柄"], date.fromisoformat(row["生年月日"])))
    for members in households.values():
        children = [birth for relation, birth in members if relation == "子"]
        parents = [birth for relation, birth in members if relation in ("世帯主", "妻", "夫")]
        assert not children or max(parents).year + 15 <= min(children).year


def test_the_awkward_people_are_there(residents: Rows) -> None:
    assert any("\U000e0100" in row["氏名"] for row in residents)
    assert any("𠮷" in row["氏名"] for row in residents)
    assert any(row["通称"] for row in residents)
    assert any(len(row["氏名"]) > 60 for row in residents)
    assert any(
        row["生年月日_不詳フラグ"] == "1" and row["生年月日_不詳表記"].endswith("頃") for row in residents
    )
    assert {row["宛名種別"] for row in residents} == {"1", "2", "3", "4"}
    assert {row["住民状態"] for row in residents if row["宛名種別"] == "1"} == {"1", "2", "3"}
    assert any(row["生活保護区分"] == "1" for row in residents)
    protected = sum(row["支援措置区分"] == "1" for row in residents) / len(residents)
    assert 0.0005 < protected < 0.015


def test_there_are_twins_and_children_read_like_their_parents(residents: Rows) -> None:
    births = Counter((row["世帯番号"], row["生年月日"]) for row in residents if row["続柄"] == "子")
    twins = sum(count > 1 for count in births.values()) / len(births)
    assert 0.002 < twins < 0.03
    kana = Counter((row["世帯番号"], fold(row["氏名_読み仮名"])) for row in residents if row["氏名_読み仮名"])
    assert any(count > 1 for (household, _), count in kana.items() if household)


def test_kana_is_kana(residents: Rows) -> None:
    assert all(is_kana(row["氏名_読み仮名"]) for row in residents if row["氏名_読み仮名"])


def test_doses_belong_to_residents_and_to_the_demos_institutions(residents: Rows, doses: Rows) -> None:
    people = {row["宛名番号"]: row for row in residents}
    codes = {provider.code: provider for provider in providers("242039")}
    for dose in doses:
        person = people[dose["宛名番号"]]
        assert (dose["氏名"], dose["生年月日"]) == (person["氏名"], person["生年月日"])
        assert dose["接種年月日"] <= (person["消除年月日"] or ON.isoformat())
        provider = codes[dose["医療機関コード"]]
        assert dose["市町外接種フラグ"] == str(int(provider.outside))
        assert dose["集団接種フラグ"] == str(int(provider.group))
        assert provider.outside or dose["接種年月日"] >= person["住民となった年月日"]


def test_h08_screenings_carry_a_reason_and_no_vaccine(doses: Rows) -> None:
    screenings = [row for row in doses if row["結果区分"] == "2"]
    assert len(screenings) > 20
    for row in screenings:
        assert row["未接種理由"]
        assert row["予診医師名"]
        assert not row["ワクチンコード"] + row["ロット番号"] + row["接種医師名"]
    assert all(row["ワクチンコード"] for row in doses if row["結果区分"] == "1")


@pytest.mark.parametrize("share", [0.0, 0.05, 0.2])
def test_the_irregular_share_is_as_configured(tmp_path: Path, share: float) -> None:
    made = generate("192015", 1500, 5, tmp_path, on=ON, irregular=share)
    rows = [row for row in _rows(made["doses"]) if row["結果区分"] == "1"]
    kinds = made["kinds"]
    flaws = {kind: count for kind, count in kinds.items() if kind not in ("doses", "screening_only")}
    assert kinds["doses"] == len(rows)
    assert abs(sum(flaws.values()) / len(rows) - share) < 0.15 * share + 1e-9
    assert sum(not row["ロット番号"] for row in rows) == flaws.get("no_lot", 0)
    assert sum("" < row["有効期限"] < row["接種年月日"] for row in rows) == flaws.get("expired", 0)
    receipts = Counter(row["受付番号"] for row in rows)
    assert sum(count - 1 for count in receipts.values()) == flaws.get("duplicate", 0)


def test_products_are_those_of_their_time(tmp_path: Path) -> None:
    made = generate("242039", 4000, 5, tmp_path, on=ON, irregular=0)
    used = defaultdict(set)
    for row in _rows(made["doses"]):
        if row["ワクチンコード"]:
            used[row["ワクチンコード"]].add(row["接種年月日"])
    first_days = {"DPT-IPV-Hib": "2024-04-01", "PCV13": "2013-11-01", "PCV15": "2024-04-01",
                  "HPV9": "2023-04-01", "RSV-preF-maternal": "2026-04-01", "HepB": "2016-10-01",
                  "RV1": "2020-10-01", "VZV-live": "2014-10-01", "COVID": "2024-10-01"}  # fmt: skip
    for vaccine, first in first_days.items():
        assert min(used[vaccine]) >= first
    last_days = {"PCV13": "2024-03-31", "DPT-IPV": "2026-03-31", "HPV4": "2026-03-31", "PPSV23": "2026-03-31"}
    for vaccine, last in last_days.items():
        assert max(used[vaccine]) <= last
    assert len(used) >= 22


def test_coverage_is_a_citys(residents: Rows, doses: Rows) -> None:
    had = defaultdict(set)
    for row in doses:
        if row["結果区分"] == "1":
            had[row["接種種類"]].add(row["宛名番号"])
    two_to_six = {r["宛名番号"] for r in residents if "2020-11-23" <= r["生年月日"] <= "2024-11-22"}
    old = {r["宛名番号"] for r in residents if "" < r["生年月日"] <= "1955-11-22"}
    girls = {
        r["宛名番号"] for r in residents if r["性別"] == "2" and "2009-04-02" <= r["生年月日"] <= "2011-04-01"
    }
    assert 0.85 < len(had["mr"] & two_to_six) / len(two_to_six) < 0.99
    assert 0.5 < len(had["flu"] & old) / len(old) < 0.95
    assert 0.2 < len(had["hpv"] & girls) / len(girls) < 0.65


def test_temporary_vaccination_is_added_when_asked_for(tmp_path: Path) -> None:
    without = generate("192015", 500, 1, tmp_path, on=ON)["rows"]["doses"]
    together = generate("192015", 500, 1, tmp_path, on=ON, temporary=True)["rows"]["doses"]
    assert 2 < (together - without) / 500 < 5


def test_a02_every_kind_of_change_is_there_and_names_known_people(residents: Rows, changes: Rows) -> None:
    people = {row["宛名番号"] for row in residents}
    assert {row["異動事由"] for row in changes} == set(CHANGE_REASONS)
    assert len({row["異動番号"] for row in changes}) == len(changes)
    for row in changes:
        new = row["異動事由"] in ("01", "02")
        assert (row["宛名番号"] in people) != new
        assert (row["消除年月日"] != "") == (row["異動事由"] in ("04", "05"))
        assert (row["支援措置区分"] == "1") == (row["異動事由"] == "09")


@pytest.mark.parametrize("municipality", CITIES)
def test_the_institutions_have_codes_of_their_prefecture(municipality: str) -> None:
    found = providers(municipality)
    assert is_municipality_code(municipality)
    assert len({provider.code for provider in found}) == len(found) == 25
    assert all(len(provider.code) == 10 for provider in found)
    assert all(provider.code.startswith(municipality[:2]) != provider.outside for provider in found)
