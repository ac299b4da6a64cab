"""A pack that breaks the schema is refused with file, row and field; the Japanese calendar reads its ages."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesshu.schedule import load_pack, packs
from sesshu.schedule.packs.fields import PackError
from sesshu.schedule.packs.reading import read_pack
from sesshu.schedule.reckoning.japan import JapaneseReckoning

JP = Path(packs.__file__).parent / "jp"
JAPAN = JapaneseReckoning()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(JP, tmp_path / "jp"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  period: p1\n", "  period: p1\n  colour: red\n", "colour"),
        ("eligible: 2m .. 60m", "eligible: 2q .. 60m", "2q"),
        ("eligible: 2m .. 60m", "eligible: 2m", "始まり .. 終わり"),
        ("gap: 27d", "gap: 27x", "27x"),
        ("programme: hib", "programme: hip", "hip"),
        ("products: [Hib]", "products: [Hob]", "Hob"),
        ("confidence: medium", "confidence: sure", "sure"),
        ("number: 1,", "number: one,", "整数"),
        ("ml: 0.5", "ml: half", "数で"),
        ("articles: [", "articles: [] # [", "根拠"),
        ("in_force: '2013-04-01 ..", "in_force: '2013-04-31 ..", "in_force"),
        ("  courses:\n", "  courses: 5\n  was:\n", "行の並び"),
        ("rules:\n", "rules: [\n", "YAML"),
    ],
)
def test_h03_a_broken_row_is_named(copy: Path, old: str, new: str, message: str) -> None:
    file = copy / "hib.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError, match="hib") as refused:
        read_pack("jp", copy)
    assert message in str(refused.value)


def test_h03_a_row_twice_is_refused(copy: Path) -> None:
    file = copy / "bcg.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + text.removeprefix("rules:\n"), encoding="utf-8")
    with pytest.raises(PackError, match="二度"):
        read_pack("jp", copy)


def test_h03_an_unknown_pack_is_refused() -> None:
    with pytest.raises(FileNotFoundError, match="atlantis"):
        load_pack("atlantis")


def test_h03_every_row_cites_a_law_and_every_programme_has_rows() -> None:
    pack = load_pack("jp")
    for rule in pack.rules:
        assert any(word in rule.article for word in ("施行令", "施行規則", "実施規則", "法附則")), rule.id
    assert {rule.programme for rule in pack.rules} == set(pack.programmes)
    assert pack.rule("je-p2").eligible[0].start == "9y"
    with pytest.raises(KeyError):
        pack.rule("no-such-rule")


@pytest.mark.parametrize(
    ("expression", "birth", "expected", "words"),
    [
        ("2m", "2026-05-10", "2026-07-09", "生後2月に達した日"),
        ("7m +1d", "2025-08-31", "2026-03-31", "生後7月に達した日の翌日"),
        ("65y", "1961-11-22", "2026-11-21", "65歳に達した日"),
        ("day 42", "2026-05-10", "2026-06-21", "出生6週0日後"),
        ("birth", "2026-05-10", "2026-05-10", "出生の日"),
        ("fiscal-start 12y", "2014-04-02", "2026-04-01", "12歳となる日の属する年度の初日"),
        ("fiscal-end 16y", "2014-04-01", "2030-03-31", "16歳となる日の属する年度の末日"),
        ("school -1y", "2020-04-02", "2026-04-01", "小学校就学の始期の1年前の日"),
        ("school -1d", "2020-04-02", "2027-03-31", "小学校就学の始期の前日"),
        ("2025-04-01", "1990-01-01", "2025-04-01", "期間の端の日"),
    ],
)
def test_h03_points_of_a_life(expression: str, birth: str, expected: str, words: str) -> None:
    assert JAPAN.point(expression, date.fromisoformat(birth)).isoformat() == expected
    assert JAPAN.describe(expression) == words


@pytest.mark.parametrize(
    ("gap", "last"), [("56d", "2026-02-27"), ("6m", "2026-07-01"), ("13m", "2027-02-01")]
)
def test_h03_last_day_of_a_greatest_interval(gap: str, last: str) -> None:
    assert JAPAN.last_day(date(2026, 1, 1), gap).isoformat() == last


@given(st.dates(date(1900, 1, 1), date(2040, 12, 31)), st.sampled_from(["6d", "27d", "2m", "2.5m", "6m"]))
def test_h03_the_least_interval_ends_by_the_greatest(previous: date, gap: str) -> None:
    assert JAPAN.next_day(previous, gap) <= JAPAN.last_day(previous, gap) or "." in gap
