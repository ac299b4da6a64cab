"""N02, M14: a permit for each side, or a refusal; both recorded, both answered again as the first time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sesshu.kernel import clock
from sesshu.network import core, dispatching, institutions
from sesshu.network.models import Outgoing, Record
from sesshu.network.tests import members
from sesshu.network.tests.conftest import ISE, KOFU, TODAY, Net
from sesshu.protocol import codes, envelopes, messages
from sesshu.protocol.messages import Permit


def permit_of(answer: dict[str, Any]) -> dict[str, Any]:
    assert answer["refusal"] is None, answer
    return members.verified(answer["permit"], messages.PERMIT)


def test_n02_both_sides_get_a_permit_with_their_own_code_and_the_way_to_the_other(net: Net) -> None:
    own, other = net.both()
    asked = net.ise.request(KOFU, own, period={"starts_on": "2025-01-01", "ends_on": None})
    (answer,) = net.ise.permits_for(asked)
    dispatching.run_once()
    mine, (theirs,) = permit_of(answer), net.kofu.permits
    assert (mine["code"], theirs["code"]) == (own, other)
    assert own != other
    assert (mine["aud"], theirs["aud"]) == (ISE, KOFU)
    assert (mine["route"], theirs["route"]) == (net.kofu.address, net.ise.address)
    different = {"code", "aud", "route"}
    assert {name: mine[name] for name in mine.keys() - different} == {
        name: theirs[name] for name in theirs.keys() - different
    }
    found = Permit(**mine)
    assert found.fields[:2] == ("programme", "disease")
    assert found.exp < found.answer_by
    assert str(found.period.starts_on) == "2025-01-01"
    assert own not in theirs.values()
    assert other not in mine.values()


def test_every_permit_and_refusal_leaves_a_record_without_a_code(net: Net) -> None:
    own, _ = net.both()
    good, bad = net.ise.request(KOFU, own), net.ise.request(KOFU, own, item="28-1")
    net.ise.permits_for(good, bad)
    permitted, refused = (
        Record.objects.get(processing_number=each["processing_number"]) for each in (good, bad)
    )
    assert (permitted.refusal, permitted.permit[:1], permitted.provider_name) == ("", "m", "機関02192015")
    assert (refused.refusal, refused.permit) == ("not_listed", None)
    assert own not in str(Record.objects.values())
    ((_, _, detail),) = members.events("network.permits")
    assert detail == {"institution": ISE, "refused": 1, "repeated": 0, "list_version": 1}


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"list_version": 2}, "list_out_of_step"),
        ({"list_version": 0}, "list_out_of_step"),
        ({"provider": codes.institution_of("131016")}, "unknown_institution"),
        ({"provider": ISE}, "unknown_institution"),
        ({"item": "25-2"}, "not_listed"),
        ({"item": "99-1"}, "not_listed"),
        ({"work": "JM00000000000026"}, "not_listed"),
        ({"procedure": "JT00000000002601"}, "not_listed"),
        ({"information": "TM00000000000002"}, "not_listed"),
        ({"code": "c" + "a" * 58}, "no_code"),
        ({"period": {"starts_on": "2026-02-01", "ends_on": "2026-01-01"}}, "invalid"),
        ({"item": "25-1" * 10}, "invalid"),
        ({"list_version": 2**40}, "invalid"),
        ({"name": "伊勢 花子"}, "invalid"),
        ({"work": "JM1"}, "invalid"),
    ],
)
def test_what_does_not_match_gets_no_permit(net: Net, changed: dict[str, Any], refusal: str) -> None:
    own, _ = net.both()
    (answer,) = net.ise.permits_for(net.ise.request(KOFU, own) | changed)
    assert (answer["permit"], answer["refusal"]) == (None, refusal)
    assert not Outgoing.objects.exists()
    if refusal != "invalid":
        assert Record.objects.get().refusal == refusal


def test_a_provider_of_the_wrong_kind_is_not_listed(net: Net) -> None:
    """25-2 is asked of a prefecture: the same request to a city has no row."""
    own, _ = net.both()
    asked = {"item": "25-2", "information": "TM00000000000902"}
    to_city, to_prefecture = (net.ise.request(p, own, **asked) for p in (KOFU, net.mie.code))
    answers = net.ise.permits_for(to_city, to_prefecture)
    assert [each["refusal"] for each in answers] == ["not_listed", None]


def test_an_inquirer_of_the_wrong_kind_is_not_listed(net: Net) -> None:
    (number,) = net.mie.acquire(members.resident())
    dispatching.run_once()
    (answer,) = net.mie.permits_for(net.mie.request(KOFU, net.mie.held[number]))
    assert answer["refusal"] == "not_listed"


def test_a_stopped_provider_is_unknown_and_a_stopped_inquirer_is_at_no_door(net: Net) -> None:
    own, _ = net.both()
    with core.acting():
        institutions.disable(KOFU)
    (answer,) = net.ise.permits_for(net.ise.request(KOFU, own))
    assert answer["refusal"] == "unknown_institution"
    assert members.post("/v1/permits", net.kofu.signed(), net.kofu.der)[0] == 403


def test_another_institution_s_code_is_no_code(net: Net) -> None:
    _, other = net.both()
    (answer,) = net.ise.permits_for(net.ise.request(KOFU, other))
    assert answer["refusal"] == "no_code"


def test_an_invalidated_code_is_none_and_a_new_acquisition_gives_another(net: Net) -> None:
    person = members.resident()
    (first,) = net.ise.acquire(person)
    dispatching.run_once()
    old = net.ise.held[first]
    assert net.ise.ask("/v1/invalidations", [old]) == {"count": 1}
    assert net.ise.ask("/v1/invalidations", [old]) == {"count": 1}
    assert net.kofu.ask("/v1/invalidations", [old]) == {"count": 0}
    (answer,) = net.ise.permits_for(net.ise.request(KOFU, old))
    assert answer["refusal"] == "no_code"
    (second,) = net.ise.acquire(person)
    dispatching.run_once()
    new = net.ise.held[second]
    assert new != old
    answers = net.ise.permits_for(net.ise.request(KOFU, old), net.ise.request(KOFU, new))
    assert [each["refusal"] for each in answers] == ["no_code", None]


def test_a_repeated_request_gets_the_same_answer_and_no_second_copy(net: Net) -> None:
    own, _ = net.both()
    asked = [net.ise.request(KOFU, own), net.ise.request(KOFU, own, item="28-1")]
    first = net.ise.permits_for(*asked)
    assert net.ise.permits_for(*asked) == first
    assert net.ise.permits_for(*reversed(asked)) == first[::-1]
    assert Record.objects.count() == 2
    dispatching.run_once()
    assert len(net.kofu.permits) == 1


def test_asked_again_under_a_newer_list_it_is_the_same_request(net: Net) -> None:
    """The answer was lost, and the list fetched in between: the provider has its permit already."""
    own, _ = net.both()
    asked = net.ise.request(KOFU, own)
    first = net.ise.permits_for(asked)
    assert net.ise.permits_for(asked | {"list_version": 2}) == first
    assert Record.objects.count() == 1


def test_the_same_number_for_something_else_is_refused(net: Net) -> None:
    own, _ = net.both()
    asked = net.ise.request(KOFU, own)
    (first,) = net.ise.permits_for(asked)
    (other,) = net.ise.permits_for(asked | {"period": {"starts_on": "2026-01-01"}})
    assert other["refusal"] == "mismatch"
    assert net.ise.permits_for(asked) == [first]


def test_the_same_number_twice_in_one_message(net: Net) -> None:
    own, _ = net.both()
    asked = net.ise.request(KOFU, own)
    other = asked | {"period": {"starts_on": "2026-01-01"}}
    one, same, differing = net.ise.permits_for(asked, asked, other)
    assert one == same
    assert differing["refusal"] == "mismatch"
    assert Record.objects.count() == 1


def test_two_institutions_may_use_the_same_number(net: Net) -> None:
    own, other = net.both()
    asked = net.ise.request(KOFU, own)
    (mine,) = net.ise.permits_for(asked)
    (theirs,) = net.kofu.permits_for(asked | {"provider": ISE, "code": other})
    assert permit_of(mine)["jti"] != permit_of(theirs)["jti"]


def test_after_its_time_a_repeated_request_is_expired(net: Net) -> None:
    from sesshu.network import expiry

    own, _ = net.both()
    asked = net.ise.request(KOFU, own)
    net.ise.permits_for(asked)
    with clock.fixed(TODAY + timedelta(days=15)):
        with core.acting():
            assert expiry.forget_replies() == 1
        (answer,) = net.ise.permits_for(asked)
    assert answer["refusal"] == "expired"


def test_a_request_signed_by_another_is_refused_and_recorded(net: Net) -> None:
    own, _ = net.both()
    asked = net.ise.request(KOFU, own)
    forged = [
        net.ise.signed(asked, key=envelopes.new_key()),
        net.kofu.signed(asked),
        net.ise.signed(asked, typ=messages.ANSWER),
        {"request": net.ise.signed(asked)["request"][:-4] + "AAAA"},
        {"request": "x.y.z"},
    ]
    for body in forged:
        status, said = members.post("/v1/permits", body, net.ise.der)
        assert (status, said["error"]) == (403, "forged")
        assert members.events()[-1] == (
            "network.refused",
            "forged",
            {"door": "v1/permits", "institution": ISE, "part": "intermediate"},
        )
    # Taken from the wire and shown by another institution.
    assert members.post("/v1/permits", net.ise.signed(asked), net.kofu.der)[0] == 403
    assert not Record.objects.exists()


@pytest.mark.parametrize("requests", [[], "x", [{"code": "c"}], [1], [{"processing_number": "p1"}]])
def test_a_message_without_requests_or_numbers_is_invalid(net: Net, requests: Any) -> None:
    body = {"request": envelopes.signed({"requests": requests}, net.ise.signing, typ=messages.REQUEST)}
    status, said = members.post("/v1/permits", body, net.ise.der)
    assert (status, said["error"]) == (422, "invalid")


def test_n_requests_cost_as_many_queries_as_two(net: Net) -> None:
    own, _ = net.both()
    counts = []
    for many in (2, 60):
        asked = [net.ise.request(KOFU, own) for _ in range(many)]
        with CaptureQueriesContext(connection) as queries:
            net.ise.permits_for(*asked)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 22


def test_a_permit_of_a_person_that_the_provider_does_not_know_goes_out_all_the_same(net: Net) -> None:
    """The provider alone can say so, and has to record that it was asked."""
    (number,) = net.ise.acquire(members.resident())
    dispatching.run_once()
    net.ise.permits_for(net.ise.request(KOFU, net.ise.held[number]))
    dispatching.run_once()
    (theirs,) = net.kofu.permits
    assert theirs["code"] not in net.kofu.held.values()
