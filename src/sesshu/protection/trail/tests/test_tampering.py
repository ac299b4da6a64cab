"""S05, control 22: whatever is changed in the log afterwards is found, and what is wrong is said."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sesshu.protection.trail import canonical, notes
from sesshu.protection.trail.merkle import Frontier, leaf_hash
from sesshu.protection.trail.notes import BadNote, Tree, VerifierKey
from sesshu.protection.trail.verification import Claims, Verdict, check
from sesshu.protection.trail.verifier import (
    CHECKPOINTS,
    EVENTS,
    KEYS,
    LEAVES,
    Trusted,
    main,
    read_notes,
    verify_folder,
    write_notes,
)  # fmt: skip
from sesshu.protection.trail.witness import Witness

from .invented import CITY_KEY, CITY_PRIVATE, entries_of, signed, witness_signed

SIZE, STEPS = 60, (0, 7, 32, 33, 60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported log of sixty events with five checkpoints, the last of them cosigned."""
    made = tmp_path_factory.mktemp("exported")
    entries = entries_of(SIZE)
    witness = Witness.create(made / "witness.json", "witness.example/w1")
    witness.trust(CITY_KEY)
    checkpoints = [signed(entries[:size]) for size in STEPS]
    checkpoints[-1] = witness_signed(witness, entries, checkpoints[-1])
    (made / EVENTS).write_bytes(b"".join(entry + b"\n" for entry in entries))
    (made / LEAVES).write_bytes(b"".join(map(leaf_hash, entries)))
    (made / CHECKPOINTS).write_text(write_notes(checkpoints), encoding="utf-8")
    (made / KEYS).write_text(f"{CITY_KEY}\n{witness.key}\n", encoding="utf-8")
    return made


def verdict_of(folder: Path, **files: bytes) -> Verdict:
    names = {"events": EVENTS, "leaves": LEAVES, "checkpoints": CHECKPOINTS}
    before = {name: (folder / names[name]).read_bytes() for name in files}
    try:
        for name, content in files.items():
            (folder / names[name]).write_bytes(content)
        return verify_folder(folder, Trusted(), told=lambda done: None)
    finally:
        for name, content in before.items():
            (folder / names[name]).write_bytes(content)


def test_an_untouched_log_holds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdict = verdict_of(folder)
    assert verdict.holds, verdict.findings
    assert (verdict.size, verdict.checkpoints, verdict.cosigned_size) == (SIZE, len(STEPS), SIZE)
    assert main([str(folder), "--key", str(CITY_KEY), "--seen", str(folder / "witness.json")]) == 0
    assert "書き換えられていません" in capsys.readouterr().out


def test_the_verifier_needs_neither_django_nor_a_database(folder: Path) -> None:
    code = (
        "import sys; from sesshu.protection.trail.verifier import main; code = main(sys.argv[1:]);"
        "assert not any(name.split('.')[0] in ('django', 'psycopg') for name in sys.modules); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "別の経路で得た鍵" in done.stdout


def _changed(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content))
    kind = chance.choice(("flip", "set", "remove", "insert", "cut"))
    if kind == "flip":
        return content[:place] + bytes([content[place] ^ (1 << chance.randrange(8))]) + content[place + 1 :]
    if kind == "set":
        return (
            content[:place]
            + bytes([(content[place] + chance.randrange(1, 256)) % 256])
            + content[place + 1 :]
        )
    if kind == "remove":
        return content[:place] + content[place + 1 :]
    if kind == "insert":
        return content[:place] + bytes([chance.randrange(256)]) + content[place:]
    return content[:place]


def _moved(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    one, other = chance.sample(range(len(lines)), 2)
    kind = chance.choice(("swap", "remove", "repeat", "move"))
    if kind == "swap":
        lines[one], lines[other] = lines[other], lines[one]
    elif kind == "remove":
        del lines[one]
    elif kind == "repeat":
        lines.insert(other, lines[one])
    else:
        lines.insert(other, lines.pop(one))
    return b"".join(lines)


def test_every_one_of_two_thousand_tamperings_is_found(folder: Path) -> None:
    """S05: a byte changed, removed or inserted; lines swapped, repeated, moved, removed; cut short."""
    events = (folder / EVENTS).read_bytes()
    chance = random.Random(20261128)
    tried = 0
    while tried < 2_000:
        tampered = (_changed if tried % 2 else _moved)(events, chance)
        if tampered == events:
            continue
        tried += 1
        claims = Claims(CITY_KEY.name, read_notes((folder / CHECKPOINTS).read_text("utf-8")), [CITY_KEY])
        lines = tampered.split(b"\n")
        cut = lines.pop() != b""
        assert cut or not check(lines, claims, told=lambda done: None).holds, f"tampering {tried}"
    # The same through the files, for some.
    for _ in range(150):
        tampered = _changed(events, chance)
        assert tampered == events or not verdict_of(folder, events=tampered).holds


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_change_of_the_checkpoints_passes(folder: Path, data: st.DataObject) -> None:
    content = (folder / CHECKPOINTS).read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != content[place]))
    tampered = content[:place] + bytes([byte]) + content[place + 1 :]
    try:
        assert not verdict_of(folder, checkpoints=tampered).holds
    except BadNote:
        return


@pytest.mark.parametrize("place", [0, 13, 59])
def test_it_is_said_which_record_was_changed(folder: Path, place: int) -> None:
    lines = (folder / EVENTS).read_bytes().splitlines(keepends=True)
    lines[place] = lines[place].replace(b'"count":1', b'"count":2')
    verdict = verdict_of(folder, events=b"".join(lines))
    assert f"{place + 1}件目（記録番号{place + 1001}）の内容か順序が" in verdict.findings[0]


def test_it_is_said_which_record_is_missing_or_too_much(folder: Path) -> None:
    lines = (folder / EVENTS).read_bytes().splitlines(keepends=True)
    missing = verdict_of(folder, events=b"".join(lines[:9] + lines[10:]))
    assert "10件目にあった記録が抜き取られています" in missing.findings[0]
    twice = verdict_of(folder, events=b"".join([*lines[:10], lines[9], *lines[10:]]))
    assert "11件目（記録番号1010）は、直前の記録と同じものが重ねて入っています" in twice.findings[0]
    short = verdict_of(folder, events=b"".join(lines[:-1]))
    assert any("60件ですが、記録は59件しかありません" in each for each in short.findings)
    more = verdict_of(folder, events=b"".join([*lines, lines[0].replace(b"1001", b"2001")]))
    assert any("61件目から61件目までの1件は、署名された" in each for each in more.findings)


def test_without_the_kept_hashes_the_stretch_is_named(folder: Path, tmp_path: Path) -> None:
    entries = entries_of(SIZE)
    entries[10] = entries[10].replace(b'"count":1', b'"count":2')
    claims = Claims(CITY_KEY.name, read_notes((folder / CHECKPOINTS).read_text("utf-8")), [CITY_KEY])
    verdict = check(entries, claims, told=lambda done: None)
    assert "8件目から32件目までのどこか" in verdict.findings[0]


def test_a_checkpoint_of_another_key_does_not_count(folder: Path) -> None:
    other = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    verdict = verify_folder(folder, Trusted(keys=[other]), told=lambda done: None)
    assert all("信頼する鍵の署名がありません" in each for each in verdict.findings)


def test_a_missing_witness_is_missed(folder: Path, tmp_path: Path) -> None:
    stranger = Witness.create(tmp_path / "other.json", "other.example/w").key
    verdict = verify_folder(folder, Trusted(witnesses=[stranger]), told=lambda done: None)
    assert verdict.findings == ["証人「other.example/w」の署名があるチェックポイントがありません。"]


def test_a_rewritten_log_with_a_valid_chain_is_found_by_what_the_witness_saw(
    folder: Path, tmp_path: Path
) -> None:
    """The operator has the signing key: a new log, newly signed, holds by itself, not before the witness."""
    entries = [entry.replace(b"clerk", b"other") for entry in entries_of(SIZE)]
    rewritten = tmp_path / "rewritten"
    rewritten.mkdir()
    (rewritten / EVENTS).write_bytes(b"".join(entry + b"\n" for entry in entries))
    (rewritten / CHECKPOINTS).write_text(write_notes([signed(entries[:s]) for s in STEPS]), encoding="utf-8")
    trusted = Trusted(keys=[CITY_KEY])
    assert verify_folder(rewritten, trusted, told=lambda done: None).holds
    assert main([str(rewritten), "--key", str(CITY_KEY)]) == 0
    assert main([str(rewritten), "--key", str(CITY_KEY), "--seen", str(folder / "witness.json")]) == 1
    witness = Witness(folder / "witness.json").key
    assert main([str(rewritten), "--key", str(CITY_KEY), "--witness", str(witness)]) == 1


def test_a_log_cut_back_to_an_older_checkpoint_is_found_by_what_the_witness_saw(
    folder: Path, tmp_path: Path
) -> None:
    entries = entries_of(33)
    cut = tmp_path / "cut"
    cut.mkdir()
    (cut / EVENTS).write_bytes(b"".join(entry + b"\n" for entry in entries))
    (cut / CHECKPOINTS).write_text(
        write_notes([signed(entries[:size]) for size in STEPS[:-1]]), encoding="utf-8"
    )
    assert main([str(cut), "--key", str(CITY_KEY)]) == 0
    assert main([str(cut), "--key", str(CITY_KEY), "--seen", str(folder / "witness.json")]) == 1


@pytest.mark.parametrize(
    ("name", "content"), [(CHECKPOINTS, b"nothing"), (KEYS, b"no key"), (CHECKPOINTS, b"\xff\xfe")]
)
def test_unusable_files_are_refused_in_japanese(
    folder: Path, tmp_path: Path, name: str, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    for each in (EVENTS, CHECKPOINTS, KEYS):
        (tmp_path / each).write_bytes((folder / each).read_bytes())
    (tmp_path / name).write_bytes(content)
    assert main([str(tmp_path)]) == 2
    assert not capsys.readouterr().err.isascii()


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcXYZ_09", min_size=1), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.text("abc_", min_size=1), values, max_size=3))
def test_one_event_has_one_encoding_and_one_line(detail: dict[str, object]) -> None:
    import json
    from datetime import UTC, datetime, timedelta, timezone

    at = datetime(2026, 11, 28, 1, 2, 3, 4, UTC)
    fields = {"id": 1, "at": at, "detail": detail}
    there = fields | {
        "at": at.astimezone(timezone(timedelta(hours=9))),
        "detail": dict(reversed(detail.items())),
    }
    encoded = canonical.encode(fields)
    assert canonical.encode(there) == encoded
    assert b"\n" not in encoded
    assert json.loads(encoded) == {"id": 1, "at": "2026-11-28T01:02:03.000004Z", "detail": detail, "v": 1}


def test_the_helpers_sign_what_they_say() -> None:
    entries = entries_of(3)
    tree = Tree.parse(signed(entries).text)
    frontier = Frontier()
    for entry in entries:
        frontier.append(leaf_hash(entry))
    assert (tree.size, tree.root) == (3, frontier.root())
    notes.verify(signed(entries).text, signed(entries).signatures[0], CITY_KEY)
    assert CITY_PRIVATE.public_key().public_bytes_raw() == CITY_KEY.public
