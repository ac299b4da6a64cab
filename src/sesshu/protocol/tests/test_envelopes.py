"""Envelopes: what is signed or sealed comes out whole, and nothing else does."""

from __future__ import annotations

import base64
import json

import pytest
from joserfc import jws

from sesshu.protocol import envelopes

KEY, OTHER = envelopes.new_key(), envelopes.new_key()


@pytest.mark.parametrize("size", [0, 100_000, 3_000_000])
def test_a_large_statement_is_signed_sealed_and_read_back(size: int) -> None:
    """A directory of all municipalities, or a batch of inquiries, goes beyond the library's own limits."""
    payload = {"text": "種" * size}
    token = envelopes.signed(payload, KEY, typ="a")
    assert envelopes.verified(token, KEY, typ="a") == payload
    assert envelopes.opened(envelopes.sealed(token, KEY), KEY) == token


def test_what_is_larger_than_a_message_may_be_is_refused() -> None:
    with pytest.raises(envelopes.BadEnvelope):
        envelopes.verified("x" * (16 * 1024 * 1024 + 1), KEY, typ="a")


def _part(said: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def test_another_signer_kind_or_algorithm_is_refused() -> None:
    token = envelopes.signed({"a": 1}, KEY, typ="a")
    none = f"{_part({'alg': 'none', 'typ': 'a'})}.{_part({})}."
    for text, key, typ in (
        (token, OTHER, "a"), (token, KEY, "b"), (token[:-2] + "AA", KEY, "a"), (none, KEY, "a"),
        ("", KEY, "a"),
    ):  # fmt: skip
        with pytest.raises(envelopes.BadEnvelope):
            envelopes.verified(text, key, typ=typ)


def test_a_payload_that_is_nested_without_end_is_refused() -> None:
    deep = jws.serialize_compact(
        {"alg": "ES256", "typ": "a"}, "[" * 100_000 + "]" * 100_000, KEY, registry=envelopes._SIGNATURES
    )
    with pytest.raises(envelopes.BadEnvelope):
        envelopes.verified(deep, KEY, typ="a")


def test_a_header_that_is_nested_without_end_is_refused() -> None:
    header = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    with pytest.raises(envelopes.BadEnvelope):
        envelopes.opened(f"{header}.a.a.a.a", KEY)
    with pytest.raises(envelopes.BadEnvelope):
        envelopes.verified(f"{header}.a.a", KEY, typ="a")


def test_a_seal_opens_for_its_key_alone() -> None:
    sealed = envelopes.sealed("x", KEY)
    for text, key in ((sealed, OTHER), (sealed[:-3] + "AAA", KEY), ("a.b.c.d.e", KEY), ("", KEY)):
        with pytest.raises(envelopes.BadEnvelope):
            envelopes.opened(text, key)
