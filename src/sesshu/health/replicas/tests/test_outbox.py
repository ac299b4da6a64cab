"""副本 upkeep (M06, U03): every command on the ledger reaches the door exactly once and in order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.numbers_double import Door

from sesshu.addressees import merging
from sesshu.addressees.models import Addressee, ProtectiveMeasure
from sesshu.addressees.services import register_unregistered, set_telephone, update_unregistered
from sesshu.health.ledger import services as ledger
from sesshu.health.ledger.models import Dose
from sesshu.health.replicas import ending, flags, sending, upkeep
from sesshu.health.replicas.choices import Kind, State
from sesshu.health.replicas.models import OutboxEntry, ReplicaRecord
from sesshu.kernel import clock
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.tenancy import acting_for

ISE = "242039"
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.fixed(TODAY):
        yield


@pytest.fixture
def begun(ise: object, door: Door) -> Door:
    """The city has begun with its 副本."""
    upkeep.rebuild(by=None, at=clock.now(), today=TODAY)
    return door


def person(name: str = "見本　花子", **values: Any) -> Addressee:
    return register_unregistered(
        by=None, at=clock.now(),
        values={"name": name, "sex": "2", "birth_date": date(2025, 3, 1), "kind": "2", **values},
    )  # fmt: skip


def given(who: Addressee, on: date = date(2026, 6, 1), **items: Any) -> Dose:
    return ledger.record_dose(addressee=who, vaccine="MR", date=on, by=None, at=clock.now(), **items)


@pytest.fixture
def officer(ise: object) -> Account:
    return Account.objects.create(login="kakunin", name="見本　職員", municipality_id=ISE)


def flag(who: Addressee, by: Account, *, on: bool = True) -> None:
    flags.set_flags(
        addressee=who, no_auto_reply=on, nondisclosure=on, reason="相談による", by=by, at=clock.now(),
        today=TODAY,
    )  # fmt: skip


def waiting() -> list[tuple[str, int]]:
    rows = OutboxEntry.objects.filter(state=State.WAITING).order_by("pk")
    return [(row.kind, row.sequence) for row in rows]


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


def test_m06_a_merge_moves_the_records_and_its_undoing_moves_them_back(begun: Door) -> None:
    one, other = person(), person("見本　はなこ")
    given(other)
    sending.send(ISE)
    done = merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    sending.send(ISE)
    assert (len(begun.standing(one.number)), len(begun.standing(other.number))) == (1, 0)
    assert begun.joined == {other.number: one.number}
    merging.undo(merge=done.pk, by=None, at=clock.now())
    sending.send(ISE)
    assert (len(begun.standing(one.number)), len(begun.standing(other.number))) == (0, 1)
    assert begun.joined == {}
    assert upkeep.standing().agrees


def test_u03_two_are_joined_after_their_records_and_parted_before_them(begun: Door) -> None:
    """In between, one's dose would stand under the other's 団体内統合宛名番号."""
    one, other = person(), person("見本　はなこ")
    given(other)
    sending.send(ISE)
    begun.calls.clear()
    done = merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    sending.send(ISE)
    merging.undo(merge=done.pk, by=None, at=clock.now())
    sending.send(ISE)
    assert [path.rpartition("/")[2] for path, _ in begun.calls] == [
        "replicas", "merge", "unmerge", "replicas",
    ]  # fmt: skip


def test_u03_told_twice_or_undone_before_it_went_is_as_wanted(begun: Door) -> None:
    one, other = person(), person("見本　はなこ")
    sending.send(ISE)
    done = merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    sending.send(ISE)
    OutboxEntry.objects.filter(kind=Kind.JOIN).update(state=State.WAITING)
    assert (sending.send(ISE).sent, begun.joined) == (1, {other.number: one.number})
    begun.joined.clear()
    OutboxEntry.objects.filter(kind=Kind.JOIN).update(state=State.WAITING)
    merging.undo(merge=done.pk, by=None, at=clock.now())
    assert (sending.send(ISE).sent, begun.joined) == (2, {})


def test_m12_what_staff_set_of_the_one_holds_of_the_other_while_they_are_one(
    begun: Door, officer: Any
) -> None:
    one, other = person(), person("見本　はなこ")
    given(other)
    flag(other, officer)
    sending.send(ISE)
    done = merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    begun.calls.clear()
    sending.send(ISE)
    assert [path.rpartition("/")[2] for path, _ in begun.calls] == ["flags", "replicas", "merge"]
    assert begun.flags[one.number]["no_auto_reply"]
    assert flags.flags_of(one.pk).no_auto_reply
    merging.undo(merge=done.pk, by=None, at=clock.now())
    begun.calls.clear()
    sending.send(ISE)
    assert [path.rpartition("/")[2] for path, _ in begun.calls] == ["unmerge", "flags", "replicas"]
    told = {number: each["no_auto_reply"] for number, each in begun.flags.items()}
    assert told == {one.number: False, other.number: True}


def test_m12_of_who_was_joined_nothing_is_told_that_would_undo_the_other_s_flags(
    begun: Door, officer: Any
) -> None:
    one, other = person(), person("見本　はなこ")
    for each in (one, other):
        flag(each, officer)
    merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    sending.send(ISE)
    begun.calls.clear()
    flag(other, officer, on=False)
    sending.send(ISE)
    assert begun.said("/v1/exchange/flags") == []
    assert begun.flags[one.number]["no_auto_reply"]


def test_m12_flags_wait_for_the_number_without_which_nobody_knows_whom_they_are_about(
    begun: Door, officer: Any
) -> None:
    who = person()
    given(who)
    flag(who, officer)
    OutboxEntry.objects.filter(kind=Kind.ASSIGN).update(next_at=clock.now() + timedelta(minutes=1))
    assert sending.send(ISE).sent == 0
    OutboxEntry.objects.update(next_at=None)
    assert sending.send(ISE).sent == 3
    assert begun.flags[who.number]["no_auto_reply"]


def test_m12_flags_of_a_person_unknown_there_are_refused_and_the_record_is_not_put(
    begun: Door, officer: Any
) -> None:
    who = person()
    sending.send(ISE)
    begun.persons.clear()
    given(who)
    flag(who, officer)
    assert sending.send(ISE).refused == 2
    assert OutboxEntry.objects.get(kind=Kind.FLAGS).message.startswith("統合宛名番号が付番されていない")


def test_m12_resending_sends_the_flags_too(begun: Door, officer: Any) -> None:
    who = person()
    flag(who, officer)
    sending.send(ISE)
    begun.flags.clear()
    upkeep.rebuild(by=None, at=clock.now(), today=TODAY, resend=True)
    sending.send(ISE)
    assert begun.flags[who.number]["no_auto_reply"]


def test_u03_who_was_joined_before_the_city_began_has_a_number_when_parted(ise: object, door: Door) -> None:
    one, other = person(), person("見本　はなこ")
    done = merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    upkeep.rebuild(by=None, at=clock.now(), today=TODAY)
    sending.send(ISE)
    assert other.number not in door.persons
    merging.undo(merge=done.pk, by=None, at=clock.now())
    sending.send(ISE)
    assert other.number in door.persons


def test_u03_who_cannot_be_joined_is_shown_with_the_reason(begun: Door) -> None:
    one, other = person(), person("見本　はなこ")
    begun.numbered = {other.number}
    merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    assert sending.send(ISE).refused == 1
    (entry,) = OutboxEntry.objects.filter(state=State.REFUSED)
    assert (entry.kind, entry.message) == (Kind.JOIN, "できません（number）。")


def test_u03_while_two_cannot_be_parted_the_record_of_the_one_is_not_put(begun: Door) -> None:
    one, other = person(), person("見本　はなこ")
    given(other)
    done = merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    sending.send(ISE)
    begun.unparted = True
    merging.undo(merge=done.pk, by=None, at=clock.now())
    sending.send(ISE)
    assert (len(begun.standing(one.number)), len(begun.standing(other.number))) == (0, 0)
    begun.unparted = False
    upkeep.retry_refused(by=None)
    sending.send(ISE)
    assert len(begun.standing(other.number)) == 1


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


def test_m12_flags_follow_the_protective_measure_and_go_before_the_records(begun: Door) -> None:
    who = person()
    given(who)
    measure = ProtectiveMeasure.objects.create(addressee=who, starts_on=TODAY, recorded_at=clock.now())
    sending.send(ISE)
    assert begun.flags[who.number]["no_auto_reply"]
    assert begun.flags[who.number]["nondisclosure"]
    paths = [path for path, _ in begun.calls]
    assert paths.index("/v1/exchange/flags") < paths.index("/v1/exchange/replicas")
    measure.ends_on = date(2026, 11, 21)
    measure.save()
    sending.send(ISE)
    assert not begun.flags[who.number]["no_auto_reply"]


def test_m12_no_record_goes_while_the_flags_are_refused(begun: Door) -> None:
    who = person()
    given(who)
    ProtectiveMeasure.objects.create(addressee=who, starts_on=TODAY, recorded_at=clock.now())
    begun.refuses_flags = True
    sending.send(ISE)
    given(who, date(2026, 7, 1))
    sending.send(ISE)
    assert begun.standing(who.number) == []
    begun.refuses_flags = False
    upkeep.retry_refused(by=None)
    sending.send(ISE)
    assert len(begun.standing(who.number)) == 2


def test_m12_staff_set_flags_with_a_reason(begun: Door, clerk: Any) -> None:
    who = person()
    values = {"addressee": who, "by": clerk, "at": clock.now(), "today": TODAY}
    with pytest.raises(flags.NoReason):
        flags.set_flags(no_auto_reply=True, nondisclosure=False, reason=" ", **values)
    flags.set_flags(no_auto_reply=True, nondisclosure=False, reason="本人の申出", **values)
    sending.send(ISE)
    assert begun.flags[who.number] == {
        "addressee_number": who.number, "information": None, "no_auto_reply": True, "nondisclosure": False,
    }  # fmt: skip


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
