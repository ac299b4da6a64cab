"""情報提供等記録 (M05): of everything, for seven years, as the person may see it, corrected in the open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from sesshu.intermediate import correcting, expiring, records
from sesshu.intermediate.models import ExpiryRun, Record
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core, Other
from sesshu.kernel import clock
from sesshu.protection.models import Account
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import envelopes, messages
from sesshu.protocol.messages import Correction


def provided(core: Core, other: Other, **changed: Any) -> str:
    """An inquiry of ours that was answered; its processing number."""
    (accepted,) = world.inquire(world.inquiry(1, **changed))
    world.dispatch()
    other.bring(other.answer(core.permits[accepted["processing_number"]], []))
    return str(accepted["processing_number"])


@pytest.fixture(autouse=True)
def _somebody(core: Core) -> None:
    world.get_codes(core, 1)


def found(**asked: Any) -> Any:
    return world.from_numbers("/tkm/records", integrated_number=world.number(1), **asked)


def test_a_record_holds_what_the_law_asks_for(core: Core, other: Other) -> None:
    """番号法23条1項: both parties, both times, the items; and by which law."""
    number = provided(core, other)
    (entry,) = found()
    assert (entry["inquirer"], entry["inquirer_name"]) == (world.OURS, "伊勢市")
    assert (entry["provider"], entry["side"], entry["event"]) == (world.OTHER, "inquirer", "provided")
    assert entry["asked_at"] <= entry["at"]
    assert (entry["information_name"], entry["legal_basis"]) == (
        world.ROW.information_name,
        world.ROW.legal_basis,
    )
    assert (entry["processing_number"], entry["nondisclosure"]) == (number, False)


def test_provisions_and_refusals_are_recorded_too(core: Core, other: Other) -> None:
    core.post("/network/permits", [core.signed(core.permit(code=world.code(1)))])
    world.dispatch()
    world.inquire(world.inquiry(1, item="26-1"))
    assert {(each["side"], each["event"], each["refusal"]) for each in found()} == {
        ("provider", "provided", None),
        ("inquirer", "refused", "not_listed"),
    }


def test_what_is_not_disclosed_is_hidden_from_the_person(core: Core, other: Other) -> None:
    """番号法23条2項; JTK shows who, when and by which law."""
    provided(core, other)
    provided(core, other, nondisclosure=True)
    assert (len(found()), len(found(all=True))) == (1, 2)
    (own,) = world.from_numbers("/jtk/records", integrated_number=world.number(1))
    assert own["legal_basis"] == world.ROW.legal_basis
    assert "actor" not in own
    assert "processing_number" not in own
    world.from_numbers(
        "/dbm/flags",
        flags=[
            {
                "integrated_number": world.number(1), "information": world.ROW.information,
                "no_auto_reply": False, "nondisclosure": True,
            }
        ],
    )  # fmt: skip
    assert world.from_numbers("/jtk/records", integrated_number=world.number(1)) == []
    assert len(found(all=True)) == 2
    provided(core, other)
    assert len(found(all=True)) == 3
    assert len(found()) == 1


def test_records_are_found_by_time(core: Core, other: Other) -> None:
    provided(core, other)
    soon, later = clock.now() + timedelta(hours=1), clock.now() + timedelta(hours=2)
    assert len(found(until=soon.isoformat())) == 1
    assert found(since=soon.isoformat(), until=later.isoformat()) == []
    with acting_for(world.ISE):
        assert records.between(clock.now() - timedelta(hours=1), soon).count() == 2
    assert world.from_numbers("/tkm/records", integrated_number=world.number(2)) == []


def test_nobody_changes_or_removes_a_record(core: Core, other: Other) -> None:
    provided(core, other)
    for act in (
        lambda: Record.objects.update(refusal="x"),
        lambda: Record.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert Record.objects.count() == 2


def aged(days: int, number: str, **changed: Any) -> Record:
    """The last record once more, as if it were of that long ago."""
    row = Record.objects.order_by("-id")[0]
    row.pk, row.processing_number, row.at = None, number, clock.now() - timedelta(days=days)
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


def test_a_record_goes_when_its_seven_years_are_over(core: Core, other: Other) -> None:
    """M10, 番号法施行令29条; what was deleted is counted. A record goes as a whole, corrections and all."""
    provided(core, other)
    with acting_for(world.ISE):
        aged(2_600, "p-old")
        aged(2_559, "p-old")
        kept = aged(2_600, "p-kept")
        aged(10, "p-kept", corrects=kept, event="corrected")
        aged(2_500, "p-young")
        run = expiring.delete_expired()
        left = set(Record.objects.values_list("processing_number", flat=True))
        assert (run.records, left & {"p-old", "p-kept", "p-young"}) == (2, {"p-kept", "p-young"})
        assert expiring.delete_expired().records == 0
        assert ExpiryRun.objects.count() == 2


def test_messages_go_a_year_after_their_end_and_their_record_stays(core: Core, other: Other) -> None:
    """M10"""
    number = provided(core, other)
    with acting_for(world.ISE), clock.fixed(clock.now() + timedelta(days=366)):
        assert expiring.delete_expired().inquiries == 1
    assert world.results(number) == []
    assert len(found()) == 1


def test_a_correction_stands_beside_the_record_and_is_told_to_the_other_side(
    core: Core, other: Other, clerk: Account
) -> None:
    """番号法31条"""
    provided(core, other)
    with acting_for(world.ISE):
        record = Record.objects.get(event="provided")
        correcting.correct(record, field="nondisclosure", after="True", reason="支援措置の申出", by=clerk)
        for field, after, reason in (
            ("provider", "x", "y"), ("item", "1", " "), ("count", "x", "y"), ("nondisclosure", "はい", "y"),
        ):  # fmt: skip
            with pytest.raises(ValueError, match="。"):
                correcting.correct(record, field=field, after=after, reason=reason, by=clerk)
    assert found() == []
    (entry,) = found(all=True)
    assert entry["nondisclosure"] is True
    (correction,) = entry["corrections"]
    assert (correction["before"], correction["after"], correction["ours"]) == ("False", "True", True)
    world.dispatch()
    (token,) = core.corrections
    key = envelopes.imported(world.ours()["signing_key"])
    said = Correction.model_validate(envelopes.verified(token, key, typ=messages.CORRECTION))
    assert (said.sender, said.receiver, said.field) == (world.OURS, world.OTHER, "nondisclosure")


def test_what_was_hidden_after_the_period_asked_for_is_hidden(
    core: Core, other: Other, clerk: Account
) -> None:
    """番号法23条2項: the entries are chosen by the period, each is told as it stands."""
    provided(core, other)
    soon, later = clock.now() + timedelta(hours=1), clock.now() + timedelta(hours=2)
    with clock.fixed(later), acting_for(world.ISE):
        record = Record.objects.get(event="provided")
        correcting.correct(record, field="nondisclosure", after="True", reason="支援措置の申出", by=clerk)
    assert found(until=soon.isoformat()) == []
    (entry,) = found(until=soon.isoformat(), all=True)
    assert (entry["event"], entry["nondisclosure"], len(entry["corrections"])) == ("provided", True, 1)
    assert found(since=soon.isoformat(), all=True) == []


def told(other: Other, permit: str, **changed: Any) -> str:
    said = {
        "permit": permit, "sender": other.code, "receiver": world.OURS, "field": "nondisclosure",
        "before": "True", "after": "False", "reason": "誤り", "at": 1,
    } | changed  # fmt: skip
    return envelopes.signed(said, other.signing, typ=messages.CORRECTION)


@pytest.mark.parametrize(
    "changed",
    [{"field": "x\0"}, {"before": "\0"}, {"after": "x" * 201}, {"reason": "誤\0り"}, {"field": "x" * 61}],
)
def test_a_correction_that_no_table_can_hold_is_refused_and_the_others_are_kept(
    core: Core, other: Other, changed: dict[str, str]
) -> None:
    """An error of ours would have the core send it again and again, and nothing else."""
    permit = core.permits[provided(core, other)].jti
    tokens = [told(other, permit, **changed), told(other, permit)]
    assert core.post("/network/corrections", tokens) == [{"state": "refused"}, {"state": "stored"}]


def test_the_other_side_s_correction_is_kept_and_changes_nothing_of_ours(core: Core, other: Other) -> None:
    """It is shown beside our record; what is hidden here stays hidden."""
    number = provided(core, other, nondisclosure=True)
    token = told(other, core.permits[number].jti)
    states = [core.post("/network/corrections", [token])[0]["state"] for _ in range(2)]
    assert states == ["stored", "known"]
    assert found() == []
    (entry,) = found(all=True)
    assert (entry["corrections"][0]["ours"], entry["corrections"][0]["by"]) == (False, world.OTHER)


def test_a_stranger_s_correction_is_refused(core: Core, other: Other) -> None:
    number = provided(core, other)
    permit, third = core.permits[number].jti, core.others[world.THIRD]
    tokens = [
        told(third, permit),
        told(third, permit, sender=other.code),
        told(other, permit, receiver=world.THIRD),
        told(other, "m" + "0" * 32),
        "x.y.z",
        "",
    ]
    assert core.post("/network/corrections", tokens) == [{"state": "refused"}] * 6
