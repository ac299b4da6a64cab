"""S05: every committed event gets one place in the tree, late ones too, whoever runs and whatever breaks."""

from __future__ import annotations

import contextlib
import random
import threading
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import ProgrammingError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.running import wait_until

from sesshu.protection import audit
from sesshu.protection.models import AuditEvent
from sesshu.protection.tenancy import acting_for
from sesshu.protection.trail import canonical, sequencing, stored, tree
from sesshu.protection.trail.merkle import Frontier, leaf_hash
from sesshu.protection.trail.models import Leaf, Settling
from sesshu.protection.trail.sequencing import Sequencer
from sesshu.protection.trail.tree import StoredTree

from .conftest import ISE, City

# What PostgreSQL can keep in a text.
STORABLE = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
DETAILS = (
    st.integers(-(2**53), 2**53)
    | st.none()
    | st.booleans()
    | st.lists(st.integers(0, 9))
    | st.dictionaries(st.text("ab", min_size=1), st.text(STORABLE))
)


def placed() -> list[int]:
    with acting_for(ISE):
        return list(Leaf.objects.order_by("index").values_list("event_id", flat=True))


def run(sequencer: Sequencer, most: int = sequencing.MOST) -> int:
    with acting_for(ISE):
        return sequencer.run(most)


def settles(sequencer: Sequencer, upto: int) -> None:
    """It settles by itself; other tests' open transactions on the same server may hold it up meanwhile."""

    def settled() -> bool:
        run(sequencer)
        return sequencer._settled.get(ISE, 0) >= upto

    wait_until(settled, f"everything up to event {upto} is settled", seconds=300, pause=0.1)


def test_events_get_places_in_order_once(city: City) -> None:
    first = city.record(5)
    sequencer = Sequencer()
    assert run(sequencer) == 5
    assert run(sequencer) == 0
    second = city.record(3)
    assert run(Sequencer()) == 3
    assert placed() == first + second
    with acting_for(ISE):
        assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(range(8))


def test_an_event_that_commits_late_is_not_passed_over(city: City) -> None:
    """Drawn first, committed last, while the sequencer runs on and settles: the id below is taken up."""
    sequencer = Sequencer()
    begun, go_on = threading.Event(), threading.Event()
    late: list[int] = []

    def slow() -> None:
        with acting_for(ISE):
            late.append(audit.record("addressee.read", by=None).pk)
            begun.set()
            assert go_on.wait(30)
        connection.close()

    worker = threading.Thread(target=slow)
    worker.start()
    assert begun.wait(30)
    others = city.record(3)
    assert min(others) > late[0]
    for _ in range(4):
        run(sequencer)
    assert placed() == others
    assert sequencer._settled.get(ISE, 0) < late[0]
    go_on.set()
    worker.join()
    run(sequencer)
    assert placed() == others + late
    settles(sequencer, max(others))


def test_a_rolled_back_event_leaves_no_gap_and_holds_nothing_up(city: City) -> None:
    with contextlib.suppress(ZeroDivisionError), acting_for(ISE):
        audit.record("addressee.read", by=None)
        raise ZeroDivisionError
    kept = city.record(2)
    sequencer = Sequencer()
    run(sequencer)
    assert placed() == kept
    settles(sequencer, max(kept))


def test_a_sequencer_that_dies_in_its_transaction_leaves_nothing_half_done(city: City) -> None:
    kept = city.record(300)
    sequencer = Sequencer()
    with contextlib.suppress(ZeroDivisionError), acting_for(ISE):
        assert sequencer.run() == 300
        raise ZeroDivisionError
    assert placed() == []
    assert run(sequencer) == 300
    assert placed() == kept


def test_several_sequencers_and_writers_at_once(city: City) -> None:
    """Four writers, two sequencers: afterwards every event has one place and the places have no gap."""
    done = threading.Event()

    def write(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(60):
            with contextlib.suppress(ZeroDivisionError), acting_for(ISE):
                audit.record("addressee.read", by=None, subjects=[chance.randrange(50)])
                if chance.random() < 0.2:
                    raise ZeroDivisionError
        connection.close()

    def sequence() -> None:
        own = Sequencer()
        while not done.is_set():
            run(own, 7)
        connection.close()

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
    sequencers = [threading.Thread(target=sequence) for _ in range(2)]
    for thread in writers + sequencers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sequencers:
        thread.join()
    last = Sequencer()
    while run(last):
        pass
    with acting_for(ISE):
        events = set(AuditEvent.objects.values_list("pk", flat=True))
        indexes = list(Leaf.objects.order_by("index").values_list("index", flat=True))
    assert set(placed()) == events
    assert len(placed()) == len(events) > 100
    assert indexes == list(range(len(events)))


@pytest.mark.parametrize("steps", [(1, 254, 1, 1), (256,), (600,), (100, 400, 200), (255, 257, 1)])
def test_the_tables_hold_the_tree_of_the_events(city: City, steps: tuple[int, ...]) -> None:
    """Whatever the batches, the root is that of the events' canonical bytes."""
    sequencer = Sequencer()
    for step in steps:
        city.record(step)
        run(sequencer)
    frontier = Frontier()
    with acting_for(ISE):
        for event in AuditEvent.objects.order_by("pk"):
            names = (
                "id", "at", "account", "actor", "terminal", "action", "purpose", "subjects", "count",
                "detail", "result",
            )  # fmt: skip
            row = [event.account_id if name == "account" else getattr(event, name) for name in names]
            frontier.append(
                leaf_hash(canonical.encode(dict(zip(names, row, strict=True)) | {"municipality": ISE}))
            )
        assert StoredTree().root(sum(steps)) == frontier.root()


def test_what_is_settled_is_written_down_for_a_restart(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencing, "KEEP_EVERY", 10)
    sequencer = Sequencer()
    settles(sequencer, max(city.record(30)))
    with acting_for(ISE):
        assert Settling.objects.get().settled >= 30
        assert sequencing.kept_settled() == sequencer._settled[ISE]


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    texts=st.lists(st.text(STORABLE, max_size=12), min_size=5, max_size=5),
    detail=st.dictionaries(st.text("abcd_XYZ019", min_size=1), DETAILS, max_size=4),
    at=st.datetimes(timezones=st.just(UTC)).filter(lambda each: 1999 < each.year < 2099),
    subjects=st.lists(st.integers(1, 2**50), max_size=4),
)
def test_postgresql_writes_the_same_canonical_bytes(
    ise: object, texts: list[str], detail: dict[str, object], at: datetime, subjects: list[int]
) -> None:
    """RFC 8785 by two ways: whatever an event holds, also what the application would never write."""
    actor, terminal, action, purpose, result = texts
    event = AuditEvent.objects.create(
        at=at, actor=actor, terminal=terminal, action=action, purpose=purpose, result=result[:20],
        subjects=subjects, count=len(subjects), detail=detail,
    )  # fmt: skip
    query = f"SELECT {stored.COLUMNS} FROM protection_auditevent e WHERE e.id = %s"
    (row,) = stored.asked(query, [event.pk])
    expected = {
        "account": None, "action": action, "actor": actor, "at": at, "count": len(subjects), "detail": detail,
        "id": event.pk, "municipality": "242039", "purpose": purpose, "result": result[:20],
        "subjects": subjects, "terminal": terminal,
    }  # fmt: skip
    assert stored.entry(*row) == canonical.encode(expected)


@pytest.mark.parametrize(
    "table", ["protection_auditevent", "trail_leaf", "trail_subtree", "trail_checkpoint", "trail_cosignature",
              "trail_subject", "trail_settling", "trail_signingkey"],
)  # fmt: skip
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET municipality_code = '242039'", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_the_application_can_neither_change_nor_remove(city: City, table: str, statement: str) -> None:
    with pytest.raises(ProgrammingError) as error, acting_for(ISE), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert isinstance(error.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_whole_is_the_root_of_a_row() -> None:
    row = [leaf_hash(bytes([number])) for number in range(8)]
    frontier = Frontier()
    for each in row:
        frontier.append(each)
    assert tree.whole(row) == frontier.root()
