"""情報照会 (M02, M17): asked, answered, decided; refused, cancelled, and what comes twice."""

from __future__ import annotations

from datetime import date

import pytest
from tests.numbers_double import Door

from sesshu.addressees import merging
from sesshu.addressees.models import ProtectiveMeasure
from sesshu.health.inquiries import asking, collecting, deciding, movers, services
from sesshu.health.inquiries.choices import Closing, State, steps_after
from sesshu.health.inquiries.models import Inquiry, Received
from sesshu.health.inquiries.services import NotAsked
from sesshu.health.inquiries.tests.invented import FORMER, ISE, KOFU, MR, TODAY, VARICELLA, moved_in, turn
from sesshu.health.ledger.models import Dose
from sesshu.kernel import clock
from sesshu.kernel.masking import HIDDEN
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import codes, points
from sesshu.protocol.refusals import Refusal


def asked(by: Account, number: str = "0000000101", **values: object) -> Inquiry:
    return services.ask(
        addressee=moved_in(number), kind="vaccination", provider=FORMER, by=by, at=clock.now(), **values
    )


def now(inquiry: Inquiry) -> Inquiry:
    inquiry.refresh_from_db()
    return inquiry


def test_m02_an_answer_comes_and_is_kept_as_it_came(door: Door, asker: Account) -> None:
    inquiry = asked(asker)
    door.answers["0000000101"] = [MR, VARICELLA]
    turn()
    assert now(inquiry).state == State.ANSWERED
    (body,) = door.said("/v1/exchange/inquiries")[0]["inquiries"]
    assert (body["item"], body["information"]) == ("25-1", codes.VACCINATION)
    assert (body["provider"], body["department"]) == (FORMER, "健康課")
    assert door.said("/v1/exchange/inquiries")[0]["actor"] == "asker"
    assert door.taken == {inquiry.processing_number}
    assert Received.objects.filter(inquiry=inquiry).count() == 2
    assert b"K100" not in b"".join(bytes(row.content) for row in Received.objects.all())


def test_m02_what_comes_twice_is_kept_once(door: Door, asker: Account) -> None:
    asked(asker)
    door.answers["0000000101"] = [MR]
    turn()
    door.taken.clear()
    collecting.collect(ISE)
    assert Received.objects.count() == 1
    assert len(door.taken) == 1


@pytest.mark.parametrize("point", [f"inquiries.{step}" for step in ("claimed", "told", "results", "kept")])
def test_m02_a_death_between_two_steps_loses_nothing(door: Door, asker: Account, point: str) -> None:
    inquiry = asked(asker)
    door.answers["0000000101"] = [MR]

    def die(name: str) -> None:
        if name == point:
            raise KeyboardInterrupt

    points.hook = die
    try:
        with pytest.raises(KeyboardInterrupt):
            turn()
    finally:
        points.hook = None
    with acting_for(ISE):
        turn()
    assert now(inquiry).state == State.ANSWERED
    assert Received.objects.count() == 1
    assert len(door.inquiries) == 1
    assert door.taken == {now(inquiry).processing_number}


@pytest.mark.parametrize("refusal", list(Refusal))
def test_m02_each_refusal_is_a_sentence_with_what_to_do(door: Door, asker: Account, refusal: Refusal) -> None:
    inquiry = asked(asker)
    door.answers["0000000101"] = str(refusal)
    turn()
    assert now(inquiry).refusal == refusal
    assert inquiry.state == (State.CANCELLED if refusal is Refusal.CANCELLED else State.REFUSED)
    assert steps_after(refusal)


def test_m02_after_a_refusal_one_asks_again_or_by_paper(door: Door, asker: Account) -> None:
    inquiry = asked(asker)
    door.answers["0000000101"] = "no_code"
    turn()
    again = services.ask_again(now(inquiry), by=asker, at=clock.now())
    assert (now(inquiry).state, inquiry.closing) == (State.CLOSED, Closing.RETRIED)
    door.answers["0000000101"] = "no_person"
    turn()
    services.close(now(again), closing=Closing.PAPER, by=asker, at=clock.now())
    assert now(again).state == State.CLOSED


def test_without_the_door_the_inquiry_waits(door: Door, asker: Account) -> None:
    inquiry = asked(asker)
    door.away = True
    turn()
    assert now(inquiry).state == State.QUEUED
    assert "利用できません" in inquiry.message
    door.away = False
    turn()
    assert now(inquiry).state == State.QUEUED  # not before its time
    Inquiry.objects.update(next_at=None)
    turn()
    assert now(inquiry).state == State.ANSWERED


def test_one_takes_an_inquiry_back(door: Door, asker: Account) -> None:
    door.silent = True
    waiting, gone = asked(asker), asked(asker, "0000000102")
    services.cancel(waiting, by=asker)
    assert now(waiting).state == State.CANCELLED
    turn()
    assert (now(gone).state, len(door.inquiries)) == (State.ASKED, 1)
    services.cancel(gone, by=asker)
    turn()
    assert now(gone).state == State.CANCELLED
    door.silent, door.answers["0000000102"] = False, [MR]
    collecting.collect(ISE)
    assert now(gone).state == State.CANCELLED
    assert not Received.objects.exists()
    with pytest.raises(NotAsked):
        services.cancel(gone, by=asker)


def test_one_taken_back_while_it_was_on_its_way_is_cancelled_there(door: Door, asker: Account) -> None:
    inquiry = asked(asker)
    door.silent = True

    def meanwhile(name: str) -> None:
        if name == "inquiries.told":
            points.hook = None
            services.cancel(now(inquiry), by=asker)

    points.hook = meanwhile
    try:
        turn()
    finally:
        points.hook = None
    asking.cancel(ISE)
    assert now(inquiry).state == State.CANCELLED
    assert [each["state"] for each in door.inquiries.values()] == ["cancelled"]


def test_one_taken_back_after_its_reply_was_lost_is_cancelled_there(door: Door, asker: Account) -> None:
    inquiry = asked(asker)
    door.silent = True

    def lost(name: str) -> None:
        if name == "inquiries.told":
            raise KeyboardInterrupt

    points.hook = lost
    try:
        with pytest.raises(KeyboardInterrupt):
            turn()
    finally:
        points.hook = None
    with acting_for(ISE):
        services.cancel(now(inquiry), by=asker)
        assert now(inquiry).is_pending
        turn()
    assert (now(inquiry).state, inquiry.cancel_requested) == (State.CANCELLED, False)
    assert [each["state"] for each in door.inquiries.values()] == ["cancelled"]
    door.calls.clear()
    turn()
    assert door.calls == []


def test_one_taken_back_before_it_went_is_over(door: Door, asker: Account) -> None:
    inquiry = asked(asker)
    services.cancel(inquiry, by=asker)
    assert (now(inquiry).state, inquiry.cancel_requested) == (State.CANCELLED, False)
    turn()
    assert door.calls == []


def test_one_taken_back_goes_at_once_when_the_door_opens(door: Door, asker: Account) -> None:
    inquiry = asked(asker)
    door.away = door.silent = True
    turn()
    services.cancel(now(inquiry), by=asker)
    turn()
    assert now(inquiry).is_pending
    door.away = False
    services.cancel(now(inquiry), by=asker)
    turn()
    assert (now(inquiry).state, inquiry.cancel_requested) == (State.CANCELLED, False)


def test_one_taken_back_that_nobody_takes_is_over(door: Door, asker: Account) -> None:
    inquiry = asked(asker)
    door.away = True
    turn()
    services.cancel(now(inquiry), by=asker)
    door.away = False
    door.unreadable.add(inquiry.number)
    turn()
    assert (now(inquiry).state, inquiry.cancel_requested) == (State.FAILED, False)


def test_m17_only_what_the_order_lists_may_be_asked(door: Door, asker: Account) -> None:
    who = moved_in()
    values = {"addressee": who, "by": asker, "at": clock.now()}
    for kind, provider in (
        ("gossip", FORMER),
        ("vaccination", "0900000000000011"),  # an insurer
        ("medical-benefit", FORMER),  # a municipality
        ("vaccination", codes.institution_of(ISE)),  # oneself
        ("vaccination", "0212345600000000"),  # no municipality has this code
        ("vaccination", "1" * 16),
    ):
        with pytest.raises(NotAsked):
            services.ask(kind=kind, provider=provider, **values)
    assert not Inquiry.objects.exists()


def test_m17_a_row_that_has_ended_cannot_be_asked(
    door: Door, asker: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from sesshu.health.inquiries import kinds

    ended = tuple(replace(kind, ends_on=date(2026, 11, 21)) for kind in kinds.all_kinds())
    monkeypatch.setattr(kinds, "all_kinds", lambda: ended)
    with pytest.raises(NotAsked, match="命令2条"):
        asked(asker)


def test_the_same_is_not_asked_twice_at_once(door: Door, asker: Account) -> None:
    inquiry = asked(asker)
    with pytest.raises(NotAsked, match="お待ち"):
        services.ask(
            addressee=inquiry.addressee, kind="vaccination", provider=FORMER, by=asker, at=clock.now()
        )


def test_an_inquiry_about_a_protected_person_is_not_disclosed(door: Door, asker: Account) -> None:
    who = moved_in()
    ProtectiveMeasure.objects.create(addressee=who, starts_on=TODAY, recorded_at=clock.now())
    made = services.ask(addressee=who, kind="vaccination", provider=FORMER, by=asker, at=clock.now())
    assert made.nondisclosure


def test_an_answer_about_somebody_else_is_not_taken(door: Door, asker: Account) -> None:
    inquiry = asked(asker)
    door.silent = True
    turn()
    door.silent = False
    next(iter(door.inquiries.values()))["addressee_number"] = "0000000999"
    door.answers["0000000999"] = [MR]
    collecting.collect(ISE)
    assert (now(inquiry).state, inquiry.refusal) == (State.FAILED, Refusal.MISMATCH)
    assert not Received.objects.exists()
    # It is left there, and nobody asks for it each minute.
    door.calls.clear()
    turn()
    assert (door.taken, door.calls) == (set(), [])
    # When the door names the right person, it is taken.
    next(iter(door.inquiries.values()))["addressee_number"] = inquiry.number
    door.answers[inquiry.number] = [MR]
    assert collecting.collect(ISE) == 1
    assert (now(inquiry).state, inquiry.refusal, inquiry.message) == (State.ANSWERED, "", "")
    assert door.taken == {inquiry.processing_number}


@pytest.mark.parametrize("at_once", [2, 3])
def test_what_is_left_at_the_door_holds_up_no_other(
    door: Door, asker: Account, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(collecting, "AT_ONCE", at_once)
    door.at_once = at_once
    made = [asked(asker, f"000000010{number}") for number in range(6)]
    door.silent = True
    turn()
    door.silent = False
    door.unanswered = {"0000000105"}
    for inquiry in list(door.inquiries.values())[:2]:
        inquiry["addressee_number"] = "0000000999"
    assert collecting.collect(ISE) == 3
    states = [State.FAILED] * 2 + [State.ANSWERED] * 3 + [State.ASKED]
    assert [now(inquiry).state for inquiry in made] == states
    assert door.taken == {inquiry.processing_number for inquiry in made[2:5]}
    assert collecting.collect(ISE) == 0


def test_an_answer_that_cannot_be_read_is_not_taken(door: Door, asker: Account) -> None:
    inquiry = asked(asker)
    door.answers["0000000101"] = [{"programme": ["mr"]}]
    turn()
    assert now(inquiry).state == State.FAILED
    assert "形式" in inquiry.message


def test_one_inquiry_that_cannot_be_read_holds_up_no_other(door: Door, asker: Account) -> None:
    made = [asked(asker, f"000000010{number}") for number in range(5)]
    door.unreadable.add("0000000103")
    turn()
    states = [now(inquiry).state for inquiry in made]
    assert states == [State.ANSWERED] * 3 + [State.FAILED, State.ANSWERED]
    assert made[3].message == "氏名が長すぎます。"


def test_after_a_merge_the_answer_finds_its_inquiry(door: Door, asker: Account) -> None:
    door.silent = True
    inquiry = asked(asker, "0000000102")
    turn()
    kept = moved_in("0000000101", birth_date=date(2024, 3, 2))
    merging.merge(winner=kept.pk, loser=inquiry.addressee_id, by=None, at=clock.now(), reason="同じ人")
    door.silent, door.answers["0000000102"] = False, [MR]
    turn()
    assert (now(inquiry).state, inquiry.addressee_id) == (State.ANSWERED, kept.pk)


@pytest.mark.parametrize("asked_about_the_one_that_stays", [True, False])
def test_after_a_merge_the_result_may_name_either_number(
    door: Door, asker: Account, asked_about_the_one_that_stays: bool
) -> None:
    door.silent = True
    inquiry, other = asked(asker, "0000000102"), moved_in("0000000103", birth_date=date(2024, 3, 2))
    turn()
    kept, gone = inquiry.addressee, other
    if not asked_about_the_one_that_stays:
        kept, gone = gone, kept
    merging.merge(winner=kept.pk, loser=gone.pk, by=None, at=clock.now(), reason="同じ人")
    last = moved_in("0000000104", birth_date=date(2024, 3, 3))
    merging.merge(winner=last.pk, loser=kept.pk, by=None, at=clock.now(), reason="同じ人")
    door.silent, door.answers[other.number] = False, [MR]
    next(iter(door.inquiries.values()))["addressee_number"] = other.number
    turn()
    assert (now(inquiry).state, Received.objects.count()) == (State.ANSWERED, 1)
    assert door.taken == {inquiry.processing_number}


def test_all_who_moved_in_are_asked_about_at_once(door: Door, asker: Account) -> None:
    born = date(2026, 11, 12)
    moved_in("0000000101")
    moved_in("0000000102", former_municipality_code="141011")  # a ward of Yokohama
    moved_in("0000000103", former_municipality_code="")
    moved_in("0000000104", birth_date=born, resident_since=born)  # born here
    moved_in("0000000105", resident_since=date(2026, 9, 1))  # before the period
    protected = moved_in("0000000106")
    ProtectiveMeasure.objects.create(addressee=protected, starts_on=TODAY, recorded_at=clock.now())
    period = {"since": date(2026, 11, 1), "until": TODAY}
    found = movers.found(**period, by=asker)
    assert (found.moved_in, len(found.askable), found.unknown, found.asked) == (4, 3, 1, 0)
    assert found.providers == (("団体コード 141003", 1), ("甲府市", 1), (HIDDEN, 1))
    run = movers.ask_all(**period, by=asker, at=clock.now())
    assert run.count == 3
    assert Inquiry.objects.get(addressee=protected).nondisclosure
    turn()
    assert set(Inquiry.objects.values_list("state", flat=True)) == {State.ANSWERED}
    assert movers.found(**period, by=asker).asked == 3
    with pytest.raises(NotAsked):
        movers.ask_all(**period, by=asker, at=clock.now())
    assert len(AuditEvent.objects.get(action="inquiry.ask-many").subjects) == 3


def test_many_inquiries_cost_few_questions(
    door: Door, asker: Account, django_assert_max_num_queries: object
) -> None:
    for number in range(40):
        moved_in(f"00000002{number:02}")
        door.answers[f"00000002{number:02}"] = [MR]
    movers.ask_all(since=date(2026, 11, 1), until=TODAY, by=asker, at=clock.now())
    with django_assert_max_num_queries(90):  # type: ignore[operator]  # one audit event for each of the 40
        turn()
    assert Received.objects.count() == 40


def test_erased_answers_are_gone_and_the_inquiry_stays(door: Door, asker: Account) -> None:
    from sesshu.protection.keys.models import SubjectKey
    from sesshu.protection.retention.rules import rule

    inquiry = asked(asker)
    door.answers["0000000101"] = [MR]
    turn()
    deciding.take_all_new(now(inquiry), by=asker, at=clock.now())
    found = rule("inquiry-answers")
    assert [each.subject for each in found.candidates(TODAY, None)] == [inquiry.pk]
    assert found.erase([inquiry.pk]) == {"inquiries.Received": 1}
    assert not SubjectKey.objects.exists()
    assert now(inquiry).key is None
    assert Dose.objects.get().note.startswith("情報照会による登録（甲府市")
    assert KOFU in FORMER
