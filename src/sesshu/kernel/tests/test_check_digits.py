"""Check digits: published examples, and which mistakes they find."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sesshu.kernel.check_digits import (
    has_check_digit,
    individual_number_check_digit,
    is_individual_number,
    is_municipality_code,
    is_resident_code,
    municipality_check_digit,
    resident_code_check_digit,
    with_check_digit,
)

bodies = st.text("0123456789", min_size=12, max_size=12)
elevens = st.text("0123456789", min_size=11, max_size=11)


def _swap(text: str, one: int, other: int) -> str:
    letters = list(text)
    letters[one], letters[other] = letters[other], letters[one]
    return "".join(letters)


@given(bodies, st.integers(0, 13), st.integers(1, 9))
def test_a_document_code_finds_every_single_wrong_digit(body: str, place: int, shift: int) -> None:
    code = with_check_digit(body)
    wrong = code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :]
    assert has_check_digit(code)
    assert not has_check_digit(wrong)


@given(bodies, st.integers(0, 13), st.integers(0, 13))
def test_a_document_code_finds_every_swap(body: str, one: int, other: int) -> None:
    code = with_check_digit(body)
    assume(code[one] != code[other])
    assert not has_check_digit(_swap(code, one, other))


def test_the_document_code_is_the_standards() -> None:
    assert with_check_digit("794") == "79444"  # the worked example of ISO/IEC 7064
    assert with_check_digit("0" * 12) == "00000000000098"  # 02 to 98, never 01


@pytest.mark.parametrize("text", ["", "1", "12", "12a4", "１２３４", "1 2344"])
def test_what_is_no_number_has_no_check_digit(text: str) -> None:
    assert not has_check_digit(text)


def test_only_digits_get_check_digits() -> None:
    with pytest.raises(ValueError, match="半角数字"):
        with_check_digit("12A")


@pytest.mark.parametrize("code", ["242039", "192015", "131016", "011002", "471011", "232301"])
def test_real_municipality_codes_pass(code: str) -> None:
    assert is_municipality_code(code)


@pytest.mark.parametrize("code", ["242038", "002039", "480002", "24203", "2420390", "24203９", "abcdef", ""])
def test_wrong_municipality_codes_fail(code: str) -> None:
    assert not is_municipality_code(code)


def test_a_municipality_code_needs_five_digits() -> None:
    with pytest.raises(ValueError, match="5桁"):
        municipality_check_digit("2420")


def test_the_orders_formula_by_hand() -> None:
    weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
    total = sum(int(digit) * weight for digit, weight in zip("12345678901", weights, strict=True))
    assert total % 11 == 3
    assert individual_number_check_digit("12345678901") == 8
    assert is_individual_number("123456789018")


@given(elevens, st.integers(0, 10), st.integers(1, 9))
def test_an_individual_number_finds_a_wrong_digit_but_where_the_order_cannot(
    first: str, place: int, shift: int
) -> None:
    wrong = first[:place] + str((int(first[place]) + shift) % 10) + first[place + 1 :]
    digit = individual_number_check_digit(first)
    assert is_individual_number(f"{first}{digit}")
    # Remainders 0 and 1 share the digit 0: the one hole the order leaves.
    assert digit == 0 or not is_individual_number(f"{wrong}{digit}")


@given(elevens, st.integers(0, 9))
def test_an_individual_number_finds_a_neighbours_swap_but_where_the_order_cannot(
    first: str, place: int
) -> None:
    assume(first[place] != first[place + 1])
    digit = individual_number_check_digit(first)
    assert digit == 0 or not is_individual_number(f"{_swap(first, place, place + 1)}{digit}")


@pytest.mark.parametrize(
    "text", ["", "12345678901", "1234567890181", "12345678901x", "１２３４５６７８９０１８"]
)
def test_other_texts_are_no_individual_numbers(text: str) -> None:
    assert not is_individual_number(text)


def test_an_individual_number_needs_eleven_digits() -> None:
    with pytest.raises(ValueError, match="11桁"):
        individual_number_check_digit("123")


@given(st.text("0123456789", min_size=10, max_size=10), st.integers(0, 10), st.integers(1, 9))
def test_a_resident_code_with_one_wrong_digit_is_found_but_for_the_known_gap(
    first: str, at: int, more: int
) -> None:
    code = first + str(resident_code_check_digit(first))
    assert is_resident_code(code)
    wrong = code[:at] + str((int(code[at]) + more) % 10) + code[at + 1 :]
    # Remainders 0 and 1 share the check digit 0, as in the 個人番号.
    assert not is_resident_code(wrong) or (code[-1] == wrong[-1] == "0")
    assert not is_resident_code(code + "0")
    assert not is_resident_code(first)
