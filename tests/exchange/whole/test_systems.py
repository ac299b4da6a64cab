"""Two intermediate servers and the network's core, as they are, in one process: the wires are ours."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sesshu.intermediate import correcting
from sesshu.intermediate.models import Provision, Record
from sesshu.intermediate.tests import world
from sesshu.kernel import clock
from sesshu.network.models import Record as CoreRecord
from sesshu.protection.models import Account
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import codes
from tests.exchange.whole.world import BEGIN, CORE, ISE, KOFU, Exchange

RESIDENT = "12345678903"


@pytest.fixture
def child(exchange: Exchange) -> Exchange:
    """She lived in Kofu and lives in Ise now; Kofu has two of her doses."""
    for city, number in ((ISE, world.number(1)), (KOFU, world.number(2))):
        exchange.acquire(city, number, RESIDENT)
    records = [
        {
            "integrated_number": world.number(2), "record_id": f"d{n}", "information": codes.VACCINATION,
            "sequence": 1, "action": "put", "content": world.record(f"2025-0{n}-01", lot=f"L{n}"),
        }
        for n in (1, 2)
    ]  # fmt: skip
    exchange.ask(KOFU, "/dbm/replicas", process="p-ledger", records=records)
    return exchange


def inquire(exchange: Exchange) -> str:
    asked = world.inquiry(1, provider=codes.institution_of(KOFU))
    (accepted,) = exchange.ask(ISE, "/ski/inquiries", inquiries=[asked])
    assert accepted["error"] == "", accepted
    return str(accepted["processing_number"])


def test_a_child_s_doses_come_from_her_former_city(child: Exchange) -> None:
    """M01, M02, M03, M07, M14"""
    processing = inquire(child)
    child.settle()
    (found,) = child.ask(ISE, "/ski/results", waiting=True)
    assert (found["processing_number"], found["state"]) == (processing, "answered")
    assert [each["lot"] for each in found["records"]] == ["L1", "L2"]
    assert found["integrated_number"] == world.number(1)
    for city, side in ((ISE, "inquirer"), (KOFU, "provider")):
        number = world.number(1 if city == ISE else 2)
        (entry,) = child.ask(city, "/tkm/records", integrated_number=number)
        assert (entry["side"], entry["event"]) == (side, "provided")


def test_who_is_flagged_is_provided_only_by_a_person(child: Exchange) -> None:
    """M12"""
    child.ask(
        KOFU,
        "/dbm/flags",
        flags=[
            {
                "integrated_number": world.number(2), "information": None, "no_auto_reply": True,
                "nondisclosure": True,
            }
        ],
    )  # fmt: skip
    processing = inquire(child)
    child.settle()
    assert child.ask(ISE, "/ski/results", processing_numbers=[processing])[0]["state"] == "permitted"
    with acting_for(KOFU):
        assert Provision.objects.get().state == "waiting"


def test_a_code_that_was_given_up_is_known_to_nobody(child: Exchange) -> None:
    child.ask(KOFU, "/fgu/invalidate", integrated_numbers=[world.number(2)])
    child.settle()
    processing = inquire(child)
    child.settle()
    (found,) = child.ask(ISE, "/ski/results", processing_numbers=[processing])
    assert (found["state"], found["refusal"]) == ("refused", "no_person")


def test_a_correction_reaches_the_other_city(child: Exchange) -> None:
    """M05, 番号法31条"""
    inquire(child)
    child.settle()
    with acting_for(ISE):
        clerk = Account.objects.create(login="t-x", name="試験", municipality_id=ISE)
        record = Record.objects.get(event="provided")
        correcting.correct(record, field="legal_basis", after="訂正後", reason="誤記", by=clerk)
    child.settle()
    (entry,) = child.ask(KOFU, "/tkm/records", integrated_number=world.number(2), all=True)
    assert [each["after"] for each in entry["corrections"]] == ["訂正後"]
    assert entry["legal_basis"] != "訂正後"


def test_a_cancelled_inquiry_was_provided_on_neither_side(child: Exchange) -> None:
    """M05: the provider hears what became of its answer, also when it must ask a second time."""
    processing = inquire(child)
    child.dispatch(ISE)
    child.dispatch(CORE)
    child.ask(ISE, "/ski/cancellations", processing_numbers=[processing])
    child.wire.faults.append("unanswered")
    child.dispatch(KOFU)
    with clock.fixed(BEGIN + timedelta(minutes=20)):
        child.settle()
    (found,) = child.ask(ISE, "/ski/results", processing_numbers=[processing])
    assert (found["state"], found["records"]) == ("cancelled", [])
    told = {city: child.ask(city, "/tkm/records", integrated_number=world.number(n), all=True) for city, n in
            ((ISE, 1), (KOFU, 2))}  # fmt: skip
    assert [(each["event"], each["count"]) for each in told[KOFU]] == [("refused", 0)]
    assert [each["event"] for each in told[ISE]] == ["discarded"]


def test_cancelled_before_its_permit_came_the_core_hears_of_the_end(child: Exchange) -> None:
    """番号法23条3項"""
    processing = inquire(child)
    child.wire.faults.append("unanswered")
    child.dispatch(ISE)
    child.ask(ISE, "/ski/cancellations", processing_numbers=[processing])
    with clock.fixed(BEGIN + timedelta(minutes=20)):
        child.settle()
    (record,) = CoreRecord.objects.all()
    assert dict(record.endings.values_list("side", "result")) == {
        "inquirer": "cancelled", "provider": "refused",
    }  # fmt: skip
