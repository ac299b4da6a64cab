"""The vault's door dies between two steps of passing on; what is sent again is done once (U04, M02, M06)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.exchange.whole.doubles import Doubles
from tests.vault import ISE, Api, RunningVault

from sesshu.numbers.exchange.tests.test_passing import inquiry, person, record

ASK = """
import json, uuid
from types import SimpleNamespace
from sesshu.numbers import oauth
from sesshu.numbers.exchange import inquiring, providing, schemas
from sesshu.numbers.models import System
from sesshu.protocol import points
class Died(BaseException): pass
def hook(name):
    if name == {point!r}: raise Died
points.hook = hook
act, schema, fields = {act!r}, {schema!r}, json.loads({fields!r})
front = dict(municipality="242039", actor="t-clerk", terminal="T-1", request_id=str(uuid.uuid4()))
asked = getattr(schemas, schema)(**front, **fields)
request = SimpleNamespace(auth=oauth.Access(System.objects.get(client="city"), frozenset()))
room, _, name = act.partition(".")
try:
    getattr(dict(inquiring=inquiring, providing=providing)[room], name)(request, asked)
except Died:
    print(json.dumps("died"))
else:
    print(json.dumps("done"))
"""
ANSWERED = "numbers.exchange.answered"
OPERATIONS = {
    "exchange-inquiries": ("inquiring.inquire", "Inquiries"),
    "exchange-results": ("inquiring.results", "ResultsWanted"),
    "exchange-taken": ("inquiring.take", "ProcessingNumbers"),
    "exchange-cancel": ("inquiring.cancel", "ProcessingNumbers"),
    "exchange-replicas": ("providing.replicate", "Replicas"),
    "exchange-flags": ("providing.restrict", "Flags"),
    "exchange-records": ("providing.records", "RecordsWanted"),
}


def fields_of(operation: str, addressee: str) -> dict[str, Any]:
    fields: dict[str, dict[str, Any]] = {
        "exchange-inquiries": {"inquiries": [inquiry(addressee)]},
        "exchange-results": {"waiting": True},
        "exchange-taken": {"processing_numbers": ["p" + "0" * 32]},
        "exchange-cancel": {"processing_numbers": ["p" + "0" * 32]},
        "exchange-replicas": {"process": "p", "records": [record(addressee)]},
        "exchange-flags": {
            "flags": [
                {
                    "addressee_number": addressee, "information": None, "no_auto_reply": True,
                    "nondisclosure": False,
                }
            ]
        },
        "exchange-records": {"addressee_number": addressee},
    }  # fmt: skip
    return fields[operation]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_death_between_two_steps_is_made_good_by_sending_again(
    vault: RunningVault, api: Api, doubles: Doubles, operation: str
) -> None:
    act, schema = OPERATIONS[operation]
    fields = json.dumps(fields_of(operation, person(api)))
    server = doubles.intermediates[ISE]
    for point, heard in ((f"numbers.{operation}.translated", 0), (ANSWERED, 1)):
        before = len(server.heard)
        script = ASK.format(point=point, act=act, schema=schema, fields=fields)
        assert json.loads(vault.python(script)) == "died"
        assert len(server.heard) - before == heard
    assert json.loads(vault.python(ASK.format(point="", act=act, schema=schema, fields=fields))) == "done"
    if operation == "exchange-inquiries":
        assert list(server.inquiries) == [json.loads(fields)["inquiries"][0]["reference"]]
    if operation == "exchange-replicas":
        assert set(server.replicas) >= {(json.loads(fields)["records"][0]["record_id"], 1)}
