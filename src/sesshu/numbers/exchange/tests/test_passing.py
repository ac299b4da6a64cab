"""The city's operations through the vault to its own intermediate server and back (U04, A05, control 49)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from tests.exchange.whole.doubles import Doubles
from tests.vault import ISE, KOFU, Api, RunningVault, invented_addressee

from sesshu.addressees.individual_numbers.client import Refused, Unreachable
from sesshu.protocol import codes

BASIC = {
    "name": "見本 太郎",
    "kana": "ミホン タロウ",
    "sex": "1",
    "birth_date": "2021-04-01",
    "address": "架空町",
}
PROVIDER = codes.institution_of(KOFU)


def person(api: Api, *, municipality: str = ISE) -> str:
    """An addressee with an integrated number."""
    addressee = invented_addressee()
    (said,) = api(
        "/v1/integrated/assign", municipality=municipality,
        persons=[{"addressee_number": addressee, "basic": BASIC | {"kana": uuid.uuid4().hex}}],
    )  # fmt: skip
    assert said["state"] == "assigned"
    return addressee


def inquiry(addressee: str, **changed: Any) -> dict[str, Any]:
    return {
        "reference": f"r{uuid.uuid4().hex}",
        "addressee_number": addressee,
        "provider": PROVIDER,
        "item": "25-1",
        "information": codes.VACCINATION,
        "period": {"starts_on": "2021-04-01", "ends_on": None},
        "department": "D1",
        "nondisclosure": False,
    } | changed


def record(addressee: str, **changed: Any) -> dict[str, Any]:
    return {
        "addressee_number": addressee,
        "record_id": uuid.uuid4().hex,
        "information": codes.VACCINATION,
        "sequence": 1,
        "action": "put",
        "content": {"vaccine": "MR", "note": None},
    } | changed


def integrated(heard: list[Any], key: str) -> set[str]:
    return {each["integrated_number"] for body in heard for each in body[key]}


def test_inquiries_and_results_go_under_the_city_s_own_number(api: Api, doubles: Doubles) -> None:
    """U04: the intermediate server never hears the 宛名番号, the city never the integrated number."""
    one, two = person(api), person(api)
    asked = [inquiry(one), inquiry(two), inquiry(one)]
    said = api("/v1/exchange/inquiries", inquiries=asked)
    assert [each["reference"] for each in said] == [each["reference"] for each in asked]
    assert all(each["processing_number"] and each["error"] is None for each in said)
    server = doubles.intermediates[ISE]
    (body,) = server.said("/ski/inquiries")
    assert (body["municipality"], body["terminal"]) == (ISE, "T-1")
    assert one not in json.dumps(body)
    numbers = integrated([body], "inquiries")
    assert len(numbers) == 2
    assert server.heard[-1].caller == ("numbers", codes.institution_of(ISE))
    for each in asked[:2]:
        server.finish(each["reference"], [{"vaccine": "MR", "administered_on": "2022-05-01"}])
    results = api("/v1/exchange/results", waiting=True)
    assert [each["addressee_number"] for each in results] == [one, two]
    assert results[0]["records"][0]["vaccine"] == "MR"
    assert not any(number in json.dumps(results) for number in numbers)
    taken = [each["processing_number"] for each in results]
    assert api("/v1/exchange/taken", processing_numbers=taken) == {"count": 2}
    assert api("/v1/exchange/cancel", processing_numbers=taken[:1])[0]["state"] == "cancelled"


def test_a_repeated_inquiry_is_answered_as_the_first(api: Api, doubles: Doubles) -> None:
    asked = [inquiry(person(api))]
    assert api("/v1/exchange/inquiries", inquiries=asked) == api("/v1/exchange/inquiries", inquiries=asked)


def test_unknown_and_other_cities_addressees_go_nowhere(api: Api, doubles: Doubles) -> None:
    ours, theirs, nobody = person(api), person(api, municipality=KOFU), invented_addressee()
    said = api("/v1/exchange/inquiries", inquiries=[inquiry(theirs), inquiry(ours), inquiry(nobody)])
    assert [each["error"] for each in said] == ["unknown_addressee", None, "unknown_addressee"]
    assert "先に付番" in said[0]["message"]
    (body,) = doubles.intermediates[ISE].said("/ski/inquiries")
    assert len(body["inquiries"]) == 1
    assert doubles.intermediates[KOFU].heard == []
    said = api("/v1/exchange/replicas", process="nightly", records=[record(theirs), record(nobody)])
    assert [each["state"] for each in said] == ["refused", "refused"]
    assert doubles.intermediates[ISE].said("/dbm/replicas") == []
    with pytest.raises(Refused, match="付番されていません"):
        api("/v1/exchange/records", addressee_number=theirs)


def test_each_city_has_its_own_intermediate_server(api: Api, doubles: Doubles) -> None:
    addressee = person(api, municipality=KOFU)
    said = api("/v1/exchange/inquiries", municipality=KOFU, inquiries=[inquiry(addressee)])
    assert said[0]["processing_number"]
    assert doubles.intermediates[ISE].heard == []
    assert doubles.intermediates[KOFU].heard[-1].caller == ("numbers", codes.institution_of(KOFU))


def test_the_same_reference_twice_in_one_message_is_sent_neither_time(api: Api, doubles: Doubles) -> None:
    addressee = person(api)
    twice = inquiry(addressee)
    said = api("/v1/exchange/inquiries", inquiries=[twice, inquiry(addressee), twice])
    assert [each["error"] for each in said] == ["duplicate", None, "duplicate"]


def test_a_dead_intermediate_server_is_said_so_and_nothing_is_kept(
    vault: RunningVault, api: Api, doubles: Doubles
) -> None:
    addressee = person(api)
    server = doubles.intermediates[ISE]
    server.close()
    for path, fields in (
        ("inquiries", {"inquiries": [inquiry(addressee)]}),
        ("replicas", {"process": "p", "records": [record(addressee)]}),
        (
            "flags",
            {"flags": [{"addressee_number": addressee, "no_auto_reply": True, "nondisclosure": False}]},
        ),
        ("results", {"waiting": True}),
        ("records", {"addressee_number": addressee}),
    ):
        with pytest.raises(Unreachable, match="中間サーバーに接続できません"):
            api(f"/v1/exchange/{path}", **fields)
    server.open()
    asked = inquiry(addressee)
    assert api("/v1/exchange/inquiries", inquiries=[asked])[0]["processing_number"]


@pytest.mark.parametrize("answer", [b"<html>", [], {"error": "x"}, [1], [{"reference": "other"}]])
def test_an_unreadable_answer_is_no_success(api: Api, doubles: Doubles, answer: Any) -> None:
    addressee = person(api)
    doubles.intermediates[ISE].refusal = (200, answer)
    asked = inquiry(addressee)
    try:
        (said,) = api("/v1/exchange/inquiries", inquiries=[asked])
    except Unreachable:
        return
    assert (said["processing_number"], said["error"]) == (None, "no_answer")


def test_its_refusal_reaches_the_city_without_the_number(
    vault: RunningVault, api: Api, doubles: Doubles
) -> None:
    addressee = person(api)
    asked = inquiry(addressee)
    api("/v1/exchange/inquiries", inquiries=[asked])
    (number,) = integrated(doubles.intermediates[ISE].said("/ski/inquiries"), "inquiries")
    refusal = {"error": "withheld", "message": f"統合宛名番号 {number} は照会できません。"}
    doubles.intermediates[ISE].refusal = (409, refusal)
    with pytest.raises(Refused, match="照会できません") as refused:
        api("/v1/exchange/inquiries", inquiries=[asked])
    assert number not in str(refused.value)
    assert refused.value.code == "withheld"


def test_replicas_flags_and_records_are_translated(api: Api, doubles: Doubles) -> None:
    one, two = person(api), person(api)
    sent = [record(one), record(two, action="withdraw", content=None, sequence=7)]
    said = api("/v1/exchange/replicas", process="nightly", records=sent)
    assert [(each["record_id"], each["sequence"], each["state"]) for each in said] == [
        (each["record_id"], each["sequence"], "stored") for each in sent
    ]
    again = api("/v1/exchange/replicas", process="nightly", records=sent)
    assert {each["state"] for each in again} == {"known"}
    flags = [
        {"addressee_number": one, "information": None, "no_auto_reply": True, "nondisclosure": True},
        {"addressee_number": "0", "no_auto_reply": True, "nondisclosure": False},
        {"addressee_number": two, "no_auto_reply": False, "nondisclosure": False},
    ]
    said = api("/v1/exchange/flags", flags=flags)
    assert [(each["addressee_number"], each["state"]) for each in said] == [
        (one, "set"), ("0", "unknown_addressee"), (two, "set"),
    ]  # fmt: skip
    (row,) = api("/v1/exchange/records", addressee_number=one)
    assert row == {"addressee_number": one, "result": "provided"}  # neither number nor 符号


def test_only_what_a_system_is_allowed(machines: Callable[..., Any], doubles: Doubles) -> None:
    """U05: another scope does not do, and another business's persons are nobody."""
    asked = {"inquiries": [inquiry("1")]}
    none = machines(scopes=["numbers.search", "integrated"])
    assert none.ask("/v1/exchange/inquiries", **asked).status_code == 403
    assert none.ask("/v1/exchange/records", addressee_number="1").status_code == 403
    for scope, allowed in (("exchange", "inquiries"), ("replica", "replicas"), ("records", "records")):
        mine = machines(scopes=[scope])
        for path in ("inquiries", "results", "taken", "cancel", "replicas", "flags", "records"):
            status = mine.ask(f"/v1/exchange/{path}").status_code
            of_inquirer = path in ("inquiries", "results", "taken", "cancel")
            fits = path == allowed or (scope == "exchange" and of_inquirer)
            fits = fits or (scope == "replica" and path == "flags")
            assert status == (422 if fits else 403), (scope, path)
    assert doubles.intermediates[ISE].heard == []


def test_results_of_another_business_are_left_where_they_are(
    api: Api, machines: Callable[..., Any], doubles: Doubles
) -> None:
    asked = inquiry(person(api))
    api("/v1/exchange/inquiries", inquiries=[asked])
    doubles.intermediates[ISE].finish(asked["reference"], [{"vaccine": "MR"}])
    tax = machines(scopes=["exchange"], business="004")
    assert tax.ask("/v1/exchange/results", waiting=True).json() == []
    assert len(api("/v1/exchange/results", waiting=True)) == 1


def test_a_message_without_its_municipality_s_permission_goes_nowhere(
    machines: Callable[..., Any], doubles: Doubles
) -> None:
    mine = machines(scopes=["exchange"], municipalities=[ISE])
    answer = mine.ask("/v1/exchange/inquiries", municipality=KOFU, inquiries=[inquiry("1")])
    assert answer.status_code == 403
    assert doubles.intermediates[KOFU].heard == []


def test_wrong_fields_are_named(machines: Callable[..., Any]) -> None:
    mine = machines(scopes=["exchange"])
    for wrong in ({"provider": "x"}, {"information": "84"}, {"item": "x"}, {"more": 1}):
        answer = mine.ask("/v1/exchange/inquiries", inquiries=[inquiry("1", **wrong)])
        assert answer.status_code == 422, wrong
        assert next(iter(wrong)) in answer.json()["message"]
    both = mine.ask("/v1/exchange/results", waiting=True, processing_numbers=[])
    assert both.status_code == 422


def test_records_of_who_was_joined_are_the_person_s_too(api: Api, doubles: Doubles) -> None:
    kept, absorbed = person(api), person(api)
    api("/v1/integrated/merge", keep=kept, absorb=absorbed, reason="同じ方")
    rows = api("/v1/exchange/records", addressee_number=kept)
    asked = [body["integrated_number"] for body in doubles.intermediates[ISE].said("/tkm/records")[-2:]]
    assert len(set(asked)) == 2
    assert [row["addressee_number"] for row in rows] == [kept, kept]


def test_a_merged_person_s_older_inquiry_still_comes_back(api: Api, doubles: Doubles) -> None:
    kept, absorbed = person(api), person(api)
    asked = inquiry(absorbed)
    api("/v1/exchange/inquiries", inquiries=[asked])
    api("/v1/integrated/merge", keep=kept, absorb=absorbed, reason="同じ方")
    doubles.intermediates[ISE].finish(asked["reference"], [])
    (result,) = api("/v1/exchange/results", waiting=True)
    assert (result["reference"], result["addressee_number"]) == (asked["reference"], kept)
