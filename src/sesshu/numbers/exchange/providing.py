"""副本, restrictions and 情報提供等記録 (DBM 20113, 40123 …, TKM 40113) of a business's persons."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from sesshu.numbers import callers, refusals
from sesshu.numbers.callers import Caller
from sesshu.numbers.exchange import passing
from sesshu.numbers.exchange import schemas as s
from sesshu.numbers.integrated import finding


def replicate(request: HttpRequest, asked: s.Replicas) -> list[dict[str, Any]]:
    """Send records of 副本; in order, what became of each. Of unknown persons none is sent."""
    numbers = _numbers(request, asked, "exchange-replicas", {each.addressee_number for each in asked.records})
    going = [
        each.model_dump(exclude={"addressee_number"}) | {"integrated_number": numbers[each.addressee_number]}
        for each in asked.records
        if each.addressee_number in numbers
    ]
    known = set(numbers.values())
    answer = passing.sent_in_parts(asked, "/dbm/replicas", "records", going, known, process=asked.process)
    said = {(each.get("record_id"), each.get("sequence")): each for each in answer}
    return [_said(each, numbers, said.get((each.record_id, each.sequence))) for each in asked.records]


def _said(each: s.Record, numbers: dict[str, str], answer: dict[str, Any] | None) -> dict[str, Any]:
    named: dict[str, Any] = {"record_id": each.record_id, "sequence": each.sequence}
    if each.addressee_number not in numbers:
        return named | {"state": "refused", "message": passing.UNKNOWN_TEXT}
    if answer is None:
        raise passing.unreadable()
    return named | {"state": str(answer.get("state")), "message": str(answer.get("message") or "")}


def restrict(request: HttpRequest, asked: s.Flags) -> list[dict[str, Any]]:
    """自動応答不可 and 不開示, of a person or of one information; in order."""
    numbers = _numbers(request, asked, "exchange-flags", {each.addressee_number for each in asked.flags})
    known = [each for each in asked.flags if each.addressee_number in numbers]
    going = [
        each.model_dump(exclude={"addressee_number"}) | {"integrated_number": numbers[each.addressee_number]}
        for each in known
    ]
    answer = passing.sent_in_parts(asked, "/dbm/flags", "flags", going, set(numbers.values()))
    if len(answer) != len(known):
        raise passing.unreadable()
    states = iter([str(each.get("state")) for each in answer])
    return [
        {
            "addressee_number": each.addressee_number,
            "state": next(states) if each.addressee_number in numbers else passing.UNKNOWN,
        }
        for each in asked.flags
    ]


def records(request: HttpRequest, asked: s.RecordsWanted) -> list[dict[str, Any]]:
    """情報提供等記録 of a person (番号法23条), and of whom a 名寄せ made one with the person.

    :raises Refusal: 404 for an unknown 宛名番号.
    """

    def translate(by: Caller) -> list[str]:
        known = finding.all_numbers_of(by.business, asked.addressee_number)
        callers.record(by, "exchange-records", purpose="exchange", count=len(known))
        return known

    numbers = passing.translated(request, asked, "exchange-records", translate)
    if not numbers:
        raise refusals.Refusal(404, passing.UNKNOWN, passing.UNKNOWN_TEXT)
    return [
        each | {"addressee_number": asked.addressee_number}
        for number in numbers
        for each in passing.rows(passing.sent(asked, "/tkm/records", _period(asked, number), set(numbers)))
    ]


def _period(asked: s.RecordsWanted, number: str) -> dict[str, Any]:
    return {
        "integrated_number": number,
        "since": asked.since.isoformat() if asked.since else None,
        "until": asked.until.isoformat() if asked.until else None,
        "all": asked.all,
    }


def _numbers(request: HttpRequest, asked: Any, operation: str, addressees: set[str]) -> dict[str, str]:
    def translate(by: Caller) -> dict[str, str]:
        known = finding.numbers_of(by.business, addressees)
        callers.record(by, operation, purpose="exchange", count=len(known))
        return known

    found: dict[str, str] = passing.translated(request, asked, operation, translate)
    return found
