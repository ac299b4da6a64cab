"""The rules of the national API's fields: E0001 必須, E0002 文字種, E0003 桁数, E0004 相関 (A05)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesshu.numbers.unregistered import fields
from sesshu.numbers.unregistered.fields import ASSIGNING, INQUIRING, Field

GOOD = {
    "shorikubun": "0", "shikuchosonkodo": "242039", "gyomuid": "019", "sosashaid": "S1",
    "sosanengappi": "2026-11-28", "sosajikoku": "10:00:00", "shimei": "架空　花子",
    "seinengappi": "1980-02-29",
}  # fmt: skip


def codes(said: dict[str, Any]) -> list[str]:
    found = fields.troubles(said, ASSIGNING)
    return [str(each.code) for each in found or fields.between(fields.cleaned(said, ASSIGNING))]


def test_a_good_request_has_no_trouble() -> None:
    assert codes(GOOD) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        *(({name: ""}, "E0001") for name, rule in ASSIGNING.items() if rule.required),
        *(({name: None}, "E0001") for name, rule in ASSIGNING.items() if rule.required),
        ({"shorikubun": "9"}, "E0002"),
        ({"shimei": "架空\u0000花子"}, "E0002"),
        ({"shimei": ["x"]}, "E0002"),
        ({"kojinbango": "１２３４５６７８９０１８"}, "E0002"),
        ({"sosanengappi": "2026/11/28"}, "E0002"),
        ({"kojinbango": "123"}, "E0003"),
        ({"shimei": "あ" * 101}, "E0003"),
        ({"shikuchosonkodo": "24203"}, "E0003"),
        ({"kojinbango": "123456789012"}, "E0004"),
        ({"seinengappi": "1981-02-29"}, "E0004"),
        ({"sosajikoku": "25:00:00"}, "E0004"),
        ({"shorikubun": "1"}, "E0004"),
        ({"atenabango": "1"}, "E0004"),
        ({"shimei": ""}, "E0004"),
        ({"nayosemotofuragu": "1"}, "E0004"),
        ({"nayosesakiatenabango": "1"}, "E0004"),
        ({"seinengappi": "", "seinengappi_fushofuragu": "1"}, "E0004"),
        ({"seinengappi": ""}, "E0004"),
        ({"unknown": "x"}, "E0004"),
        (
            {
                "shorikubun": "1", "atenabango": "2", "nayosemotofuragu": "1", "nayosesakiatenabango": "2",
            },
            "E0004",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_has_its_code(changed: dict[str, Any], code: str) -> None:
    assert codes(GOOD | changed) == [code]


def valid(rule: Field) -> st.SearchStrategy[str]:
    if rule.pattern:
        return st.from_regex(rule.pattern, fullmatch=True).filter(
            lambda text: text.isascii() and len(text) <= rule.most
        )
    return st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=rule.most)


@pytest.mark.parametrize("name", [*ASSIGNING])
@given(data=st.data())
def test_each_field_takes_what_fits_and_names_itself_otherwise(name: str, data: st.DataObject) -> None:
    rule = ASSIGNING[name]
    fits = data.draw(valid(rule).map(lambda text: text.ljust(rule.most, "0") if rule.exact else text))
    if not rule.pattern or rule.pattern in ("[0-9]+", r"[0-9A-Za-z]+", r"[0-9A-Za-z_-]+"):
        assert fields.troubles(GOOD | {name: fits}, ASSIGNING) == []
    (long,) = fields.troubles(GOOD | {name: "1" * (rule.most + 1)}, ASSIGNING)
    assert long.code == "E0003"
    assert name in long.message
    wrong = data.draw(st.integers() | st.lists(st.text()) | st.just("\u0007") | st.booleans().filter(bool))
    (strange,) = fields.troubles(GOOD | {name: wrong}, ASSIGNING)
    assert strange.code == "E0002"


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ASSIGNING, "x"]), inner)
        ),
    )
)
def test_whatever_is_sent_is_answered_in_codes_and_not_repeated(said: Any) -> None:
    for rules in (ASSIGNING, INQUIRING):
        for each in fields.troubles(said, rules):
            assert each.code in ("E0001", "E0002", "E0003", "E0004")
            assert "\u0000" not in json.dumps(each.message)


SEARCH = {
    "shikuchosonkodo": "242039", "gyomuid": "019", "sosashaid": "S1", "sosanengappi": "2026-11-28",
    "sosajikoku": "10:00:00",
}  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "enough"),
    [
        ({}, False),
        ({"jusho": "架空町"}, False),
        ({"seibetsu": "1"}, False),
        ({"shimei": "花", "kensakukubun": "1"}, False),
        ({"shimei": "架空花子"}, True),
        ({"shimei": "花", "kensakukubun": "1", "seinengappi": "1980-02-29"}, True),
        ({"atenabango": "9"}, True),
    ],
)
def test_nobody_reads_everybody(asked: dict[str, str], enough: bool) -> None:
    assert (fields.between_keys(fields.cleaned(SEARCH | asked, INQUIRING)) == []) is enough
