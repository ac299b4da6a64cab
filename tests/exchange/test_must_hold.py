"""What must hold, each case from the inquiry's beginning to its record on both sides (controls 46-53).

docs/security/exchange.md says which case is shown where.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from sesshu.intermediate import answering, deciding, expiring, network_copies, outbox
from sesshu.intermediate.choices import OutboxKind
from sesshu.intermediate.models import Inquiry, Provision, Record
from sesshu.intermediate.sealing import cabinet
from sesshu.network import core_keys, list_file
from sesshu.protocol import codes, envelopes, messages
from sesshu.protocol.refusals import Refusal

from .cities import ISE, KOFU, ROW, TSU, Exchange, content
from .conftest import HERE, RESIDENT, THERE
from .wires import CORE, DELAY, institution

CLOCKS = pytest.mark.parametrize("minutes", [-10, 10])


def ask(exchange: Exchange, provider: str = KOFU) -> str:
    taken = exchange.inquire(ISE, HERE, provider)
    assert taken["error"] == "", taken
    return str(taken["processing_number"])


def ended(exchange: Exchange, processing: str) -> tuple[str, str | None]:
    """State and reason; nothing was provided."""
    found = exchange.result(ISE, processing)
    assert found["records"] == []
    return found["state"], found["refusal"]


def sides(exchange: Exchange) -> dict[str, tuple[str, str | None]]:
    """The end as it stands in both cities' 情報提供等記録, of the child's newest inquiry."""
    found = {}
    for city, number in ((ISE, HERE), (KOFU, THERE)):
        entries = exchange.records(city, number)
        found[city] = (entries[0]["event"], entries[0]["refusal"]) if entries else ("", None)
    return found


def brought(exchange: Exchange, path: str = "/network/permits") -> list[Any]:
    """What was brought to that door of Kofu or Ise."""
    return [body for each in exchange.wires.passed if each.path == path for body in each.body]


def bring(exchange: Exchange, to: str, token: str, part: str = "core", sender: str = CORE) -> Any:
    """A permit at a city's door; status and answer."""
    answer = exchange.wires.alive(
        to, lambda: exchange.wires.knock(to, "/network/permits", [token], part, institution(sender))
    )
    return answer.status_code, json.loads(answer.content)


def genuine(exchange: Exchange) -> dict[str, Any]:
    """The content of the permit that Kofu got, as the core signed it."""

    def read() -> dict[str, Any]:
        public = envelopes.imported(envelopes.public(core_keys.own_key()))
        return envelopes.verified(brought(exchange)[-1], public, typ=messages.PERMIT)

    found: dict[str, Any] = exchange.as_core(read)
    return found


def signed(exchange: Exchange, **changed: Any) -> str:
    """Another permit of the core's own hand."""
    said = genuine(exchange) | changed
    token: str = exchange.as_core(lambda: envelopes.signed(said, core_keys.own_key(), typ=messages.PERMIT))
    return token


def test_a_skipped_permit_opens_nothing(child: Exchange) -> None:
    """Control 50: a city asks Kofu itself; only the core may bring permits, and none is in what it brings."""
    ask(child)
    child.settle()
    before = len(child.of(KOFU, Provision))
    token = signed(child, jti=codes.new_permit_id(), processing_number=codes.new_processing_number())
    assert bring(child, KOFU, token, "intermediate", ISE)[0] == 403
    assert bring(child, KOFU, token, "numbers", KOFU)[0] == 403
    assert len(child.of(KOFU, Provision)) == before


def test_a_forged_permit_is_refused_and_recorded(child: Exchange) -> None:
    """Control 50"""
    ask(child)
    child.settle()
    said = genuine(child) | {"jti": codes.new_permit_id()}
    forged = envelopes.signed(said, envelopes.new_key(), typ=messages.PERMIT)
    answers = len(brought(child, "/network/answers"))
    assert bring(child, KOFU, forged)[1][0]["refusal"] == Refusal.FORGED
    child.settle()
    assert len(brought(child, "/network/answers")) == answers
    assert [each.refusal for each in child.of(KOFU, Record)][-1] == Refusal.FORGED


def test_a_replayed_permit_provides_nothing_more(child: Exchange) -> None:
    """Control 50: the very permit again is known, and one that reuses its id or its number is refused."""
    ask(child)
    child.settle()
    answers = len(brought(child, "/network/answers"))
    assert bring(child, KOFU, brought(child)[-1])[1][0]["state"] == "known"
    for changed in ({"item": "26-1"}, {"jti": codes.new_permit_id()}):
        assert bring(child, KOFU, signed(child, **changed))[1][0]["refusal"] == Refusal.REPLAYED
    child.settle()
    assert len(brought(child, "/network/answers")) == answers
    assert [each.refusal for each in child.of(KOFU, Record)][-2:] == [Refusal.REPLAYED] * 2


def test_a_permit_that_came_too_late_is_refused_on_both_sides(child: Exchange) -> None:
    """Control 50: on its way for two days."""
    processing = ask(child)
    child.wires.faults.extend(["", DELAY])
    child.dispatch(ISE)
    child.dispatch(CORE)
    (late,) = child.wires.late
    assert late.path == "/network/permits"
    child.wires.now += timedelta(days=2)
    child.wires.arrive_late(0)
    child.settle()
    assert ended(child, processing) == ("refused", Refusal.EXPIRED)
    assert sides(child) == dict.fromkeys((ISE, KOFU), ("refused", Refusal.EXPIRED))


def test_another_institution_s_permit_is_refused(child: Exchange) -> None:
    """Control 49: Kofu's permit at Tsu's door, genuine as it is."""
    ask(child)
    child.settle()
    assert bring(child, TSU, brought(child)[-1])[1][0]["refusal"] == Refusal.WRONG_INSTITUTION
    assert child.of(TSU, Provision) == []
    assert [each.refusal for each in child.of(TSU, Record)] == [Refusal.WRONG_INSTITUTION]


def test_what_is_not_on_the_list_is_refused_where_it_is_asked(child: Exchange) -> None:
    """M11, M17, control 47: nothing leaves Ise, and the refusal stands in its record."""
    sent = len(child.wires.passed)
    taken = child.inquire(ISE, HERE, KOFU, item="25-2", information="TM00000000000902")
    assert (taken["processing_number"], taken["error"]) == (None, Refusal.NOT_LISTED)
    assert Refusal.NOT_LISTED.sentence == taken["message"]
    child.settle()
    assert len(child.wires.passed) == sent
    assert sides(child)[ISE] == ("refused", Refusal.NOT_LISTED)


def test_what_is_not_on_the_list_is_refused_by_the_core(child: Exchange) -> None:
    """N02, control 50: Ise's server let it pass all the same; the core records it, Kofu hears nothing."""
    processing = ask(child)
    (listed,) = [each for each in child.of(ISE, Inquiry) if each.processing_number == processing]
    child.wires.alive(ISE, lambda: _change(listed, item="25-2"))
    child.settle()
    assert ended(child, processing) == ("refused", Refusal.NOT_LISTED)
    (record,) = child.core_records()
    assert (record.refusal, record.permit) == (Refusal.NOT_LISTED, None)
    assert brought(child) == []


def test_with_lists_out_of_step_nothing_is_provided_until_all_have_it(child: Exchange) -> None:
    """M11, control 51: at the core alone; then at the core and Ise; then everywhere."""
    fewer = [
        row.model_copy(update={"fields": row.fields[:5]}) if row == ROW else row
        for row in list_file.read().rows()
    ]
    child.publish(fewer)
    processing = ask(child)
    child.settle()
    assert ended(child, processing) == ("refused", Refusal.LIST_OUT_OF_STEP)
    assert child.refresh(ISE)
    processing = ask(child)
    child.settle()
    assert ended(child, processing) == ("refused", Refusal.LIST_OUT_OF_STEP)
    assert sides(child) == dict.fromkeys((ISE, KOFU), ("refused", Refusal.LIST_OUT_OF_STEP))
    assert child.refresh(KOFU)
    processing = ask(child)
    child.settle()
    records = child.result(ISE, processing)["records"]
    assert len(records) == 2
    assert {name for each in records for name in each} == set(ROW.fields[:5])


def test_a_city_that_does_not_know_her_says_so(child: Exchange) -> None:
    """M03: the wrong city was asked; both have it in their records, hers has no name to it."""
    processing = ask(child, TSU)
    child.settle()
    assert ended(child, processing) == ("refused", Refusal.NO_PERSON)
    assert sides(child)[ISE] == ("refused", Refusal.NO_PERSON)
    (record,) = child.of(TSU, Record)
    assert (record.event, record.refusal, record.person_digest) == ("refused", Refusal.NO_PERSON, None)


def test_without_a_code_nothing_is_asked(exchange: Exchange) -> None:
    """M01: refused at once, recorded, and it goes once the 符号 has come."""
    taken = exchange.inquire(ISE, HERE, KOFU)
    assert (taken["processing_number"], taken["error"]) == (None, Refusal.NO_CODE)
    assert [each.refusal for each in exchange.of(ISE, Record)] == [Refusal.NO_CODE]
    exchange.acquire(ISE, HERE, RESIDENT)
    exchange.settle()
    assert ask(exchange)


@pytest.mark.parametrize(("city", "number"), [(ISE, HERE), (KOFU, THERE)])
def test_a_code_given_up_and_asked_for_at_once_is_one_that_counts(
    child: Exchange, city: str, number: str
) -> None:
    """M01: she moved out and came back before the core was told that her 符号 was given up."""
    child.wires.dead.add(CORE)
    child.ask(city, "/fgu/invalidate", integrated_numbers=[number])
    child.settle()
    assert child.acquire(city, number, RESIDENT) == "later"
    child.wires.heal()
    child.settle()
    assert child.acquire(city, number, RESIDENT) == "accepted"
    child.settle()
    processing = ask(child)
    child.settle()
    assert child.result(ISE, processing)["state"] == "answered"


def test_a_dead_peer_holds_up_nobody_and_gets_all_when_it_is_back(child: Exchange) -> None:
    """M02, control 46"""
    child.acquire(TSU, "900000000000003", RESIDENT)
    child.put(TSU, "900000000000003", "t1", **content("T1"))
    child.settle()
    child.wires.dead.add(KOFU)
    waiting = [ask(child) for _ in range(3)]
    other = ask(child, TSU)
    child.settle()
    assert [each["lot"] for each in child.result(ISE, other)["records"]] == ["T1"]
    assert {child.result(ISE, each)["state"] for each in waiting} == {"permitted"}
    child.wires.heal()
    child.settle()
    assert {child.result(ISE, each)["state"] for each in waiting} == {"answered"}


def test_an_inquirer_that_is_dead_gets_its_answers_when_it_is_back(child: Exchange) -> None:
    """M03"""
    processing = ask(child)
    child.dispatch(ISE)
    child.wires.dead.add(ISE)
    for _ in range(3):
        child.dispatch(CORE)
        child.dispatch(KOFU)
    child.wires.heal()
    child.settle()
    assert child.result(ISE, processing)["state"] == "answered"
    assert sides(child) == dict.fromkeys((ISE, KOFU), ("provided", None))


def test_two_different_answers_to_one_permit_count_as_the_first(child: Exchange) -> None:
    """M02: Kofu's door is asked by somebody with Kofu's own keys to answer once more."""
    processing = ask(child)
    child.settle()
    first = child.result(ISE, processing)["records"]
    (provision,) = child.of(KOFU, Provision)

    def again() -> None:
        inquirer = network_copies.directory()[provision.inquirer]
        other = answering._sealed(provision, inquirer, [{"lot": "ANOTHER"}])
        said = [(provision.route, provision.permit, other.encode())]
        outbox.put(OutboxKind.ANSWER, said, cabinet())

    child.wires.alive(KOFU, again)
    child.settle()
    assert child.result(ISE, processing)["records"] == first
    assert Refusal.MISMATCH in [each.refusal for each in child.of(ISE, Record)]


def test_an_answer_after_the_cancelling_is_thrown_away_on_record(child: Exchange) -> None:
    """M02: the clerk took it back while the answer was on its way."""
    processing = ask(child)
    child.dispatch(ISE)
    child.dispatch(CORE)
    (said,) = child.ask(ISE, "/ski/cancellations", processing_numbers=[processing])
    assert said["state"] == "cancelled"
    child.settle()
    assert ended(child, processing) == ("cancelled", Refusal.CANCELLED)
    assert [each.event for each in child.of(ISE, Record)] == ["asked", "cancelled", "discarded"]
    events = [(each.event, each.refusal) for each in child.of(KOFU, Record)]
    assert events[-1] == ("refused", Refusal.CANCELLED)
    (record,) = child.core_records()
    assert {each.side for each in record.endings.all()} == {"inquirer", "provider"}


@CLOCKS
@pytest.mark.parametrize("system", [CORE, ISE, KOFU])
def test_with_a_clock_ten_minutes_off_it_is_answered_or_refused_on_record(
    child: Exchange, system: str, minutes: int
) -> None:
    """Control 50: never hung, never half; whose clock is behind the core's cannot believe its permits."""
    child.wires.skew[system] = timedelta(minutes=minutes)
    processing = ask(child)
    child.settle()
    behind = (system == CORE) == (minutes > 0)
    if not behind:
        assert child.result(ISE, processing)["state"] == "answered"
        assert sides(child) == dict.fromkeys((ISE, KOFU), ("provided", None))
        return
    assert ended(child, processing) == ("refused", Refusal.EXPIRED)
    # Where Ise's own clock is behind, what Kofu sends all the same is thrown away, and both know it.
    event = "refused" if system == KOFU else "discarded"
    assert sides(child) == {ISE: (event, Refusal.EXPIRED), KOFU: ("refused", Refusal.EXPIRED)}


def test_what_a_person_withholds_is_refused_on_both_sides(child: Exchange) -> None:
    """M12, control 53"""
    child.flag(KOFU, THERE, no_auto_reply=True)
    processing = ask(child)
    child.settle()
    assert child.result(ISE, processing)["state"] == "permitted"
    (provision,) = child.of(KOFU, Provision)
    child.wires.alive(KOFU, lambda: deciding.withhold(provision, child.clerk(KOFU), "加害者からの照会の疑い"))
    child.settle()
    assert ended(child, processing) == ("refused", Refusal.WITHHELD)
    assert sides(child) == dict.fromkeys((ISE, KOFU), ("refused", Refusal.WITHHELD))


def test_what_nobody_decides_ends_in_time_on_both_sides(child: Exchange) -> None:
    """M12, M02"""
    child.flag(KOFU, THERE, no_auto_reply=True)
    processing = ask(child)
    child.settle()
    child.wires.now += timedelta(days=15)
    for city in (ISE, KOFU):
        child.wires.alive(city, expiring.end_overdue)
    child.settle()
    assert ended(child, processing) == ("expired", Refusal.NO_ANSWER)
    assert {each[0] for each in sides(child).values()} == {"expired"}
    (record,) = child.core_records()
    assert {(each.side, each.result) for each in record.endings.all()} == {
        ("inquirer", "expired"),
        ("provider", "expired"),
    }


def _change(row: Any, **values: Any) -> None:
    type(row).objects.filter(pk=row.pk).update(**values)
