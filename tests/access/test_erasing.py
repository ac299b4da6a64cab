"""Who is erased when, and that nothing of the person is left (H21, S08; control 65)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from sesshu.addressees import erasing as persons
from sesshu.addressees import merging
from sesshu.addressees.choices import ChangeReason, Kind, Status
from sesshu.addressees.models import Addressee, AddresseeVersion
from sesshu.health.eligibility.services import refresh_after_entry
from sesshu.health.ledger.models import Dose
from sesshu.kernel import clock
from sesshu.protection.keys import signing
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.retention import erasing, rules, services
from sesshu.protection.retention.choices import ItemState, RunState
from sesshu.protection.retention.models import ErasureRecord, ErasureRun
from sesshu.protection.retention.selectors import holds, rules_now
from sesshu.protection.retention.services import NotAllowed
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality, open_account

DIED = date(2021, 11, 21)
TODAY = date(2026, 11, 22)
CITY = "242039"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.fixed(TODAY):
        yield


def staff(login: str, *roles: Role) -> Account:
    return open_account(
        login=login, name=f"試験 {login}", municipality=ensure_municipality(CITY), roles=roles,
        password="test-password-1234",
    )  # fmt: skip


@pytest.fixture
def asker(ise: object) -> Account:
    return staff("asker", Role.PROGRAMME)


@pytest.fixture
def approver(ise: object) -> Account:
    return staff("approver", Role.MANAGER)


def person(number: str, status: str = Status.DEAD, removed_on: date | None = DIED, **given: Any) -> Addressee:
    made = Addressee.objects.create(
        number=number, kind=Kind.RESIDENT, name=f"目印 {number}", name_kana="メジルシ", name_key="メジルシ",
        address_key="", birth_date=date(1950, 5, 10), sex="2", status=status, removed_on=removed_on,
        resident_since=date(1990, 1, 1), updated_at=clock.now(), **given,
    )  # fmt: skip
    AddresseeVersion.objects.create(
        addressee=made, reason=ChangeReason.WHOLE_FILE, effective_on=date(2020, 1, 1),
        recorded_at=clock.now(), state={"name": made.name},
    )  # fmt: skip
    return made


def dose(of: Addressee) -> Dose:
    made = Dose.objects.create(
        addressee=of, programme="ppsv", vaccine="PPSV23", date=date(2016, 6, 1), recorded_at=clock.now()
    )
    refresh_after_entry(of.pk)
    return made


def erased(asker: Account, approver: Account, code: str = "person-dead") -> ErasureRun:
    run = services.draw(rule_code=code, by=asker)
    services.decide(run=run.pk, approve=True, by=approver)
    return erasing.execute(CITY, run.pk)


def rows_of(pk: int) -> dict[str, int]:
    """Every row of every table of the house that points at this person, straight from the catalogue."""
    found = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model is Addressee or (model is Addressee and field.primary_key):
                with connection.cursor() as cursor:
                    cursor.execute(
                        f'SELECT count(*) FROM "{model._meta.db_table}" WHERE "{field.column}" = %s', [pk]
                    )
                    if count := cursor.fetchone()[0]:
                        found[f"{model._meta.label}.{field.name}"] = count
    return found


def test_five_years_from_the_day_after_the_death(asker: Account) -> None:
    """H21: 施行規則4条1項. Death on 2021-11-21: kept until 2026-11-21, erasable from 2026-11-22."""
    someone = person("1")
    dose(someone)
    rule = rules.rule("person-dead")
    assert rule.kept_until(DIED) == date(2026, 11, 21)
    assert [each.subject for each in rule.due(TODAY)] == [someone.pk]
    assert rule.due(TODAY - timedelta(days=1)) == []


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)))
def test_the_period_ends_the_day_before_the_fifth_return_of_its_first_day(died: date) -> None:
    """民法140条, 143条2項: the first day is not counted; where the day is missing, the month's last."""
    first = died + timedelta(days=1)
    until = rules.rule("person-dead").kept_until(died)
    if (first.month, first.day) == (2, 29):
        assert until == date(first.year + 5, 2, 28)
    else:
        assert until == date(first.year + 5, first.month, first.day) - timedelta(days=1)


def test_the_living_and_those_who_moved_out_with_a_record_are_kept(asker: Account) -> None:
    """Of whom the city does not know the death nothing is erased that the law keeps until then."""
    for number, status, removed in (("1", Status.RESIDENT, None), ("2", Status.MOVED_OUT, DIED)):
        dose(person(number, status, removed))
    assert [each.due for each in rules_now() if each.rule.code.startswith("person")] == [0, 0]


def test_who_moved_out_without_any_record_goes_after_five_years(asker: Account, approver: Account) -> None:
    gone, kept = person("1", Status.MOVED_OUT), person("2", Status.MOVED_OUT)
    dose(kept)
    assert erased(asker, approver, "person-no-record").records.get().subject == gone.pk
    assert rows_of(gone.pk) == {}
    assert rows_of(kept.pk)


def test_a_death_told_later_than_the_removal_counts(asker: Account) -> None:
    someone = person("1")
    AddresseeVersion.objects.create(
        addressee=someone, reason=ChangeReason.DEATH, effective_on=DIED + timedelta(days=9),
        recorded_at=clock.now(), state={},
    )  # fmt: skip
    assert rules.rule("person-dead").due(TODAY) == []
    assert len(rules.rule("person-dead").due(TODAY + timedelta(days=9))) == 1


def test_nothing_of_the_person_is_left_but_that_it_was_erased(asker: Account, approver: Account) -> None:
    """H21, S08: every table that points at a person, and those merged into the person, too."""
    winner, loser, other = person("1"), person("2"), person("3", Status.RESIDENT, None)
    dose(winner)
    dose(other)
    merging.merge(winner=winner.pk, loser=loser.pk, by=asker, at=clock.now(), reason="同一人物")
    before = rows_of(other.pk)
    run = erased(asker, approver)
    assert run.state == RunState.DONE
    assert rows_of(winner.pk) == rows_of(loser.pk) == {}
    assert rows_of(other.pk) == before
    record = ErasureRecord.objects.get()
    assert (record.subject, record.rows["ledger.Dose"], record.rows["addressees.Addressee"]) == (
        winner.pk, 1, 2,
    )  # fmt: skip
    assert "目印" not in str(vars(record))


def test_the_receipt_is_signed_and_names_no_person(asker: Account, approver: Account) -> None:
    """S08: what, by whose leave, when; checked with the public key alone."""
    dose(person("1"))
    run = erased(asker, approver)
    told = signing.verified(run.receipt, typ=erasing.RECEIPT)
    assert (told["subjects"], told["requested_by"], told["approved_by"]) == (1, "asker", "approver")
    head, body, mark = run.receipt.split(".")
    with pytest.raises(signing.BadSignature):
        signing.verified(f"{head}.{body[:-2]}AA.{mark}", typ=erasing.RECEIPT)


def test_nobody_approves_his_own_list(ise: object) -> None:
    both = staff("both", Role.PROGRAMME, Role.MANAGER)
    dose(person("1"))
    run = services.draw(rule_code="person-dead", by=both)
    with pytest.raises(NotAllowed, match="自分の申請は承認できません"):
        services.decide(run=run.pk, approve=True, by=both)


def test_who_is_held_is_not_erased_and_not_listed_again(asker: Account, approver: Account) -> None:
    kept, gone = person("1"), person("2")
    for each in (kept, gone):
        dose(each)
    run = services.draw(rule_code="person-dead", by=asker)
    services.exclude(run=run.pk, subject=kept.pk, reason="健康被害救済の審査中", by=asker)
    services.decide(run=run.pk, approve=True, by=approver)
    erasing.execute(CITY, run.pk)
    assert rows_of(kept.pk)
    assert rows_of(gone.pk) == {}
    with pytest.raises(NotAllowed, match="終わったものはありません"):
        services.draw(rule_code="person-dead", by=asker)
    services.release(hold=holds("person-dead").get().pk, by=asker)
    assert services.draw(rule_code="person-dead", by=asker).items.get().subject == kept.pk


def test_a_death_corrected_after_the_approval_keeps_the_person(asker: Account, approver: Account) -> None:
    """The list is asked again on the day of the erasure."""
    someone = person("1")
    dose(someone)
    run = services.draw(rule_code="person-dead", by=asker)
    services.decide(run=run.pk, approve=True, by=approver)
    Addressee.objects.filter(pk=someone.pk).update(status=Status.RESIDENT, removed_on=None)
    done = erasing.execute(CITY, run.pk)
    assert done.items.get().state == ItemState.KEPT
    assert rows_of(someone.pk)


def test_broken_off_between_two_steps_it_goes_on_where_it_was(
    asker: Account, approver: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        dose(person(str(number)))
    run = services.draw(rule_code="person-dead", by=asker)
    services.decide(run=run.pk, approve=True, by=approver)
    monkeypatch.setattr(erasing, "STEP", 2)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        erasing.execute(CITY, run.pk, tell=stop)
    assert ErasureRecord.objects.count() == 2
    assert erasing.execute(CITY, run.pk).records.count() == 5
    assert erasing.execute(CITY, run.pk).records.count() == 5
    assert AuditEvent.objects.filter(action="retention.done").count() == 1


def test_what_another_system_holds_is_erased_first(
    asker: Account, approver: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the other system cannot be reached nothing of ours is gone either."""
    someone = person("1")
    dose(someone)
    run = services.draw(rule_code="person-dead", by=asker)
    services.decide(run=run.pk, approve=True, by=approver)

    def unreachable(municipality: str, subjects: Any) -> list[str]:
        raise ConnectionError

    monkeypatch.setattr(persons, "_outside", [unreachable])
    with pytest.raises(ConnectionError):
        erasing.execute(CITY, run.pk)
    assert rows_of(someone.pk)
    told: list[int] = []

    def reached(municipality: str, subjects: Any) -> list[str]:
        told.extend(subjects)
        return []

    monkeypatch.setattr(persons, "_outside", [reached])
    erasing.execute(CITY, run.pk)
    assert told == [someone.pk]
    assert rows_of(someone.pk) == {}
