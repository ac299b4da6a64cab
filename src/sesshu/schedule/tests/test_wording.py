"""Each reason has an English twin that says the same with the same values (requirements H05, H20)."""

import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given, settings

import sesshu.schedule
from sesshu.schedule import DoseGiven, Person, Reason, assess
from sesshu.schedule.tests.histories import PACK, histories
from sesshu.schedule.tests.test_properties import days
from sesshu.schedule.wording import ENGLISH, WORDING

JAPANESE = re.compile(r"[぀-ヿ一-鿿（）「」、。]")
SOURCES = [p for p in Path(sesshu.schedule.__file__).parent.rglob("*.py") if "tests" not in p.parts]
USED = {key for path in SOURCES for key in re.findall(r'Reason\.of\(\s*"([\w.]+)"', path.read_text("utf-8"))}


def _places(template: str) -> list[int]:
    names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
    return sorted(int(name) if name else n for n, name in enumerate(names))


@pytest.mark.parametrize("key", WORDING)
def test_h05_both_twins_take_the_same_values(key: str) -> None:
    ja, en = WORDING[key]
    assert _places(ja) == _places(en)
    assert JAPANESE.search(ja)
    assert not JAPANESE.search(en)
    assert ENGLISH[ja] == en, "one Japanese sentence has two English ones"


def test_h05_every_reason_made_in_the_code_is_worded() -> None:
    assert len(USED) > 25
    assert set(WORDING) >= USED


@settings(max_examples=100, deadline=None)
@given(histories(), days)
def test_h05_every_reason_has_its_english_with_every_value_in_english(history, on) -> None:  # type: ignore[no-untyped-def]
    person, doses = history
    result = assess(person, doses, on, PACK)
    reasons = [r for part in (*result.doses, *result.programmes) for r in part.reasons]
    assert reasons
    for reason in reasons:
        assert reason.text_en != reason.text
        assert not JAPANESE.search(reason.text_en), reason.text_en


def test_h05_a_reason_made_elsewhere_stays_as_it_is() -> None:
    assert Reason("own", "市の事業です。").text_en == "市の事業です。"


def test_h05_the_example_of_the_issue_in_english() -> None:
    child = Person(date(2026, 5, 10), "F")
    verdict = assess(child, [DoseGiven(date(2026, 7, 6), "PCV20")], date(2026, 7, 20), PACK).doses[0]
    assert verdict.reasons[0].text_en == (
        "Too early: the day on which 2 months of age are reached is 2026-07-09; given 3 days before it."
    )
