"""情報照会 (SKI 10123, 11123, 50123): inquiries out, results back, each under the business's 宛名番号."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest

from sesshu.numbers import callers
from sesshu.numbers.callers import Caller
from sesshu.numbers.exchange import passing
from sesshu.numbers.exchange import schemas as s
from sesshu.numbers.exchange.concealing import concealed
from sesshu.numbers.integrated import finding


def inquire(request: HttpRequest, asked: s.Inquiries) -> list[dict[str, Any]]:
    """Send them; in order, each one's 処理通番 or why there is none. Those refused here go nowhere."""
    doubled = {each for each, many in Counter(i.reference for i in asked.inquiries).items() if many > 1}

    def translate(by: Caller) -> dict[str, str]:
        known = finding.numbers_of(by.business, {each.addressee_number for each in asked.inquiries})
        callers.record(by, "exchange-inquiries", purpose="exchange", count=len(known))
        return known

    numbers = passing.translated(request, asked, "exchange-inquiries", translate)
    going = [
        _going(each, numbers[each.addressee_number])
        for each in asked.inquiries
        if each.addressee_number in numbers and each.reference not in doubled
    ]
    answer = passing.sent_in_parts(asked, "/ski/inquiries", "inquiries", going, set(numbers.values()))
    said = {str(each.get("reference")): each for each in answer}
    return [_said(each, numbers, doubled, said.get(each.reference)) for each in asked.inquiries]


def _going(each: s.Inquiry, number: str) -> dict[str, Any]:
    fields = each.model_dump(exclude={"addressee_number", "period"})
    return fields | {"integrated_number": number, "period": each.period.model_dump(mode="json")}


def _said(
    each: s.Inquiry, numbers: dict[str, str], doubled: set[str], answer: dict[str, Any] | None
) -> dict[str, Any]:
    refused = {"reference": each.reference, "processing_number": None}
    if each.reference in doubled:
        return refused | {"error": "duplicate", "message": "同じ reference が2回あります。送信していません。"}
    if each.addressee_number not in numbers:
        return refused | {"error": passing.UNKNOWN, "message": passing.UNKNOWN_TEXT}
    if answer is None:
        return refused | {
            "error": "no_answer",
            "message": "中間サーバーの応答に含まれていません。再送してください。",
        }
    return {
        "reference": each.reference,
        "processing_number": answer.get("processing_number"),
        "error": answer.get("error") or None,
        "message": str(answer.get("message") or ""),
    }


def results(request: HttpRequest, asked: s.ResultsWanted) -> list[dict[str, Any]]:
    """What is finished of this business's persons; another business's are left where they are."""
    wanted: dict[str, Any] = (
        {"waiting": True} if asked.waiting else {"processing_numbers": asked.processing_numbers}
    )
    passing.translated(request, asked, "exchange-results", lambda by: by)
    answer = passing.rows(passing.answered(asked, "/ski/results", wanted))
    numbers = {str(each.get("integrated_number", "")) for each in answer}

    def translate(by: Caller) -> dict[str, str]:
        known = finding.addressees_of(by.business, numbers)
        callers.record(by, "exchange-results", purpose="exchange", count=len(known))
        return known

    known = passing.translated(request, asked, "exchange-results", translate)
    return [
        concealed(each, numbers) | {"addressee_number": known[str(each["integrated_number"])]}
        for each in answer
        if str(each.get("integrated_number")) in known
    ]


def take(request: HttpRequest, asked: s.ProcessingNumbers) -> Any:
    """After this they are not given as waiting again."""
    _note(request, asked, "exchange-taken")
    taken = 0
    for start in range(0, len(asked.processing_numbers), passing.AT_ONCE):
        part = asked.processing_numbers[start : start + passing.AT_ONCE]
        said = passing.sent(asked, "/ski/taken", {"processing_numbers": part})
        taken += int(said["count"]) if isinstance(said, dict) and "count" in said else 0
    return {"count": taken}


def cancel(request: HttpRequest, asked: s.ProcessingNumbers) -> Any:
    """取りやめ."""
    _note(request, asked, "exchange-cancel")
    numbers = asked.processing_numbers
    return passing.sent_in_parts(asked, "/ski/cancellations", "processing_numbers", numbers)


def _note(request: HttpRequest, asked: s.ProcessingNumbers, operation: str) -> None:
    def note(by: Caller) -> None:
        callers.record(by, operation, purpose="exchange", count=len(asked.processing_numbers))

    passing.translated(request, asked, operation, note)
