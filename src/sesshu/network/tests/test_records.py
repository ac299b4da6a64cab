"""番号法23条, 31条: outcomes from the right side only, corrections to the other side, seven years."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from sesshu.kernel import clock
from sesshu.kernel.dates import reach
from sesshu.network import core, dispatching, expiry
from sesshu.network.models import Corrected, Ending, ListVersion, Record
from sesshu.network.tests import members
from sesshu.network.tests.conftest import ISE, KOFU, MIE, TODAY, Net
from sesshu.network.tests.test_dispatching import correction
from sesshu.protocol import envelopes, messages


@pytest.fixture
def permit(net: Net) -> str:
    own, _ = net.both()
    net.ise.permits_for(net.ise.request(KOFU, own))
    return str(Record.objects.get().permit)


def outcome(permit: str, side: str, **changed: Any) -> dict[str, Any]:
    at = int(clock.now().timestamp())
    return {"permit": permit, "side": side, "result": "provided", "refusal": None, "at": at} | changed


def test_both_sides_tell_how_it_ended_once(net: Net, permit: str) -> None:
    for _ in range(2):
        assert net.kofu.ask("/v1/outcomes", [outcome(permit, "provider")]) == {"count": 1}
        refused = outcome(permit, "inquirer", result="refused", refusal="mismatch")
        assert net.ise.ask("/v1/outcomes", [refused]) == {"count": 1}
    found = Ending.objects.order_by("side").values_list("side", "result", "refusal")
    assert list(found) == [("inquirer", "refused", "mismatch"), ("provider", "provided", "")]


def test_nobody_tells_for_another(net: Net, permit: str) -> None:
    wrong = [
        outcome(permit, "inquirer"),
        outcome("m" + "0" * 32, "provider"),
    ]
    assert net.kofu.ask("/v1/outcomes", wrong) == {"count": 0}
    assert net.mie.ask("/v1/outcomes", [outcome(permit, "provider")]) == {"count": 0}
    assert not Ending.objects.exists()
    assert members.events("network.outcomes")[0][2] == {"institution": KOFU, "refused": 2}


@pytest.mark.parametrize("ahead", [11 * 60, 2**60])
def test_by_a_clock_that_is_ahead_it_ended_when_it_was_told(net: Net, permit: str, ahead: int) -> None:
    at = int(clock.now().timestamp()) + ahead
    assert net.kofu.ask("/v1/outcomes", [outcome(permit, "provider", at=at)]) == {"count": 1}
    ending = Ending.objects.get()
    assert ending.at == ending.told_at.replace(microsecond=0)


def test_an_outcome_with_a_content_is_refused(net: Net, permit: str) -> None:
    body = [outcome(permit, "provider") | {"records": [{"vaccine": "MR"}]}]
    assert members.post("/v1/outcomes", body, net.kofu.der)[0] == 422


def test_a_correction_goes_to_the_other_side_as_its_sender_signed_it(net: Net, permit: str) -> None:
    said = correction(net.ise, KOFU, permit, int(clock.now().timestamp()))
    assert net.ise.ask("/v1/corrections", said) == {"state": "accepted"}
    assert net.ise.ask("/v1/corrections", said) == {"state": "known"}
    dispatching.run_once()
    assert net.kofu.corrections == [{"token": said["correction"]}]
    kept = Corrected.objects.get()
    assert "乙".encode() not in bytes(kept.sealed)
    assert said["correction"].encode() not in bytes(kept.sealed)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"sender": KOFU}, 403),
        ({"receiver": MIE}, 422),
        ({"receiver": ISE}, 422),
        ({"permit": "m" + "0" * 32}, 422),
        ({"field": 3}, 422),
        ({"before": "甲\0"}, 422),
        ({"reason": "x" * 201}, 422),
    ],
)
def test_a_correction_between_others_is_refused(
    net: Net, permit: str, changed: dict[str, Any], status: int
) -> None:
    said = correction(net.ise, KOFU, permit, 1, **changed)
    assert members.post("/v1/corrections", said, net.ise.der)[0] == status
    assert not Corrected.objects.exists()


def test_a_forged_or_endless_correction_is_refused(net: Net, permit: str) -> None:
    forged = {"correction": envelopes.signed({}, envelopes.new_key(), typ=messages.CORRECTION)}
    assert members.post("/v1/corrections", forged, net.ise.der)[0] == 403
    assert members.post("/v1/corrections", {"correction": "x" * 100_000}, net.ise.der)[0] == 422


@pytest.mark.parametrize("model", [Record, Ending, Corrected, ListVersion])
def test_the_process_at_the_door_can_neither_change_nor_remove_a_record(
    net: Net, permit: str, model: Any
) -> None:
    net.kofu.ask("/v1/outcomes", [outcome(permit, "provider")])
    net.ise.ask("/v1/corrections", correction(net.ise, KOFU, permit, 1))
    field = model._meta.get_fields()[-1].name
    assert model.objects.exists(), field
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        model.objects.all()._raw_delete("default")
    column = next(f for f in model._meta.concrete_fields if not f.primary_key and not f.is_relation)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        model.objects.update(**{column.name: getattr(model.objects.get(), column.name)})


def test_expiry_is_not_the_door_s_to_do(net: Net, permit: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), core.acting():
        expiry.expire()
    assert Record.objects.exists()


@settings(max_examples=300, deadline=None)
@given(st.dates(date(2026, 1, 1), date(2060, 12, 31)))
def test_a_record_is_kept_through_the_last_day_of_its_seventh_year(today: date) -> None:
    first = expiry.first_kept_day(today)
    day = timedelta(days=1)
    assert reach(first + day, years=7) >= today  # kept: its period has not ended before today
    assert reach(first, years=7) < today  # of the day before, it has


def test_seven_years_by_the_calendar() -> None:
    assert expiry.first_kept_day(date(2033, 11, 28)) == date(2026, 11, 28)
    assert expiry.first_kept_day(date(2033, 11, 29)) == date(2026, 11, 29)
    assert expiry.first_kept_day(date(2036, 2, 29)) == date(2029, 2, 28)
    assert clock.today() == TODAY
