"""S05: the log in its tables, changed behind our back by who may do anything there, is found out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sesshu.protection.tenancy import acting_for
from sesshu.protection.trail import asking, checkpoints, exporting, services, signing, verifying
from sesshu.protection.trail.merkle import leaf_hash
from sesshu.protection.trail.models import Checkpoint, Cosignature, Leaf
from sesshu.protection.trail.notes import BadNote
from sesshu.protection.trail.verification import Verdict
from sesshu.protection.trail.verifier import main, read_seen
from sesshu.protection.trail.witness import Witness
from sesshu.protection.trail.witness_door import door

from .conftest import ISE, City


def verdict(**trusted: Any) -> Verdict:
    with acting_for(ISE):
        return verifying.verify(told=lambda done: None, **trusted)


def filled(city: City) -> None:
    for count in (3, 300, 20):
        city.record(count)
        city.within(checkpoints.make)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    made = Witness.create(tmp_path / "state.json", "witness.example/w1")
    made.trust(signing.public_key(ISE))
    return made


@pytest.fixture
def served(city: City, witness: Witness) -> Iterator[str]:
    with door(witness, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_an_untouched_log_holds(city: City) -> None:
    filled(city)
    found = verdict()
    assert found.holds, found.findings
    assert (found.size, found.checkpoints) == (323, 3)
    assert city.within(checkpoints.make).size == 323, "nothing new, no new checkpoint"


TAMPERINGS = {
    "changed": ("UPDATE protection_auditevent SET actor = 'other' WHERE id = {}", "内容か順序が"),
    "subjects": ("UPDATE protection_auditevent SET subjects = '{{9}}' WHERE id = {}", "内容か順序が"),
    "time": ("UPDATE protection_auditevent SET at = at + interval '1 us' WHERE id = {}", "内容か順序が"),
    "removed": ("DELETE FROM protection_auditevent WHERE id = {}", "本体から失われています"),
    "leaf too": (
        "WITH gone AS (DELETE FROM protection_auditevent WHERE id = {0})"
        " DELETE FROM trail_leaf WHERE event_id = {0}",
        "順番が抜けています",
    ),
    "hash too": (
        "UPDATE trail_leaf SET hash = decode(repeat('00', 32), 'hex') WHERE event_id = {}", "内容か順序が"
    ),
    "checkpoint": (
        "UPDATE trail_checkpoint SET note = replace(note, '303', '304') WHERE size = 303", "署名が内容と"
    ),
    "swapped": (
        "UPDATE trail_leaf SET index = -1 WHERE event_id = {0};"
        "UPDATE trail_leaf SET index = index - 1 WHERE event_id = {0} + 1;"
        "UPDATE trail_leaf SET index = (SELECT index + 1 FROM trail_leaf WHERE event_id = {0} + 1)"
        " WHERE event_id = {0}",
        "どこかが",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", TAMPERINGS)
def test_what_the_database_s_owner_changes_is_found(city: City, kind: str) -> None:
    filled(city)
    statement, said = TAMPERINGS[kind]
    with acting_for(ISE):
        event = Leaf.objects.get(index=150).event_id
    for each in statement.format(event).split(";"):
        city.admin.execute(each.encode())
    found = verdict()
    assert any(said in each for each in found.findings), found.findings


def rewrite(city: City) -> None:
    """What an operator with the signing key and the whole database could do: another past, newly signed."""
    city.admin.execute("UPDATE protection_auditevent SET actor = 'other' WHERE id % 50 = 0")
    city.admin.execute(
        "TRUNCATE trail_leaf, trail_subtree, trail_checkpoint, trail_cosignature, trail_settling"
    )
    city.within(checkpoints.make)


def test_a_rewritten_log_is_found_through_the_witness(city: City, witness: Witness, served: str) -> None:
    filled(city)
    with acting_for(ISE):
        services.register_witness(key=str(witness.key), body="三重県", url=served, by=city.officer)
    assert asking.ask_all(ISE) == []
    assert verdict(seen=read_seen(witness.path)).holds
    with acting_for(ISE):
        assert Cosignature.objects.get().checkpoint.size == Checkpoint.objects.latest("size").size
    rewrite(city)
    assert any("証人「witness.example/w1」の署名がある" in each for each in verdict().findings)
    assert any("証人の控え" in each for each in verdict(seen=read_seen(witness.path)).findings)
    city.record(3)
    city.within(checkpoints.make)
    (failure,) = asking.ask_all(ISE)
    assert "続きではない" in failure
    with acting_for(ISE):
        assert services.witnesses()[0].failure


def test_asking_again_after_a_lost_answer(city: City, witness: Witness, served: str) -> None:
    filled(city)
    with acting_for(ISE):
        services.register_witness(key=str(witness.key), body="三重県", url=served, by=None)
        newest = checkpoints.newest()
        assert newest
        witness.sign(str(checkpoints.request_for(newest, 0)))
    city.record(4)
    city.within(checkpoints.make)
    assert asking.ask_all(ISE) == []


def test_a_witness_that_does_not_answer_is_told_and_holds_nothing_up(city: City, witness: Witness) -> None:
    filled(city)
    with acting_for(ISE):
        services.register_witness(key=str(witness.key), body="三重県", url="http://127.0.0.1:9", by=None)
    (failure,) = asking.ask_all(ISE)
    assert "届きません" in failure
    assert not verdict().holds, "a registered witness that never signed is missed"


def test_files_go_to_and_fro(city: City, witness: Witness, tmp_path: Path) -> None:
    filled(city)
    with acting_for(ISE):
        services.register_witness(key=str(witness.key), body="玉城町", url="", by=city.officer)
        newest = checkpoints.newest()
        assert newest
        answer = witness.sign(str(checkpoints.request_for(newest, 0)))
    with acting_for(ISE), pytest.raises(BadNote):
        services.add_cosignature(answer=answer.replace("witness.example", "other.example"), by=None)
    with acting_for(ISE):
        assert services.add_cosignature(answer=answer, by=city.officer).checkpoint == newest
    with acting_for(ISE):
        exporting.export(tmp_path / "out", by=city.officer, told=lambda done: None)
    key = str(signing.public_key(ISE))
    assert main([str(tmp_path / "out"), "--key", key, "--witness", str(witness.key)]) == 0
    with acting_for(ISE), pytest.raises(FileExistsError, match="書き出し済み"):
        exporting.export(tmp_path / "out", by=None, told=lambda done: None)
    lines = (tmp_path / "out" / "events.jsonl").read_bytes().splitlines()
    with acting_for(ISE):
        assert bytes(Leaf.objects.get(index=100).hash) == leaf_hash(lines[100])


@pytest.mark.parametrize(
    ("key", "url", "said"),
    [
        ("nonsense", "", "公開鍵"),
        ("city", "", "証人の公開鍵ではありません"),
        ("own", "http://far.example", "https"),
    ],
)
def test_a_wrong_witness_is_refused(city: City, witness: Witness, key: str, url: str, said: str) -> None:
    keys = {"city": str(signing.public_key(ISE)), "own": str(witness.key)}
    with acting_for(ISE), pytest.raises(BadNote, match=said):
        services.register_witness(key=keys.get(key, key), body="", url=url, by=None)
