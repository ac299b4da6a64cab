"""N01, M14, control 57: 符号 that nobody but the core can join; 取得番号 that serve once."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from uuid import UUID

import httpx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sesshu.kernel import clock
from sesshu.kernel.number_scanner import contains_number
from sesshu.network import core, core_keys, dispatching, exchange_codes, expiry
from sesshu.network.core_keys import Master
from sesshu.network.models import Acquisition, Assignment, Outgoing, Person
from sesshu.network.tests import members
from sesshu.network.tests.conftest import ISE, KOFU, TODAY, Net
from sesshu.protocol import codes, envelopes

MANY = 4_000
_FIXED = Master(UUID(int=1), bytes(range(32)))


def _pairs(seed: int = 57) -> tuple[list[str], list[str]]:
    """The 符号 of the same persons at two institutions, under a fixed key, in the persons' order."""
    chance = np.random.default_rng(seed)
    links = [chance.bytes(16) for _ in range(MANY)]
    return tuple([exchange_codes.code_of(_FIXED, place, link, 1) for link in links] for place in (ISE, KOFU))


def _bits(values: list[str]) -> np.ndarray:
    raw = [base64.b32decode((c[1:] + "=" * (-(len(c) - 1) % 8)).upper()) for c in values]
    return np.unpackbits(np.frombuffer(b"".join(raw), np.uint8).reshape(len(raw), -1), axis=1)


def _chi_square(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """For each pair of bits of both codes, how far they are from independence (1 degree of freedom)."""
    n = len(left)
    a, b = left.astype(np.float64), right.astype(np.float64)
    both = a.T @ b
    ones_a, ones_b = a.sum(0)[:, None], b.sum(0)[None, :]
    expected = ones_a * ones_b / n
    variance = expected * (1 - ones_a / n) * (1 - ones_b / n)
    return (both - expected) ** 2 / variance


def test_codes_of_the_same_persons_are_like_those_of_strangers() -> None:
    """Chi-square over every pair of bits: true pairs deviate no more than pairs put together by chance."""
    here, there = map(_bits, _pairs())
    pairs = here.shape[1] * there.shape[1]
    true = _chi_square(here, there)
    shuffled = _chi_square(here, there[np.random.default_rng(1).permutation(MANY)])
    for found in (true, shuffled):
        # Of chi-square with 1 degree of freedom: mean 1, and 5 % beyond 3.841.
        assert abs(found.mean() - 1) < 5 * np.sqrt(2 / pairs)
        assert abs((found > 3.841).mean() - 0.05) < 0.005
        assert found.max() < 40  # one of 80,000 pairs by chance: p < 10**-5 beyond
    # Nor does the distance tell: two codes of one person differ in half of their bits, as strangers' do.
    distance = (here != there).sum(1)
    assert abs(distance.mean() - here.shape[1] / 2) < 5 * np.sqrt(here.shape[1] / 4 / MANY)


def test_the_test_would_notice_a_leak() -> None:
    here, there = map(_bits, _pairs())
    there[:, 5] = here[:, 9]
    assert _chi_square(here, there).max() > 1_000


def test_every_bit_of_a_code_is_even_and_no_code_comes_twice() -> None:
    here, there = _pairs()
    assert len({*here, *there}) == 2 * MANY
    share = _bits(here).mean(0)
    assert np.abs(share - 0.5).max() < 5.5 * np.sqrt(0.25 / MANY)


def test_codes_of_one_person_share_no_substring() -> None:
    """Eight characters (40 bits) in common would be a sign: by chance a pair in 10**9 has them."""
    here, there = _pairs()
    for one, other in zip(here, there, strict=True):
        pieces = {one[place : place + 8] for place in range(1, len(one) - 7)}
        assert not any(other[place : place + 8] in pieces for place in range(1, len(other) - 7))


def test_neighbouring_persons_and_generations_have_nothing_in_common() -> None:
    first = exchange_codes.code_of(_FIXED, ISE, bytes(16), 1)
    second = exchange_codes.code_of(_FIXED, ISE, bytes(15) + b"\1", 1)
    third = exchange_codes.code_of(_FIXED, ISE, bytes(16), 2)
    for one, other in ((first, second), (first, third), (second, third)):
        assert 60 < (_bits([one]) != _bits([other])).sum() < 230


@settings(max_examples=200, deadline=None)
@given(link=st.binary(min_size=16, max_size=16), generation=st.integers(1, 2**32 - 1))
def test_the_core_alone_reads_a_code_back_and_only_as_its_institution_s(link: bytes, generation: int) -> None:
    code = exchange_codes.code_of(_FIXED, ISE, link, generation)
    assert exchange_codes.linked(_FIXED, ISE, code) == (link, generation)
    assert exchange_codes.linked(_FIXED, KOFU, code) is None
    assert exchange_codes.linked(Master(UUID(int=1), secrets.token_bytes(32)), ISE, code) is None
    assert not contains_number(code)


@settings(max_examples=300, deadline=None)
@given(st.from_regex(codes.EXCHANGE_CODE, fullmatch=True))
def test_an_invented_code_opens_nothing(code: str) -> None:
    assert exchange_codes.linked(_FIXED, ISE, code) is None


def test_a_code_has_the_form_of_the_protocol() -> None:
    import re

    assert re.fullmatch(codes.EXCHANGE_CODE, exchange_codes.code_of(_FIXED, ISE, bytes(16), 1))


def test_n01_a_person_has_another_code_at_each_institution(net: Net) -> None:
    person = members.resident()
    numbers = [member.acquire(person)[0] for member in (net.ise, net.kofu)]
    dispatching.run_once()
    own, other = net.ise.held[numbers[0]], net.kofu.held[numbers[1]]
    assert own != other
    assert Person.objects.count() == 1
    with core.acting():
        master = core_keys.master()
    found = {exchange_codes.linked(master, *each) for each in ((ISE, own), (KOFU, other))}
    assert len(found) == 1


def test_the_juki_never_sees_the_code_and_the_core_keeps_neither_number(net: Net) -> None:
    person = members.resident()
    asked = {"acquisition_number": codes.new_acquisition_number(), "resident_code": person}
    status, said = members.post("/v1/acquisitions", [asked], net.ise.juki_der)
    assert (status, said) == (200, [{"acquisition_number": asked["acquisition_number"], "state": "accepted"}])
    kept = "".join(
        str([bytes(value) if isinstance(value, memoryview) else value for value in row])
        for model in (Person, Assignment, Acquisition, Outgoing)
        for row in model.objects.values_list()
    )
    dispatching.run_once()
    (code,) = net.ise.held.values()
    for secret in (person, asked["acquisition_number"], code):
        assert secret not in kept
    assert not Outgoing.objects.exists()


def test_a_number_serves_once(net: Net) -> None:
    number, person = codes.new_acquisition_number(), members.resident()
    asked = {"acquisition_number": number, "resident_code": person}
    states = [
        members.post("/v1/acquisitions", [each], net.ise.juki_der)[1][0]["state"]
        for each in (asked, asked, asked | {"resident_code": members.resident()})
    ]
    assert states == ["accepted", "known", "refused"]
    assert Outgoing.objects.count() == 1
    assert Person.objects.count() == 1


def test_a_code_whose_letter_was_refused_comes_when_it_is_asked_for_again(net: Net) -> None:
    """The 取得番号 has served; without its letter the person would have no 符号 for ever."""
    number, person = codes.new_acquisition_number(), members.resident()
    asked = {"acquisition_number": number, "resident_code": person}
    net.ise.answer = lambda request: httpx.Response(200, json=[{"state": "refused"}])
    members.post("/v1/acquisitions", [asked], net.ise.juki_der)
    dispatching.run_once()
    assert not Outgoing.objects.exists()
    net.ise.answer = None
    for _ in range(2):  # asked twice, there is one letter all the same
        _, said = members.post("/v1/acquisitions", [asked, asked], net.ise.juki_der)
        assert [each["state"] for each in said] == ["known", "known"]
        assert Outgoing.objects.count() == 1
    dispatching.run_once()
    assert list(net.ise.held) == [number]
    ((_, _, detail),) = members.events("network.undelivered")
    assert "reference" not in detail


def test_a_code_that_was_given_up_is_not_sent_again(net: Net) -> None:
    number, person = codes.new_acquisition_number(), members.resident()
    asked = {"acquisition_number": number, "resident_code": person}
    members.post("/v1/acquisitions", [asked], net.ise.juki_der)
    dispatching.run_once()
    net.ise.ask("/v1/invalidations", list(net.ise.held.values()))
    _, said = members.post("/v1/acquisitions", [asked], net.ise.juki_der)
    assert [each["state"] for each in said] == ["known"]
    assert not Outgoing.objects.exists()


def test_a_number_twice_in_one_message(net: Net) -> None:
    number, person = codes.new_acquisition_number(), members.resident()
    asked = {"acquisition_number": number, "resident_code": person}
    _, said = members.post(
        "/v1/acquisitions", [asked, asked, asked | {"resident_code": members.resident()}], net.ise.juki_der
    )
    assert [each["state"] for each in said] == ["accepted", "known", "refused"]


@pytest.mark.parametrize(
    ("number", "person"), [("a1", "12345678901"), ("a" + "0" * 40, "123"), ("a" + "0" * 40, "1234567890x")]
)
def test_what_is_no_number_is_refused_and_the_others_go_on(net: Net, number: str, person: str) -> None:
    good = {"acquisition_number": codes.new_acquisition_number(), "resident_code": members.resident()}
    bad = {"acquisition_number": number, "resident_code": person}
    _, said = members.post("/v1/acquisitions", [bad, good], net.ise.juki_der)
    assert [each["state"] for each in said] == ["refused", "accepted"]


def test_after_its_time_not_even_the_digest_of_a_number_stays(net: Net) -> None:
    net.ise.acquire(members.resident())
    with clock.fixed(TODAY + timedelta(days=31)), core.acting():
        assert expiry.forget_numbers() == 1
    assert not Acquisition.objects.exists()


def test_the_same_person_again_keeps_the_code(net: Net) -> None:
    person = members.resident()
    first, second = net.ise.acquire(person)[0], net.ise.acquire(person)[0]
    dispatching.run_once()
    assert net.ise.held[first] == net.ise.held[second]


def test_a_code_on_its_way_opens_for_its_institution_alone(net: Net) -> None:
    net.ise.acquire(members.resident())
    with core.acting():
        from sesshu.network import outbox

        text = outbox.text_of(Outgoing.objects.get(), core_keys.master())
    with pytest.raises(envelopes.BadEnvelope):
        envelopes.opened(text, net.kofu.sealing)
    assert envelopes.opened(text, net.ise.sealing)


def test_many_cost_as_many_queries_as_few(net: Net) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    net.ise.acquire(members.resident())
    counts = []
    for many in (2, 50):
        with CaptureQueriesContext(connection) as queries:
            net.ise.acquire(*(members.resident() for _ in range(many)))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 22


def test_the_master_key_is_never_replaced_in_silence(net: Net) -> None:
    from sesshu.protection.keys.models import SubjectKey
    from sesshu.protection.keys.roots import KeyTrouble

    net.ise.acquire(members.resident())
    with core.acting():
        SubjectKey.objects.all().delete()
        with pytest.raises(KeyTrouble, match="失われ"):
            core_keys.master()
    status, said = members.post("/v1/directory", {}, net.ise.der)
    assert (status, said["error"]) == (503, "keys")


def test_a_rotation_of_the_keys_changes_no_code(net: Net) -> None:
    from sesshu.protection.keys import rotation, wrapping

    own, other = net.both()
    with core.acting():
        before = wrapping.current_tenant_key().version
    done = rotation.rotate_tenant(core.TENANT, by="test")
    wrapping.close_all()
    assert done.version > before
    with core.acting():
        master = core_keys.master()
        key = core_keys.own_key()
    assert exchange_codes.linked(master, ISE, own) == exchange_codes.linked(master, KOFU, other)
    assert envelopes.public(key)["kid"]
    (answer,) = net.ise.permits_for(net.ise.request(KOFU, own))
    assert answer["refusal"] is None
