"""The 副本 (M06, M13): newest counts, withdrawn stays withdrawn, every registration has its manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sesshu.intermediate import replica_files, replicas
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.models import Manifest, Person, Replica
from sesshu.intermediate.replicas import Put
from sesshu.intermediate.sealing import cabinet
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core
from sesshu.protection.models import AuditEvent
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import points

BY = Caller("t-clerk")


def held(n: int = 1) -> list[dict[str, Any]]:
    with acting_for(world.ISE):
        person = Person.objects.get(digest=cabinet().digest("integrated-number", world.number(n)))
        found = replicas.contents([(person.pk, world.ROW.information)], cabinet())
        return found.get((person.pk, world.ROW.information), [])


def test_an_older_record_never_replaces_a_newer_one(core: Core) -> None:
    states = [
        world.put_replicas((1, "d1", world.record(lot=lot)), sequence=sequence)[0]["state"]
        for sequence, lot in ((2, "B"), (1, "A"), (2, "B"), (3, "C"))
    ]
    assert states == ["stored", "known", "known", "stored"]
    assert [each["lot"] for each in held()] == ["C"]


def test_what_is_withdrawn_does_not_come_back(core: Core) -> None:
    world.put_replicas((1, "d1", world.record()), sequence=1)
    assert world.put_replicas((1, "d1", None), sequence=2)[0]["state"] == "stored"
    assert world.put_replicas((1, "d1", world.record()), sequence=1)[0]["state"] == "known"
    assert held() == []
    assert bytes(Replica.objects.get().sealed) == b""


def test_a_record_can_move_to_the_person_it_is_of(core: Core) -> None:
    world.put_replicas((1, "d1", world.record()), sequence=1)
    world.put_replicas((2, "d1", world.record()), sequence=2)
    assert (held(1), len(held(2))) == ([], 1)


def test_within_one_message_the_newest_counts(core: Core) -> None:
    puts = [
        Put(world.number(1), "d1", world.ROW.information, sequence, world.record(lot=lot))
        for sequence, lot in ((1, "A"), (3, "C"), (2, "B"), (3, "D"))
    ]
    fates = replicas.register(puts, process="p", by=BY)
    assert [each.state for each in fates] == ["known", "stored", "known", "known"]
    assert [each["lot"] for each in held()] == ["C"]


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 9), st.booleans()), max_size=12), st.data())
@settings(deadline=None, max_examples=25)
def test_in_whatever_order_and_portions_the_same_records_remain(
    steps: list[tuple[int, int, bool]], data: st.DataObject
) -> None:
    """Against a model of three lines: the highest sequence of each record, first come first kept."""
    from django.db import transaction

    from sesshu.protection.services import ensure_municipality

    def run() -> None:
        ensure_municipality(world.ISE)
        with acting_for(world.ISE), transaction.atomic():
            model: dict[str, tuple[int, str | None]] = {}
            position = 0
            while position < len(steps):
                size = data.draw(st.integers(1, len(steps) - position))
                puts = []
                for index, (record, sequence, gone) in enumerate(steps[position : position + size]):
                    lot = None if gone else f"{position}-{index}"
                    content = None if gone else world.record(lot=lot)
                    puts.append(Put(world.number(1), f"d{record}", world.ROW.information, sequence, content))
                    if f"d{record}" not in model or model[f"d{record}"][0] < sequence:
                        model[f"d{record}"] = (sequence, lot)
                replicas.register(puts, process="p", by=BY)
                position += size
            expected = sorted(lot for _, lot in model.values() if lot is not None)
            found = sorted(str(each["lot"]) for each in (held() if steps else []))
            assert found == expected
            transaction.set_rollback(True)

    run()


test_in_whatever_order_and_portions_the_same_records_remain = pytest.mark.django_db(
    test_in_whatever_order_and_portions_the_same_records_remain
)


def test_every_registration_says_which_process_registered_what_and_when(core: Core) -> None:
    """M13, control 55"""
    world.put_replicas((1, "d1", world.record()), (1, "d2", None), (2, "d3", world.record()))
    world.put_replicas((1, "d1", world.record()))
    first, second = Manifest.objects.order_by("started_at")
    assert (first.process, first.source, first.actor) == ("p-ledger", "online", "t-clerk")
    assert (first.lines, first.stored, first.withdrawn, first.known) == (3, 2, 1, 0)
    assert (second.lines, second.stored, second.known, second.state) == (1, 0, 1, "done")
    assert first.information == [world.ROW.information]
    event = AuditEvent.objects.filter(action="intermediate.replicas").earliest("id")
    assert (event.detail["manifest"], event.detail["stored"]) == (str(first.pk), 2)


def test_a_record_that_is_not_taken_says_why(core: Core) -> None:
    puts = [
        Put(world.number(1), "d1", "TM1", 1, {}),
        Put(world.number(1), "d2", world.ROW.information, 1, {"note": "x" * 20_000}),
        Put(world.number(1), "d3", world.ROW.information, 1, {"note": "個人番号123456789018"}),
        Put(world.number(1), "d4", world.ROW.information, 1, {"lot": "123456789018"}),
    ]
    fates = replicas.register(puts, process="p", by=BY)
    assert [each.state for each in fates] == ["refused", "refused", "refused", "stored"]
    assert all(each.message for each in fates[:3])


def lines(count: int) -> str:
    return "".join(
        replica_files.as_line(
            Put(world.number(n % 50), f"f{n}", world.ROW.information, 1, world.record(lot=str(n)))
        )
        + "\n"
        for n in range(count)
    )


def test_a_file_adds_its_records_once(core: Core, tmp_path: Path) -> None:
    path = tmp_path / "副本.jsonl"
    path.write_text(lines(120) + '{"record_id": "x"}\n' + "not json\n", encoding="utf-8")
    faults: list[replica_files.Refused] = []
    first = replica_files.load(path, process="nightly", by=BY, refused=faults.append)
    assert (first.lines, first.stored, first.refused, first.source) == (122, 120, 2, "batch")
    assert [each.line for each in faults] == [121, 122]
    assert "integrated_number" in faults[0].message
    again = replica_files.load(path, process="nightly", by=BY)
    assert (again.pk, Replica.objects.count(), Manifest.objects.count()) == (first.pk, 120, 1)


class Killed(BaseException):
    pass


def test_a_killed_registration_goes_on_where_it_stopped(
    core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica_files, "CHUNK", 10)
    path = tmp_path / "f.jsonl"
    path.write_text(lines(35), encoding="utf-8")
    reached = 0

    def die(name: str) -> None:
        nonlocal reached
        reached += 1
        if reached == 2:
            raise Killed

    monkeypatch.setattr(points, "hook", die)
    with pytest.raises(Killed):
        replica_files.load(path, process="p", by=BY)
    assert (Manifest.objects.get().lines, Manifest.objects.get().state) == (20, "running")
    told: list[int] = []
    done = replica_files.load(path, process="p", by=BY, told=told.append)
    assert told == [30, 35]
    assert (done.stored, done.known, Replica.objects.count()) == (35, 0, 35)


def test_a_line_of_a_file_says_what_a_message_says() -> None:
    said = json.loads(replica_files.as_line(Put(world.number(1), "d1", world.ROW.information, 1, None)))
    assert (said["action"], said["content"]) == ("withdraw", None)
