"""From the city's question to the answer in its hands (M02, M04, M11)."""

from __future__ import annotations

from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core, Other


def test_an_inquiry_goes_out_and_its_answer_comes_back(core: Core, other: Other) -> None:
    world.get_codes(core, 1)
    (accepted,) = world.inquire(world.inquiry(1, "r1"))
    assert accepted["error"] == ""
    processing = accepted["processing_number"]
    world.dispatch()
    (found,) = world.results(processing)
    assert found["state"] == "permitted"
    permit = core.permits[processing]
    shown = {name: world.record()[name] for name in world.PERMITTED}
    assert other.bring(other.answer(permit, [shown]))[0]["state"] == "accepted"
    (found,) = world.from_numbers("/ski/results", waiting=True)
    assert (found["state"], found["records"]) == ("answered", [shown])
    assert (found["integrated_number"], found["reference"]) == (world.number(1), "r1")
    world.dispatch()
    assert [each["result"] for each in core.outcomes] == ["provided"]
    assert world.from_numbers("/ski/taken", processing_numbers=[processing]) == {"count": 1}
    assert world.from_numbers("/ski/results", waiting=True) == []
    (found,) = world.results(processing)
    assert (found["state"], found["records"]) == ("taken", [])


def test_a_provision_is_answered_from_the_replica(core: Core, other: Other) -> None:
    world.get_codes(core, 1)
    world.put_replicas((1, "d1", world.record("2025-04-01")), (1, "d2", world.record("2026-04-01")))
    permit = core.permit(code=world.code(1))
    assert core.post("/network/permits", [core.signed(permit)]) == [
        {"permit": permit.jti, "state": "accepted", "refusal": None}
    ]
    world.dispatch()
    answer = other.answers[permit.jti]
    assert [each["administered_on"] for each in answer.records] == ["2025-04-01", "2026-04-01"]
    assert all(set(each) == set(world.PERMITTED) for each in answer.records)
    assert [each["result"] for each in core.outcomes] == ["provided"]
