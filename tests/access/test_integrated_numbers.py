"""1,000 integrated numbers go through every operation; none reaches the city or stands in clear.

U04, A05, controls 57, 58: not even when the intermediate server puts them where they do not belong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from sesshu.addressees.individual_numbers.client import Refused
from sesshu.protocol import codes
from tests.exchange.whole.doubles import Doubles
from tests.vault import ISE, KOFU, Api, RunningVault, invented_addressee

from .planting import dump

MANY = 1_000
FIFTEEN = re.compile(rb"(?=([0-9]{15}))")
CODE = "c" + "symbol" * 8


@dataclass
class Driven:
    numbers: dict[str, str]
    answers: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
def driven(vault: RunningVault, api: Api, doubles: Doubles) -> Iterator[Driven]:
    addressees = [invented_addressee() for _ in range(MANY)]
    made = Driven({})

    def ask(path: str, **fields: Any) -> Any:
        try:
            said = api(path, **fields)
        except Refused as refused:
            said = str(refused)
        made.answers.append((path, json.dumps(said, ensure_ascii=False)))
        return said

    persons = [{"addressee_number": each, "basic": _basic(each)} for each in addressees]
    ask("/v1/integrated/assign", persons=persons)
    made.numbers = _numbers(vault, addressees)
    server = doubles.intermediates[ISE]
    before = dict(server.answers)
    for path, answer in before.items():
        server.answers[path] = lambda body, answer=answer: _talkative(answer(body), body)
    _drive(ask, addressees, server, made)
    yield made
    server.answers = before


def _drive(ask: Any, addressees: list[str], server: Any, made: Driven) -> None:
    asked = [_inquiry(each) for each in addressees]
    ask("/v1/exchange/inquiries", inquiries=asked)
    for each in asked[:500]:
        number = made.numbers[each["addressee_number"]]
        server.finish(
            each["reference"], [{"note": f"番号 {number}", number: [number, int(number)], "code": CODE}],
            message=f"{number} は終了", code=CODE,
        )  # fmt: skip
    assert len(ask("/v1/exchange/results", waiting=True)) == 500
    ask("/v1/exchange/replicas", process="all", records=[_record(each) for each in addressees])
    flags = [{"addressee_number": each, "no_auto_reply": True, "nondisclosure": False} for each in addressees]
    ask("/v1/exchange/flags", flags=flags)
    for each in addressees[:20]:
        ask("/v1/exchange/records", addressee_number=each)
    ask("/v1/integrated/update", persons=[{"addressee_number": e, "basic": _basic(e)} for e in addressees])
    ask("/v1/integrated/find", addressee_numbers=addressees)
    ask("/v1/integrated/merge", keep=addressees[0], absorb=addressees[1], reason="同じ方")
    ask("/v1/integrated/history", addressee_number=addressees[0])
    ask("/v1/integrated/unmerge", addressee_number=addressees[1], reason="別の方")
    ask("/v1/exchange/taken", processing_numbers=[each["reference"] for each in asked[:3]])
    number = made.numbers[addressees[0]]
    server.refusal = (409, {"error": "withheld", "message": f"統合宛名番号{number}は不開示です。"})
    ask("/v1/exchange/inquiries", inquiries=[_inquiry(addressees[0])])
    server.refusal = None


def _talkative(answer: Any, body: Any) -> Any:
    """The answer, with the numbers of the question in every text that it has."""
    asked = re.findall(r'"integrated_number": "([0-9]{15})"', json.dumps(body))
    for each, number in zip(answer if isinstance(answer, list) else [], asked, strict=False):
        each |= {"message": f"統合宛名番号={number}。", "integrated_number": number, "extra": number}
    return answer


def _basic(addressee: str) -> dict[str, str]:
    return {"name": "見本", "kana": addressee, "sex": "1", "birth_date": "2021-04-01", "address": ""}


def _inquiry(addressee: str) -> dict[str, Any]:
    return {
        "reference": f"r-{addressee}", "addressee_number": addressee, "provider": codes.institution_of(KOFU),
        "item": "25-1", "information": codes.VACCINATION,
    }  # fmt: skip


def _record(addressee: str) -> dict[str, Any]:
    return {
        "addressee_number": addressee, "record_id": f"d-{addressee}", "information": codes.VACCINATION,
        "sequence": 1, "action": "put", "content": {"vaccine": "MR"},
    }  # fmt: skip


def _numbers(vault: RunningVault, addressees: list[str]) -> dict[str, str]:
    said = vault.python(
        "import json\n"
        "from sesshu.numbers.integrated import finding\n"
        "from sesshu.protection.tenancy import acting_for\n"
        f"with acting_for('{ISE}'):\n"
        f"    print(json.dumps(finding.numbers_of('019', {addressees!r})))\n"
    )
    found: dict[str, str] = json.loads(said)
    return found


def test_none_reaches_the_city_and_none_stands_in_clear(driven: Driven, vault: RunningVault) -> None:
    from django.db import connection

    numbers = {each.encode() for each in driven.numbers.values()}
    assert len(numbers) == MANY
    assert len(driven.answers) > 30
    for path, said in driven.answers:
        assert found(said.encode(), numbers) == set(), path
        assert CODE not in said, path
    for name in (vault.database, str(connection.settings_dict["NAME"])):
        content = dump(name)
        assert len(content) > 10_000
        assert found(content, numbers) == set(), name
    assert found(vault.log.read_bytes(), numbers) == set()
    # The search sees them where they are.
    assert len(found(" ".join(driven.numbers.values()).encode(), numbers)) == MANY


def found(content: bytes, numbers: set[bytes]) -> set[bytes]:
    return set(FIFTEEN.findall(content)) & numbers
