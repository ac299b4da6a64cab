"""副本 upkeep (M06, U03): every command on the ledger reaches the door exactly once and in order."""

from __future__ import annotations

import pytest
from tests.numbers_double import Door

from sesshu.addressees.services import set_telephone, update_unregistered
from sesshu.health.ledger import services as ledger
from sesshu.health.ledger.models import Dose
from sesshu.health.replicas import ending, sending, upkeep
from sesshu.health.replicas.choices import Kind, State
from sesshu.health.replicas.models import OutboxEntry, ReplicaRecord
from sesshu.health.replicas.tests.invented import ISE, TODAY, given, person, waiting
from sesshu.kernel import clock
from sesshu.protection.models import AuditEvent
from sesshu.protection.tenancy import acting_for


def test_before_the_city_has_begun_nothing_is_noted(ise: object) -> None:
    given(person())
    assert not OutboxEntry.objects.exists()


def test_m06_a_dose_reaches_the_door_with_its_content(begun: Door) -> None:
    who = person()
    dose = given(who, lot_number="A123", maker="武田", provider_name="見本小児科")
    assert sending.send(ISE).sent == 2
    assert begun.persons[who.number]["name"] == "見本　花子"
    (record,) = begun.standing(who.number)
    assert record["sequence"] == 1
    assert record["content"]["administered_on"] == "2026-06-01"
    assert record["content"]["lot"] == "A123"
    assert record["content"]["programme"] == "mr"
    assert ReplicaRecord.objects.get(dose=dose).record_id == record["record_id"]
    assert not waiting()


def test_m06_a_void_withdraws_and_a_correction_puts_the_new_one(begun: Door) -> None:
    who = person()
    dose = given(who, lot_number="A1")
    sending.send(ISE)
    ledger.replace(dose, reason="ロットの誤り", by=None, at=clock.now(), lot_number="B2")
    assert waiting() == [(Kind.WITHDRAW, 2), (Kind.PUT, 1)]
    sending.send(ISE)
    assert [record["content"]["lot"] for record in begun.standing(who.number)] == ["B2"]
    ledger.void(Dose.objects.get(voided_at__isnull=True), reason="誤入力", by=None, at=clock.now())
    sending.send(ISE)
    assert begun.standing(who.number) == []


def test_m06_what_is_rolled_back_is_not_noted(begun: Door) -> None:
    who = person()

    def fails() -> None:
        with acting_for(ISE):
            given(who)
            raise RuntimeError("the command fails")

    with pytest.raises(RuntimeError):
        fails()
    assert [kind for kind, _ in waiting()] == [Kind.ASSIGN]


def test_m06_told_twice_counts_once(begun: Door) -> None:
    """A sender that died after the telling and before its own commit sends the same again."""
    who = person()
    given(who)
    sending.send(ISE)
    OutboxEntry.objects.update(state=State.WAITING)
    assert sending.send(ISE).sent == 2
    assert [record["sequence"] for record in begun.standing(who.number)] == [1]
    assert upkeep.standing().agrees


def test_m06_without_an_answer_all_waits_and_goes_later_in_order(begun: Door) -> None:
    who = person()
    dose = given(who)
    begun.away = True
    done = sending.send(ISE)
    assert (done.sent, done.put_off) == (0, 2)
    assert "利用できません" in done.message
    ledger.void(dose, reason="誤入力", by=None, at=clock.now())
    begun.away = False
    assert sending.send(ISE).sent == 0  # the withdrawal may not overtake what was put off
    OutboxEntry.objects.update(next_at=None)
    assert sending.send(ISE).sent == 3
    assert [record["action"] for record in begun.said("/v1/exchange/replicas")[0]["records"]] == [
        "put", "withdraw",
    ]  # fmt: skip
    assert begun.standing(who.number) == []


def test_who_has_no_integrated_number_is_told_of_and_goes_after_it_was_put_right(begun: Door) -> None:
    who = person()
    begun.unassigned.add(who.number)
    given(who)
    done = sending.send(ISE)
    assert (done.sent, done.refused) == (0, 2)
    messages = set(OutboxEntry.objects.values_list("message", flat=True))
    assert any("個人番号が登録されていません" in message for message in messages)
    assert begun.said("/v1/exchange/replicas") == []
    begun.unassigned.clear()
    assert upkeep.retry_refused(by=None) == 2
    sending.send(ISE)
    assert len(begun.standing(who.number)) == 1


def test_u03_a_change_of_name_is_told_and_of_the_telephone_is_not(begun: Door) -> None:
    who = person()
    sending.send(ISE)
    set_telephone(by=None, at=clock.now(), pk=who.pk, telephone="0596000000")
    assert not waiting()
    update_unregistered(by=None, at=clock.now(), pk=who.pk, values={"name": "別名　花子"})
    sending.send(ISE)
    assert begun.persons[who.number]["name"] == "別名　花子"


def test_m13_each_batch_is_in_the_log_with_its_digest(begun: Door) -> None:
    who = person()
    given(who)
    sending.send(ISE)
    events = AuditEvent.objects.filter(action="replica.send").order_by("pk")
    assert [event.detail["path"] for event in events] == ["/v1/integrated/assign", "replicas"]
    assert all(len(event.detail["digest"]) == 64 and event.subjects == [who.pk] for event in events)


def test_drift_is_seen_and_rebuilt(begun: Door) -> None:
    who = person()
    given(who)
    sending.send(ISE)
    ReplicaRecord.objects.update(put=False)
    found = upkeep.standing()
    assert (found.missing, found.agrees) == (1, False)
    upkeep.rebuild(by=None, at=clock.now(), today=TODAY)
    sending.send(ISE)
    assert upkeep.standing().agrees
    assert begun.standing(who.number)[0]["sequence"] == 2


def test_what_the_other_side_lost_is_sent_again(begun: Door) -> None:
    who = person()
    given(who)
    sending.send(ISE)
    begun.replicas.clear()
    done = upkeep.rebuild(by=None, at=clock.now(), today=TODAY, resend=True)
    assert done["again"] == 1
    sending.send(ISE)
    assert len(begun.standing(who.number)) == 1


def test_the_city_s_own_programmes_are_not_registered(begun: Door) -> None:
    from sesshu.health.catalogue.models import OwnProgramme

    OwnProgramme.objects.create(
        code="own-mumps", name="おたふくかぜ", vaccine="おたふく", valid_from=TODAY, doses=2,
        age_from_months=12, age_to_months=84,
    )  # fmt: skip
    who = person()
    Dose.objects.create(
        addressee=who, programme="own-mumps", vaccine="おたふく", date=TODAY, recorded_at=clock.now()
    )
    assert not ReplicaRecord.objects.exists()


def test_h21_before_an_erasure_the_records_are_withdrawn(begun: Door) -> None:
    who = person()
    given(who)
    sending.send(ISE)
    assert ending.withdraw(ISE, [who.pk]) == ["replicas:1"]
    assert begun.standing(who.number) == []
    assert ending.withdraw(ISE, [who.pk]) == ["replicas:1"]  # again, after a crash


def test_one_entry_that_cannot_be_read_holds_up_no_other(begun: Door) -> None:
    persons = [person(f"見本　{number}") for number in range(5)]
    given(persons[2])
    begun.unreadable.add(persons[2].number)
    done = sending.send(ISE)
    assert (done.sent, done.refused, done.put_off) == (4, 2, 0)
    refused = OutboxEntry.objects.filter(state=State.REFUSED, kind=Kind.ASSIGN).get()
    assert (refused.addressee_id, refused.message) == (persons[2].pk, "氏名が長すぎます。")
