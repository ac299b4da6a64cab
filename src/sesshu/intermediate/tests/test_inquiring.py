"""From the city's question to the answer in its hands, and every way to no (M02, M04, M11, control 50)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from sesshu.intermediate.models import Inquiry, Outbox, Record
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core, Other
from sesshu.kernel import clock
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import envelopes
from sesshu.protocol.refusals import Refusal


def last_record() -> Record:
    found = Record.objects.order_by("-id").first()
    assert found is not None
    return found


def test_an_inquiry_goes_out_and_its_answer_comes_back(core: Core, other: Other) -> None:
    """M02"""
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
    assert world.from_numbers("/ski/taken", processing_numbers=[processing]) == {"count": 0}
    assert world.from_numbers("/ski/results", waiting=True) == []
    (found,) = world.results(processing)
    assert (found["state"], found["records"]) == ("taken", [])
    assert Inquiry.objects.get().sealed_answer is None


def test_what_goes_to_the_core_names_the_person_by_the_code_alone(core: Core) -> None:
    """M14"""
    world.get_codes(core, 1)
    world.inquire(world.inquiry(1))
    world.dispatch()
    (asked,) = core.requests
    assert asked.code == world.code(1)
    assert world.number(1) not in asked.model_dump_json()


def test_many_inquiries_take_one_request(core: Core) -> None:
    world.get_codes(core, *range(1, 6))
    world.inquire(*(world.inquiry(n) for n in range(1, 6)))
    calls: list[str] = []
    core.broken = lambda path: calls.append(path)  # type: ignore[func-returns-value]
    world.dispatch()
    assert calls.count("/v1/permits") == 1
    assert len(core.requests) == 5


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"item": "26-1"}, Refusal.NOT_LISTED),
        ({"information": "TM00000000000002"}, Refusal.NOT_LISTED),
        ({"provider": "0213101600000000"}, Refusal.UNKNOWN_INSTITUTION),
        ({"provider": world.OURS}, Refusal.UNKNOWN_INSTITUTION),
        ({"integrated_number": world.number(2)}, Refusal.NO_CODE),
        ({"period": {"starts_on": "2026-02-01", "ends_on": "2026-01-01"}}, Refusal.INVALID),
    ],
)
def test_our_own_copy_of_the_list_says_no_before_anything_is_sent(
    core: Core, changed: dict[str, Any], refusal: Refusal
) -> None:
    """M11, control 47: the refusal is recorded with its reason."""
    world.get_codes(core, 1)
    (answer,) = world.inquire(world.inquiry(1, **changed))
    assert (answer["processing_number"], answer["error"], answer["message"]) == (
        None,
        refusal,
        refusal.sentence,
    )
    assert world.dispatch() == 0
    assert core.requests == []
    assert (last_record().event, last_record().refusal) == ("refused", refusal)


def test_a_row_that_is_not_in_force_any_more_or_not_yet_allows_nothing(core: Core) -> None:
    world.get_codes(core, 1)
    for changed in ({"ends_on": date(2025, 1, 1)}, {"starts_on": date(2099, 1, 1)}):
        core.rows, core.version = (world.ROW.model_copy(update=changed),), core.version + 1
        world.refresh(core)
        assert world.inquire(world.inquiry(1))[0]["error"] == Refusal.NOT_LISTED


def test_a_person_without_a_code_may_be_asked_about_once_it_has_come(core: Core) -> None:
    """M01: the same reference, after what the message told to wait for."""
    asked = world.inquiry(7, "r7")
    (answer,) = world.inquire(asked)
    assert answer["error"] == Refusal.NO_CODE
    assert "符号取得の完了後" in answer["message"]
    world.get_codes(core, 7)
    (answer,) = world.inquire(asked)
    assert answer["processing_number"]


def test_the_same_reference_is_the_same_inquiry(core: Core) -> None:
    world.get_codes(core, 1, 2)
    asked = world.inquiry(1, "r1")
    (first,), (again,) = world.inquire(asked), world.inquire(asked)
    assert first["processing_number"] == again["processing_number"]
    twice = world.inquire(asked, asked)
    assert {each["processing_number"] for each in twice} == {first["processing_number"]}
    (used,) = world.inquire(world.inquiry(2, "r1"))
    assert (used["processing_number"], used["error"]) == (None, "reference_used")
    assert Inquiry.objects.count() == Outbox.objects.count() == 1


def test_the_core_s_no_ends_the_inquiry(core: Core) -> None:
    world.get_codes(core, 1)
    core.refuses = Refusal.NO_PERSON
    (accepted,) = world.inquire(world.inquiry(1))
    world.dispatch()
    (found,) = world.from_numbers("/ski/results", waiting=True)
    assert (found["processing_number"], found["state"]) == (accepted["processing_number"], "refused")
    assert found["message"] == Refusal.NO_PERSON.sentence
    assert (last_record().event, last_record().refusal) == ("refused", Refusal.NO_PERSON)


def _signed_by_another(core: Core) -> None:
    stranger = envelopes.new_key()
    core.signed = lambda permit, key=None: Core.signed(core, permit, stranger)  # type: ignore[method-assign]


def _changing(**values: Any) -> Callable[[Core], None]:
    def change(core: Core) -> None:
        made = core.permit
        core.permit = lambda **said: made(**said).model_copy(update=values)  # type: ignore[method-assign]

    return change


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (_signed_by_another, Refusal.FORGED),
        (_changing(aud=world.OTHER), Refusal.WRONG_INSTITUTION),
        (_changing(exp=1), Refusal.EXPIRED),
        (_changing(answer_by=1), Refusal.EXPIRED),
        (_changing(iat=2**33), Refusal.EXPIRED),
        (_changing(answer_by=10**18), Refusal.INVALID),
        (_changing(provider=world.THIRD), Refusal.MISMATCH),
        (_changing(inquirer=world.THIRD), Refusal.MISMATCH),
        (_changing(item="26-1"), Refusal.MISMATCH),
        (_changing(fields=(*world.PERMITTED, "note")), Refusal.LIST_OUT_OF_STEP),
    ],
)
def test_a_permit_that_does_not_hold_is_no_permit(
    core: Core, spoil: Callable[[Core], None], refusal: Refusal
) -> None:
    """Control 50: forged, another institution's, expired, for something else."""
    world.get_codes(core, 1)
    spoil(core)
    (accepted,) = world.inquire(world.inquiry(1))
    world.dispatch()
    (found,) = world.results(accepted["processing_number"])
    assert (found["state"], found["refusal"]) == ("refused", refusal)
    assert (last_record().event, last_record().refusal) == ("refused", refusal)


def test_a_permit_of_another_inquiry_is_refused(core: Core) -> None:
    world.get_codes(core, 1, 2)
    first, second = world.inquire(world.inquiry(1), world.inquiry(2))
    made = core._permit

    def exchanged(request: Any) -> Any:
        answer = made(request)
        wrong = core.permits[request.processing_number].model_copy(
            update={"processing_number": first["processing_number"]}
        )
        return answer.model_copy(update={"permit": core.signed(wrong)})

    core._permit = exchanged  # type: ignore[method-assign]
    world.dispatch()
    states = {each["processing_number"]: each["refusal"] for each in world.results(
        first["processing_number"], second["processing_number"]
    )}  # fmt: skip
    assert states == {first["processing_number"]: None, second["processing_number"]: Refusal.MISMATCH}


def test_a_cancelled_inquiry_is_not_asked_any_more(core: Core) -> None:
    world.get_codes(core, 1)
    (accepted,) = world.inquire(world.inquiry(1))
    numbers = [accepted["processing_number"], "p" + "0" * 32]
    states = world.from_numbers("/ski/cancellations", processing_numbers=numbers)
    assert [each["state"] for each in states] == ["cancelled", "unknown"]
    world.dispatch()
    assert core.requests == []
    assert last_record().event == "cancelled"
    assert world.from_numbers("/ski/results", waiting=True) == []


def test_cancelling_after_the_permit_is_told_to_the_core(core: Core) -> None:
    world.get_codes(core, 1)
    (accepted,) = world.inquire(world.inquiry(1))
    world.dispatch()
    world.from_numbers("/ski/cancellations", processing_numbers=[accepted["processing_number"]])
    world.dispatch()
    assert [(each["side"], each["result"]) for each in core.outcomes] == [("inquirer", "cancelled")]


def test_an_inquiry_without_an_answer_ends_in_time(core: Core) -> None:
    world.get_codes(core, 1)
    (accepted,) = world.inquire(world.inquiry(1))
    world.dispatch()
    with clock.fixed(clock.now() + timedelta(hours=2)):
        world.dispatch()
        (found,) = world.from_numbers("/ski/results", waiting=True)
    assert (found["processing_number"], found["state"]) == (accepted["processing_number"], "expired")
    assert found["message"] == Refusal.NO_ANSWER.sentence
    assert [each["result"] for each in core.outcomes] == ["expired"]
    assert last_record().event == "expired"


def test_a_code_that_was_invalidated_is_not_asked_with(core: Core) -> None:
    world.get_codes(core, 1)
    (accepted,) = world.inquire(world.inquiry(1))
    world.from_numbers("/fgu/invalidate", integrated_numbers=[world.number(1)])
    world.dispatch()
    (found,) = world.results(accepted["processing_number"])
    assert (core.requests, found["refusal"]) == ([], Refusal.NO_CODE)


def test_an_inquiry_waits_while_the_core_is_away(core: Core) -> None:
    import httpx

    world.get_codes(core, 1)
    (accepted,) = world.inquire(world.inquiry(1))
    core.broken = lambda path: httpx.Response(503, json={"error": "busy", "message": ""})
    world.dispatch()
    assert world.results(accepted["processing_number"])[0]["state"] == "accepted"
    core.broken = lambda path: None
    with clock.fixed(clock.now() + timedelta(minutes=11)):
        world.dispatch()
        assert world.results(accepted["processing_number"])[0]["state"] == "permitted"


def test_one_request_that_the_core_cannot_read_does_not_hold_up_the_others(core: Core) -> None:
    import httpx

    world.get_codes(core, 1, 2, 3)
    accepted = world.inquire(*(world.inquiry(n) for n in (1, 2, 3)))
    handled = core.permit_all

    def permit_all(body: dict[str, str]) -> Any:
        key = envelopes.imported(world.ours()["signing_key"])
        said = envelopes.verified(body["request"], key, typ="sesshu-exchange-request+jwt")
        if any(each["code"] == world.code(2) for each in said["requests"]):
            raise AssertionError
        return handled(body)

    def handle(request: httpx.Request) -> httpx.Response:
        try:
            return Core.handle(core, request)
        except AssertionError:
            return httpx.Response(422, json={"error": "invalid", "message": "x"})

    core.permit_all = permit_all  # type: ignore[method-assign]
    from sesshu.intermediate import doors
    from sesshu.protocol import peers

    peers.transports[world.CORE] = httpx.MockTransport(handle)
    doors.close_all()
    for minutes in range(1, 4):
        with clock.fixed(clock.now() + timedelta(minutes=minutes)):
            world.dispatch()
    found = {each["processing_number"]: each["state"] for each in world.results(
        *(each["processing_number"] for each in accepted)
    )}  # fmt: skip
    assert [found[each["processing_number"]] for each in accepted] == ["permitted", "refused", "permitted"]


def test_nothing_is_asked_without_a_list(core: Core) -> None:
    from sesshu.intermediate.models import ListCopy

    world.get_codes(core, 1)
    with acting_for(world.ISE):
        ListCopy.objects.all().delete()
    assert world.inquire(world.inquiry(1))[0]["error"] == Refusal.NOT_LISTED
