"""符号 (M01): asked for by a 取得番号, brought by the core alone, forgotten when the person goes."""

from __future__ import annotations

from typing import Any

import pytest

from sesshu.intermediate.models import Acquisition, Person
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core
from sesshu.protocol import envelopes


def ask(*persons: int) -> Any:
    return world.from_numbers("/fgu/codes", integrated_numbers=[world.number(n) for n in persons])


def test_asked_again_before_it_came_the_numbers_are_the_same(core: Core) -> None:
    first, again = ask(1, 2), ask(1, 2)
    assert [each["state"] for each in first] == ["asked", "asked"]
    assert [each["state"] for each in again] == ["known", "known"]
    for name in ("acquisition_number", "processing_number"):
        assert [each[name] for each in first] == [each[name] for each in again]
    assert first[0]["acquisition_number"] != first[1]["acquisition_number"]
    twice = ask(3, 3)
    assert twice[0]["acquisition_number"] == twice[1]["acquisition_number"]


def test_once_the_code_has_come_its_acquisition_number_is_forgotten(core: Core) -> None:
    """番号法21条の2第4項"""
    world.get_codes(core, 1)
    held = Acquisition.objects.get()
    assert (held.state, bytes(held.sealed_number)) == ("stored", b"")
    (again,) = ask(1)
    assert (again["state"], again["acquisition_number"], again["processing_number"]) == ("known", None, None)


def test_a_code_comes_once_however_often_it_is_sent(core: Core) -> None:
    (asked,) = ask(1)
    token = core.assign(asked["acquisition_number"], world.code(1))
    states = [core.post("/network/codes", [token])[0]["state"] for _ in range(2)]
    assert states == ["stored", "known"]
    assert core.post("/network/codes", [token, token]) == [{"state": "known"}] * 2
    other = core.assign(asked["acquisition_number"], world.code(2))
    assert core.post("/network/codes", [other]) == [{"state": "known"}]
    assert world.inquire(world.inquiry(1))[0]["processing_number"]


def test_what_is_not_the_core_s_or_not_ours_is_refused(core: Core) -> None:
    (asked,) = ask(1)
    number = asked["acquisition_number"]
    tokens = [
        core.assign(number, world.code(1), key=envelopes.new_key()),
        core.assign(number, world.code(1), to=world.OTHER),
        core.assign("a" + "0" * 40, world.code(1)),
        envelopes.sealed("x", envelopes.new_key()),
        "nonsense",
    ]
    assert core.post("/network/codes", tokens) == [{"state": "refused"}] * 5
    assert Person.objects.get().code_digest is None


def test_a_code_that_could_not_be_issued_may_be_asked_for_again(core: Core) -> None:
    (asked,) = ask(1)
    assert core.post("/network/codes", [core.assign(asked["acquisition_number"], None)]) == [
        {"state": "stored"}
    ]
    (again,) = ask(1)
    assert again["state"] == "asked"
    assert again["acquisition_number"] != asked["acquisition_number"]


@pytest.mark.parametrize("together", [True, False])
def test_one_code_is_of_one_person(core: Core, together: bool) -> None:
    tokens = [core.assign(each["acquisition_number"], world.code(1)) for each in ask(1, 2)]
    if together:
        states = core.post("/network/codes", tokens)
    else:
        states = [core.post("/network/codes", [token])[0] for token in tokens]
    assert [each["state"] for each in states] == ["stored", "refused"]
    assert Person.objects.exclude(code_digest=None).count() == 1


def test_invalidated_the_code_is_gone_and_can_be_asked_for_anew(core: Core) -> None:
    world.get_codes(core, 1)
    answer = world.from_numbers("/fgu/invalidate", integrated_numbers=[world.number(1), world.number(9)])
    assert [each["state"] for each in answer] == ["invalidated", "unknown"]
    person = Person.objects.get()
    assert (person.code_digest, person.sealed_code) == (None, None)
    world.dispatch()
    assert core.invalidated == [world.code(1)]
    world.get_codes(core, 1)
