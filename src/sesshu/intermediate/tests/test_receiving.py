"""Answers at our door: whose they are, whether they fit, and what comes too often or too late (M02, M08)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jws

from sesshu.intermediate.models import Inquiry, Record
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core, Other
from sesshu.kernel import clock
from sesshu.protocol import codes, envelopes, messages
from sesshu.protocol.messages import Permit
from sesshu.protocol.refusals import Refusal

SHOWN = {name: world.record()[name] for name in world.PERMITTED}


@pytest.fixture
def permit(core: Core) -> Permit:
    """Of an inquiry of ours that waits for its answer."""
    world.get_codes(core, 1)
    (accepted,) = world.inquire(world.inquiry(1))
    world.dispatch()
    return core.permits[accepted["processing_number"]]


def state() -> str:
    return str(Inquiry.objects.get().state)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"permit": codes.new_permit_id()}, Refusal.MISMATCH),
        ({"processing_number": codes.new_processing_number()}, Refusal.MISMATCH),
        ({"provider": world.THIRD}, Refusal.MISMATCH),
        ({"inquirer": world.THIRD}, Refusal.WRONG_INSTITUTION),
        ({"records": (SHOWN | {"note": "x"},)}, Refusal.MISMATCH),
        ({"records": (SHOWN,), "refusal": Refusal.WITHHELD}, Refusal.MISMATCH),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(
    permit: Permit, other: Other, changed: dict[str, Any], refusal: Refusal
) -> None:
    """Nothing of it is kept but the record of the refusal."""
    (answer,) = other.bring(other.answer(permit, **changed))
    assert (answer["state"], answer["refusal"]) == ("refused", refusal)
    assert state() == "permitted"
    assert Record.objects.filter(refusal=refusal).count() == 1


def test_an_answer_of_another_institution_is_refused(permit: Permit, core: Core) -> None:
    """Signed and sealed as it should be, by the wrong one."""
    third = core.others[world.THIRD]
    (answer,) = third.bring(third.answer(permit, [SHOWN]))
    assert (answer["state"], answer["refusal"]) == ("refused", Refusal.MISMATCH)
    assert state() == "permitted"


def unlike(other: Other, permit: Permit, records: Any) -> dict[str, str]:
    """Signed and sealed as it should be, with records such as no institution of ours would send."""
    said = {
        "permit": permit.jti, "processing_number": permit.processing_number, "inquirer": permit.inquirer,
        "provider": other.code, "at": 1, "records": records,
    }  # fmt: skip
    text = json.dumps(said)  # in ASCII: half of a pair of surrogates cannot be written otherwise
    header = {"alg": "ES256", "typ": messages.ANSWER, "kid": other.signing.thumbprint()}
    token = jws.serialize_compact(header, text, other.signing, registry=envelopes._SIGNATURES)
    sealed = envelopes.sealed(token, envelopes.imported(world.ours()["sealing_key"]))
    return {"permit": permit.jti, "answer": sealed}


def nested(depth: int) -> Any:
    found: Any = "x"
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize(
    "records",
    [
        [SHOWN | {"lot": "\ud800"}],
        [SHOWN | {"lot": "Y\0"}],
        [SHOWN | {"lot": nested(300)}],
        [SHOWN | {"lot": 7}],
        [SHOWN | {"lot": "x" * 16_385}],
        [SHOWN] * 501,
        [SHOWN | {"lot": "x" * 16_000}] * 20,
        [{"\ud800": "x"}],
        nested(900),
    ],
)
def test_an_answer_that_no_replica_could_hold_is_refused_on_record(
    permit: Permit, other: Other, records: Any
) -> None:
    """It is never an error of ours, after which the provider would send it again for ever."""
    (answer,) = other.bring(unlike(other, permit, records))
    assert (answer["state"], answer["refusal"]) == ("refused", Refusal.INVALID)
    assert state() == "permitted"
    assert Record.objects.filter(refusal=Refusal.INVALID).count() == 1
    assert other.bring(unlike(other, permit, [SHOWN] * 3))[0]["state"] == "accepted"


def test_many_answers_that_cannot_be_opened_are_one_record(permit: Permit, other: Other) -> None:
    """A record may not be deleted for seven years: nobody fills our tables with nonsense."""
    nonsense = [{"permit": codes.new_permit_id(), "answer": "x"} for _ in range(50)]
    answers = other.bring(*nonsense, other.answer(permit, [SHOWN]))
    assert [each["state"] for each in answers] == ["refused"] * 50 + ["accepted"]
    assert [each["permit"] for each in answers[:50]] == [each["permit"] for each in nonsense]
    assert Record.objects.filter(refusal=Refusal.FORGED).count() == 1


@pytest.mark.parametrize(
    ("path", "part", "entry"),
    [
        ("/network/answers", "intermediate", {"permit": "m" + "0" * 32, "answer": "x"}),
        ("/network/permits", "core", "x"),
        ("/network/codes", "core", "x"),
        ("/network/corrections", "core", "x"),
    ],
)
def test_a_message_has_at_most_so_many_entries(core: Core, path: str, part: str, entry: Any) -> None:
    before = Record.objects.count()
    assert world.knock(path, [entry] * 1_001, part, world.OTHER).status_code == 422
    assert Record.objects.count() == before


def test_a_forged_answer_is_refused(permit: Permit, other: Other) -> None:
    genuine = other.signing
    other.signing = envelopes.new_key()
    forged = other.answer(permit, [SHOWN])
    other.signing = genuine
    elsewhere = {"permit": permit.jti, "answer": envelopes.sealed("x", envelopes.new_key())}
    for each in (forged, elsewhere, {"permit": permit.jti, "answer": "nonsense"}):
        (answer,) = other.bring(each)
        assert (answer["state"], answer["refusal"]) == ("refused", Refusal.FORGED)
    assert state() == "permitted"


def test_the_same_answer_is_acknowledged_again_and_another_is_refused(permit: Permit, other: Other) -> None:
    brought = other.answer(permit, [SHOWN], at=1_800_000_000)
    assert other.bring(brought)[0]["state"] == "accepted"
    assert other.bring(brought)[0]["state"] == "known"
    assert other.bring(other.answer(permit, [SHOWN], at=1_800_000_000))[0]["state"] == "known"
    (answer,) = other.bring(other.answer(permit, [SHOWN | {"lot": "Z999"}], at=1_800_000_000))
    assert (answer["state"], answer["refusal"]) == ("refused", Refusal.MISMATCH)
    assert world.from_numbers("/ski/results", waiting=True)[0]["records"] == [SHOWN]
    assert Record.objects.filter(event="provided").count() == 1
    world.from_numbers("/ski/taken", processing_numbers=[permit.processing_number])
    assert other.bring(brought)[0]["state"] == "known"


def test_the_same_answer_twice_in_one_message_counts_once(permit: Permit, other: Other) -> None:
    brought = other.answer(permit, [SHOWN])
    assert [each["state"] for each in other.bring(brought, brought)] == ["accepted", "known"]
    assert Record.objects.filter(event="provided").count() == 1


def test_an_answer_after_cancelling_is_thrown_away_with_a_record(permit: Permit, other: Other) -> None:
    world.from_numbers("/ski/cancellations", processing_numbers=[permit.processing_number])
    brought = other.answer(permit, [SHOWN])
    (answer,) = other.bring(brought)
    assert (answer["state"], answer["refusal"]) == ("accepted", Refusal.CANCELLED)
    assert other.bring(brought)[0]["state"] == "known"
    assert (state(), Inquiry.objects.get().sealed_answer) == ("cancelled", None)
    assert Record.objects.filter(event="discarded").count() == 1


@pytest.mark.parametrize("noticed", [True, False])
def test_an_answer_that_comes_too_late_is_thrown_away_with_a_record(
    permit: Permit, other: Other, noticed: bool
) -> None:
    with clock.fixed(clock.now() + timedelta(hours=2)):
        if noticed:
            world.dispatch()
        (answer,) = other.bring(other.answer(permit, [SHOWN]))
        assert (answer["state"], answer["refusal"]) == ("accepted", Refusal.EXPIRED)
        world.dispatch()
    assert (state(), Inquiry.objects.get().sealed_answer) == ("expired", None)
    assert Record.objects.filter(event="discarded").count() == 1


def test_an_answer_before_its_permit_is_asked_for_again(core: Core, other: Other) -> None:
    """The core may reach the provider before us: no word about it, so that it comes again."""
    world.get_codes(core, 1)
    (accepted,) = world.inquire(world.inquiry(1))
    early = core.permit(
        aud=world.OURS, inquirer=world.OURS, provider=world.OTHER, code=world.code(1),
        processing_number=accepted["processing_number"],
    )  # fmt: skip
    core.permits[accepted["processing_number"]] = early
    assert other.bring(other.answer(early, [SHOWN])) == []
    world.dispatch()
    assert other.bring(other.answer(early, [SHOWN]))[0]["state"] == "accepted"


def test_a_refusal_ends_the_inquiry_with_its_reason(permit: Permit, other: Other, core: Core) -> None:
    (answer,) = other.bring(other.answer(permit, refusal=Refusal.WITHHELD))
    assert answer["state"] == "accepted"
    (found,) = world.from_numbers("/ski/results", waiting=True)
    assert (found["state"], found["message"]) == ("refused", Refusal.WITHHELD.sentence)
    world.dispatch()
    assert [(each["result"], each["refusal"]) for each in core.outcomes] == [("refused", "withheld")]


def test_only_institutions_of_the_directory_with_their_own_certificate_come_in(
    permit: Permit, core: Core, other: Other
) -> None:
    """M08"""
    brought = [other.answer(permit, [SHOWN])]
    held = world.certificate("intermediate", world.OTHER)
    stolen = world.certificate.__wrapped__("intermediate", world.OTHER)[0]
    assert stolen != held[0]
    answers = [
        world.knock("/network/answers", brought),
        world.knock("/network/answers", brought, "intermediate", "0213101600000000"),
        world.knock("/network/answers", brought, "numbers", world.OTHER),
        world.knock(
            "/network/answers", brought, **{"sesshu.proxied": True, "HTTP_CLIENT_CERT": stolen}
        ),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [403] * 4
    assert json.loads(answers[0].content)["error"] == "not_allowed"
    assert state() == "permitted"
