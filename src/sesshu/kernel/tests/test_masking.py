"""Masks of persons under a protective measure."""

from hypothesis import given
from hypothesis import strategies as st

from sesshu.kernel.masking import HIDDEN, PROTECTED_COLUMNS, conceal, hide, last_digits


def test_a05_address_household_and_telephone_are_hidden() -> None:
    record = {"shimei": "見本 花子", "jusho_choaza": "見本町", "setaibango": "1", "denwabango": ""}
    hidden = conceal(record, protected=True)
    assert hidden["shimei"] == "見本 花子"
    assert {hidden[name] for name in ("jusho_choaza", "setaibango", "denwabango")} == {HIDDEN}
    assert conceal(record, protected=False) == record


def test_every_address_column_of_the_feed_is_protected() -> None:
    from sesshu.addressees.columns import RESIDENT_COLUMNS

    dwelling = {c.romaji for c in RESIDENT_COLUMNS if c.romaji.startswith("jusho_")}
    assert dwelling <= PROTECTED_COLUMNS
    assert {c.romaji for c in RESIDENT_COLUMNS} >= PROTECTED_COLUMNS


def test_a_blank_is_hidden_too() -> None:
    assert hide(None, protected=True) == hide("見本町", protected=True) == HIDDEN
    assert hide(None, protected=False) == ""


@given(st.text(min_size=1, max_size=20), st.integers(0, 20))
def test_at_least_half_of_a_number_stays_hidden(number: str, shown: int) -> None:
    masked = last_digits(number, shown)
    assert len(masked) == len(number)
    assert masked[: len(number) - len(number) // 2] == "*" * (len(number) - len(number) // 2)
