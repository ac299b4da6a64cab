"""自動応答不可 and 不開示 go before the records, and no record goes without them (M12)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.numbers_double import Door

from sesshu.addressees.models import ProtectiveMeasure
from sesshu.health.replicas import flags, sending, upkeep
from sesshu.health.replicas.choices import Kind
from sesshu.health.replicas.models import OutboxEntry
from sesshu.health.replicas.tests.invented import ISE, TODAY, flag, given, person
from sesshu.kernel import clock


def test_m12_flags_wait_for_the_number_without_which_nobody_knows_whom_they_are_about(
    begun: Door, officer: Any
) -> None:
    who = person()
    given(who)
    flag(who, officer)
    OutboxEntry.objects.filter(kind=Kind.ASSIGN).update(next_at=clock.now() + timedelta(minutes=1))
    assert sending.send(ISE).sent == 0
    OutboxEntry.objects.update(next_at=None)
    assert sending.send(ISE).sent == 3
    assert begun.flags[who.number]["no_auto_reply"]


def test_m12_flags_of_a_person_unknown_there_are_refused_and_the_record_is_not_put(
    begun: Door, officer: Any
) -> None:
    who = person()
    sending.send(ISE)
    begun.persons.clear()
    given(who)
    flag(who, officer)
    assert sending.send(ISE).refused == 2
    assert OutboxEntry.objects.get(kind=Kind.FLAGS).message.startswith("統合宛名番号が付番されていない")


def test_m12_resending_sends_the_flags_too(begun: Door, officer: Any) -> None:
    who = person()
    flag(who, officer)
    sending.send(ISE)
    begun.flags.clear()
    upkeep.rebuild(by=None, at=clock.now(), today=TODAY, resend=True)
    sending.send(ISE)
    assert begun.flags[who.number]["no_auto_reply"]


def test_m12_flags_follow_the_protective_measure_and_go_before_the_records(begun: Door) -> None:
    who = person()
    given(who)
    measure = ProtectiveMeasure.objects.create(addressee=who, starts_on=TODAY, recorded_at=clock.now())
    sending.send(ISE)
    assert begun.flags[who.number]["no_auto_reply"]
    assert begun.flags[who.number]["nondisclosure"]
    paths = [path for path, _ in begun.calls]
    assert paths.index("/v1/exchange/flags") < paths.index("/v1/exchange/replicas")
    measure.ends_on = date(2026, 11, 21)
    measure.save()
    sending.send(ISE)
    assert not begun.flags[who.number]["no_auto_reply"]


def test_m12_no_record_goes_while_the_flags_are_refused(begun: Door) -> None:
    who = person()
    given(who)
    ProtectiveMeasure.objects.create(addressee=who, starts_on=TODAY, recorded_at=clock.now())
    begun.refuses_flags = True
    sending.send(ISE)
    given(who, date(2026, 7, 1))
    sending.send(ISE)
    assert begun.standing(who.number) == []
    begun.refuses_flags = False
    upkeep.retry_refused(by=None)
    sending.send(ISE)
    assert len(begun.standing(who.number)) == 2


def test_m12_staff_set_flags_with_a_reason(begun: Door, clerk: Any) -> None:
    who = person()
    values = {"addressee": who, "by": clerk, "at": clock.now(), "today": TODAY}
    with pytest.raises(flags.NoReason):
        flags.set_flags(no_auto_reply=True, nondisclosure=False, reason=" ", **values)
    flags.set_flags(no_auto_reply=True, nondisclosure=False, reason="本人の申出", **values)
    sending.send(ISE)
    assert begun.flags[who.number] == {
        "addressee_number": who.number, "information": None, "no_auto_reply": True, "nondisclosure": False,
    }  # fmt: skip
