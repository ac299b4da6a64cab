"""名寄せ is told on: no dose ever stands under the number of another person (U03, M06, M12)."""

from __future__ import annotations

from typing import Any

from tests.numbers_double import Door

from sesshu.addressees import merging
from sesshu.health.replicas import flags, sending, upkeep
from sesshu.health.replicas.choices import Kind, State
from sesshu.health.replicas.models import OutboxEntry
from sesshu.health.replicas.tests.invented import ISE, TODAY, flag, given, person
from sesshu.kernel import clock


def test_u03_two_are_joined_after_their_records_and_parted_before_them(begun: Door) -> None:
    """In between, one's dose would stand under the other's 団体内統合宛名番号."""
    one, other = person(), person("見本　はなこ")
    given(other)
    sending.send(ISE)
    begun.calls.clear()
    done = merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    sending.send(ISE)
    merging.undo(merge=done.pk, by=None, at=clock.now())
    sending.send(ISE)
    assert [path.rpartition("/")[2] for path, _ in begun.calls] == [
        "replicas", "merge", "unmerge", "replicas",
    ]  # fmt: skip


def test_u03_told_twice_or_undone_before_it_went_is_as_wanted(begun: Door) -> None:
    one, other = person(), person("見本　はなこ")
    sending.send(ISE)
    done = merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    sending.send(ISE)
    OutboxEntry.objects.filter(kind=Kind.JOIN).update(state=State.WAITING)
    assert (sending.send(ISE).sent, begun.joined) == (1, {other.number: one.number})
    begun.joined.clear()
    OutboxEntry.objects.filter(kind=Kind.JOIN).update(state=State.WAITING)
    merging.undo(merge=done.pk, by=None, at=clock.now())
    assert (sending.send(ISE).sent, begun.joined) == (2, {})


def test_u03_who_was_joined_before_the_city_began_has_a_number_when_parted(ise: object, door: Door) -> None:
    one, other = person(), person("見本　はなこ")
    done = merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    upkeep.rebuild(by=None, at=clock.now(), today=TODAY)
    sending.send(ISE)
    assert other.number not in door.persons
    merging.undo(merge=done.pk, by=None, at=clock.now())
    sending.send(ISE)
    assert other.number in door.persons


def test_u03_who_cannot_be_joined_is_shown_with_the_reason(begun: Door) -> None:
    one, other = person(), person("見本　はなこ")
    begun.numbered = {other.number}
    merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    assert sending.send(ISE).refused == 1
    (entry,) = OutboxEntry.objects.filter(state=State.REFUSED)
    assert (entry.kind, entry.message) == (Kind.JOIN, "できません（number）。")


def test_u03_while_two_cannot_be_parted_the_record_of_the_one_is_not_put(begun: Door) -> None:
    one, other = person(), person("見本　はなこ")
    given(other)
    done = merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    sending.send(ISE)
    begun.unparted = True
    merging.undo(merge=done.pk, by=None, at=clock.now())
    sending.send(ISE)
    assert (len(begun.standing(one.number)), len(begun.standing(other.number))) == (0, 0)
    begun.unparted = False
    upkeep.retry_refused(by=None)
    sending.send(ISE)
    assert len(begun.standing(other.number)) == 1


def test_m06_a_merge_moves_the_records_and_its_undoing_moves_them_back(begun: Door) -> None:
    one, other = person(), person("見本　はなこ")
    given(other)
    sending.send(ISE)
    done = merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    sending.send(ISE)
    assert (len(begun.standing(one.number)), len(begun.standing(other.number))) == (1, 0)
    assert begun.joined == {other.number: one.number}
    merging.undo(merge=done.pk, by=None, at=clock.now())
    sending.send(ISE)
    assert (len(begun.standing(one.number)), len(begun.standing(other.number))) == (0, 1)
    assert begun.joined == {}
    assert upkeep.standing().agrees


def test_m12_what_staff_set_of_the_one_holds_of_the_other_while_they_are_one(
    begun: Door, officer: Any
) -> None:
    one, other = person(), person("見本　はなこ")
    given(other)
    flag(other, officer)
    sending.send(ISE)
    done = merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    begun.calls.clear()
    sending.send(ISE)
    assert [path.rpartition("/")[2] for path, _ in begun.calls] == ["flags", "replicas", "merge"]
    assert begun.flags[one.number]["no_auto_reply"]
    assert flags.flags_of(one.pk).no_auto_reply
    merging.undo(merge=done.pk, by=None, at=clock.now())
    begun.calls.clear()
    sending.send(ISE)
    assert [path.rpartition("/")[2] for path, _ in begun.calls] == ["unmerge", "flags", "replicas"]
    told = {number: each["no_auto_reply"] for number, each in begun.flags.items()}
    assert told == {one.number: False, other.number: True}


def test_m12_of_who_was_joined_nothing_is_told_that_would_undo_the_other_s_flags(
    begun: Door, officer: Any
) -> None:
    one, other = person(), person("見本　はなこ")
    for each in (one, other):
        flag(each, officer)
    merging.merge(winner=one.pk, loser=other.pk, by=None, at=clock.now(), reason="同じ人")
    sending.send(ISE)
    begun.calls.clear()
    flag(other, officer, on=False)
    sending.send(ISE)
    assert begun.said("/v1/exchange/flags") == []
    assert begun.flags[one.number]["no_auto_reply"]
