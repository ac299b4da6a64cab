"""What leaves an answer, and that nothing else does (control 57)."""

from __future__ import annotations

import base64
import secrets
import uuid

from hypothesis import given
from hypothesis import strategies as st

from sesshu.numbers.exchange.concealing import concealed

NUMBER = "123456789012345"
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
)


@given(values, st.sampled_from(["{}", "x{}y", "0{}9", "{}{}"]))
def test_the_number_is_nowhere_in_what_remains(value: object, wrapped: str) -> None:
    text = wrapped.format(NUMBER, NUMBER)
    said = {"a": value, "b": [text, {"c": text, text: value}], "n": int(NUMBER), "integrated_number": NUMBER}
    assert NUMBER not in str(concealed(said, {NUMBER}))


@given(st.uuids(), st.text("0123456789", min_size=16, max_size=40))
def test_ids_and_other_numbers_pass_unchanged(each: uuid.UUID, digits: str) -> None:
    said = {"record_id": each.hex, "c": f"c{each.hex}", "id": str(each), "lot": digits, "sequence": 7}
    assert concealed(said, {"999999999999999"}) == said or "999999999999999" in digits


def test_a_code_goes_whatever_it_is_called() -> None:
    code = "c" + base64.b32encode(secrets.token_bytes(36)).decode().rstrip("=").lower()
    assert concealed({"note": code, "code": "x", "rows": [code]}, ()) == {"note": "", "rows": [""]}
