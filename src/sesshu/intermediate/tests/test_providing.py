"""What others ask of us: permit, list again, flag, answer (M03, M11, M12, controls 50-53)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sesshu.intermediate import answering, deciding
from sesshu.intermediate.models import Outbox, Provision, Record
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core, Other
from sesshu.kernel import clock
from sesshu.protection.models import Account
from sesshu.protocol import envelopes
from sesshu.protocol.messages import Period, Permit
from sesshu.protocol.refusals import Refusal


@pytest.fixture(autouse=True)
def _somebody(core: Core) -> None:
    world.get_codes(core, 1)
    world.put_replicas((1, "d1", world.record("2025-04-01")), (1, "d2", world.record("2026-04-01")))


def bring(core: Core, *permits: Permit) -> Any:
    return core.post("/network/permits", [core.signed(each) for each in permits])


def permit(core: Core, **changed: Any) -> Permit:
    return core.permit(code=world.code(1), **changed)


def test_a_provision_is_answered_from_the_replica(core: Core, other: Other) -> None:
    """M03, control 52: nobody has to do anything, and only what is permitted goes out."""
    asked = permit(core)
    assert bring(core, asked) == [{"permit": asked.jti, "state": "accepted", "refusal": None}]
    world.dispatch()
    answer = other.answers[asked.jti]
    assert [each["administered_on"] for each in answer.records] == ["2025-04-01", "2026-04-01"]
    assert all(set(each) == set(world.PERMITTED) for each in answer.records)
    assert [each["result"] for each in core.outcomes] == ["provided"]
    assert Provision.objects.get().state == "delivered"
    assert [row.event for row in Record.objects.order_by("id")] == ["asked", "provided"]
    assert Record.objects.get(event="provided").count == 2
    assert Outbox.objects.count() == 0


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "days"),
    [
        (None, None, ["2025-04-01", "2026-04-01"]),
        ("2025-04-01", "2025-04-01", ["2025-04-01"]),
        ("2025-04-02", None, ["2026-04-01"]),
        (None, "2026-03-31", ["2025-04-01"]),
        ("2025-05-01", "2026-03-31", []),
    ],
)
def test_only_the_period_asked_for_is_provided(
    core: Core, other: Other, starts_on: str | None, ends_on: str | None, days: list[str]
) -> None:
    asked = permit(core, period=Period.model_validate({"starts_on": starts_on, "ends_on": ends_on}))
    bring(core, asked)
    world.dispatch()
    assert [each["administered_on"] for each in other.answers[asked.jti].records] == days


def test_a_record_without_a_day_is_in_no_period(core: Core, other: Other) -> None:
    world.put_replicas((1, "d3", world.record("") | {"administered_on": None}))
    asked = permit(core, period=Period.model_validate({"starts_on": "2000-01-01"}))
    bring(core, asked)
    world.dispatch()
    assert len(other.answers[asked.jti].records) == 2


def test_a_forged_permit_is_refused_and_recorded(core: Core, other: Other) -> None:
    token = core.signed(permit(core), envelopes.new_key())
    for forged in (token, core.signed(permit(core))[:-8] + "AAAAAAAA", "x.y.z", "", core.listing()):
        (answer,) = core.post("/network/permits", [forged])
        assert (answer["state"], answer["refusal"]) == ("refused", Refusal.FORGED)
    assert Provision.objects.count() == 0
    assert [row.refusal for row in Record.objects.all()] == [Refusal.FORGED] * 5
    world.dispatch()
    assert other.answers == {}


def test_another_institution_s_permit_leaves_no_provision(core: Core) -> None:
    for changed in ({"aud": world.THIRD}, {"provider": world.THIRD}):
        (answer,) = bring(core, permit(core, **changed))
        assert (answer["state"], answer["refusal"]) == ("refused", Refusal.WRONG_INSTITUTION)
    assert Provision.objects.count() == 0


@pytest.mark.parametrize("minutes", [10, -10])
def test_with_a_clock_ten_minutes_off_nothing_is_provided(core: Core, other: Other, minutes: int) -> None:
    """Refused with a record, and the inquirer is told at once."""
    asked = permit(core)
    with clock.fixed(clock.now() + timedelta(minutes=minutes)):
        (answer,) = bring(core, asked)
        assert (answer["state"], answer["refusal"]) == ("refused", Refusal.EXPIRED)
        assert Record.objects.get().refusal == Refusal.EXPIRED
        world.dispatch()
    said = other.answers[asked.jti]
    assert (said.records, said.refusal) == ((), Refusal.EXPIRED)


def test_a_repeated_permit_is_answered_once_and_as_the_first_time(core: Core, other: Other) -> None:
    asked = permit(core)
    token = core.signed(asked)
    assert core.post("/network/permits", [token, token])[1]["state"] == "known"
    world.dispatch()
    assert core.post("/network/permits", [token])[0] == {
        "permit": asked.jti,
        "state": "known",
        "refusal": None,
    }
    world.dispatch()
    assert len(other.raw) == 1
    late = permit(core, list_version=99)
    token = core.signed(late)
    first, second = (core.post("/network/permits", [token])[0] for _ in range(2))
    assert first == second == {"permit": late.jti, "state": "refused", "refusal": Refusal.LIST_OUT_OF_STEP}


def test_a_replayed_permit_is_refused(core: Core, other: Other) -> None:
    """The same id or the same inquiry under another permit: recorded, and nothing goes out again."""
    asked = permit(core)
    bring(core, asked)
    world.dispatch()
    renewed = asked.model_copy(update={"answer_by": asked.answer_by + 60})
    again = permit(core, processing_number=asked.processing_number)
    for replayed in (renewed, again):
        (answer,) = bring(core, replayed)
        assert (answer["state"], answer["refusal"]) == ("refused", Refusal.REPLAYED)
    world.dispatch()
    assert len(other.raw) == 1
    assert Record.objects.filter(refusal=Refusal.REPLAYED).count() == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"list_version": 2},
        {"list_version": 4},
        {"item": "153-1"},
        {"work": "JM00000000000099"},
        {"information": "TM00000000000002"},
        {"fields": (*world.PERMITTED, "doctor")},
    ],
)
def test_our_copy_of_the_list_is_asked_again(core: Core, other: Other, changed: dict[str, Any]) -> None:
    """M11, control 51: out of step on one side, nothing is provided."""
    asked = permit(core, **changed)
    (answer,) = bring(core, asked)
    assert (answer["state"], answer["refusal"]) == ("refused", Refusal.LIST_OUT_OF_STEP)
    world.dispatch()
    assert other.answers[asked.jti].refusal == Refusal.LIST_OUT_OF_STEP
    assert other.answers[asked.jti].records == ()
    assert Record.objects.get().refusal == Refusal.LIST_OUT_OF_STEP


def test_a_wrong_city_finds_nobody(core: Core, other: Other) -> None:
    """Control 49: no person of that 符号 is here."""
    asked = core.permit(code=world.code(99))
    (answer,) = bring(core, asked)
    assert (answer["state"], answer["refusal"]) == ("refused", Refusal.NO_PERSON)
    world.dispatch()
    assert other.answers[asked.jti].refusal == Refusal.NO_PERSON


def test_a_stranger_to_the_directory_gets_nothing(core: Core) -> None:
    (answer,) = bring(core, permit(core, inquirer="0213101600000000"))
    assert (answer["state"], answer["refusal"]) == ("refused", Refusal.UNKNOWN_INSTITUTION)
    world.dispatch()
    assert Outbox.objects.count() == 0


@pytest.mark.parametrize("information", [None, world.ROW.information])
def test_with_the_flag_a_person_decides(
    core: Core, other: Other, clerk: Account, information: str | None
) -> None:
    """M12, control 53."""
    flag(information)
    asked, refused = permit(core), permit(core)
    assert bring(core, asked, refused)[0]["state"] == "accepted"
    world.dispatch()
    assert other.answers == {}
    first, second = (Provision.objects.get(permit=each.jti) for each in (asked, refused))
    assert first.state == "waiting"
    assert [each["lot"] for each in deciding.preview(first, by=clerk)] == ["Y001", "Y001"]
    assert set(deciding.preview(first, by=clerk)[0]) == set(world.PERMITTED)
    deciding.approve(first, by=clerk)
    deciding.withhold(second, by=clerk, reason="支援措置対象者")
    world.dispatch()
    assert len(other.answers[asked.jti].records) == 2
    said = other.answers[refused.jti]
    assert (said.records, said.refusal) == ((), Refusal.WITHHELD)
    assert "支援措置" not in "".join(other.raw)
    assert {each["result"] for each in core.outcomes} == {"provided", "refused"}
    events = Record.objects.filter(permit=refused.jti).order_by("id")
    assert [row.event for row in events] == ["asked", "refused"]
    for done in (first, second):
        with pytest.raises(deciding.NotWaiting):
            deciding.approve(done, by=clerk)


def flag(information: str | None, *, no_auto_reply: bool = True, nondisclosure: bool = True) -> None:
    world.from_numbers(
        "/dbm/flags",
        flags=[
            {
                "integrated_number": world.number(1), "information": information,
                "no_auto_reply": no_auto_reply, "nondisclosure": nondisclosure,
            }
        ],
    )  # fmt: skip


def test_a_flag_set_before_the_answer_is_made_holds_it_back(core: Core, other: Other) -> None:
    bring(core, permit(core))
    flag(None)
    world.dispatch()
    assert other.answers == {}
    assert Provision.objects.get().state == "waiting"


def test_what_is_overdue_is_not_answered_any_more(core: Core, other: Other) -> None:
    bring(core, permit(core))
    with clock.fixed(clock.now() + timedelta(hours=2)):
        assert answering.answer_some() == 0
        assert Provision.objects.get().state == "received"
        world.dispatch()
    assert Provision.objects.get().state == "expired"


def test_many_are_answered_with_as_many_statements_as_one(core: Core, other: Other) -> None:
    counts = []
    for many in (1, 1, 7):
        bring(core, *(permit(core) for _ in range(many)))
        with CaptureQueriesContext(connection) as asked:
            assert answering.answer_some() == many
        counts.append(len(asked))
    assert counts[1] == counts[2]


def test_who_waits_too_long_lets_it_expire(core: Core, clerk: Account) -> None:
    flag(None)
    bring(core, permit(core))
    with clock.fixed(clock.now() + timedelta(hours=2)):
        with pytest.raises(deciding.NotWaiting):
            deciding.approve(Provision.objects.get(), by=clerk)
        world.dispatch()
    assert Provision.objects.get().state == "expired"
    assert [each["result"] for each in core.outcomes] == ["expired"]
    assert Record.objects.filter(event="expired").count() == 1


def test_to_withhold_wants_a_reason(core: Core, clerk: Account) -> None:
    flag(None)
    bring(core, permit(core))
    with pytest.raises(ValueError, match="理由"):
        deciding.withhold(Provision.objects.get(), by=clerk, reason=" ")


def test_a_dead_peer_does_not_hold_up_others(core: Core, other: Other) -> None:
    third = core.others[world.THIRD]

    def dead(brought: Any) -> httpx.Response:
        raise httpx.ConnectError("refused")

    other.says = dead
    asked = permit(core)
    reached = permit(core, inquirer=world.THIRD, route=world.THIRD_DOOR)
    bring(core, asked, reached)
    world.dispatch()
    assert list(third.answers) == [reached.jti]
    assert Provision.objects.get(permit=asked.jti).state == "answered"
    other.says = None
    with clock.fixed(clock.now() + timedelta(minutes=20)):
        world.dispatch()
    assert list(other.answers) == [asked.jti]


def test_an_answer_that_the_inquirer_refuses_is_recorded(core: Core, other: Other) -> None:
    other.says = lambda brought: httpx.Response(
        200,
        json=[{"permit": each["permit"], "state": "refused", "refusal": "mismatch"} for each in brought],
    )
    bring(core, permit(core))
    world.dispatch()
    assert (Provision.objects.get().state, Provision.objects.get().refusal) == ("refused", "mismatch")
    assert Record.objects.filter(event="refused", refusal="mismatch").count() == 1


def test_an_answer_not_spoken_of_is_sent_again(core: Core, other: Other) -> None:
    other.says = lambda brought: httpx.Response(200, json=[])
    bring(core, permit(core))
    world.dispatch()
    assert Provision.objects.get().state == "answered"
    other.says = None
    with clock.fixed(clock.now() + timedelta(seconds=2)):
        world.dispatch()
    assert Provision.objects.get().state == "delivered"


@pytest.mark.parametrize("said", ['{"a": 1}', "[1]", "nonsense", '[{"permit": "x"}]'])
def test_an_answer_of_nonsense_changes_nothing(core: Core, other: Other, said: str) -> None:
    other.says = lambda brought: httpx.Response(200, content=said)
    bring(core, permit(core))
    world.dispatch()
    assert Provision.objects.get().state == "answered"


def test_a_person_without_records_is_an_answer_without_records(core: Core, other: Other) -> None:
    world.put_replicas((1, "d1", None), (1, "d2", None), sequence=2)
    asked = permit(core)
    bring(core, asked)
    world.dispatch()
    assert (other.answers[asked.jti].records, other.answers[asked.jti].refusal) == ((), None)
