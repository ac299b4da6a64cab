"""S05: a witness signs only what continues what it has seen; through it a rewritten log is found."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sesshu.protection.trail import notes, witness_door
from sesshu.protection.trail.notes import BadNote, Note, VerifierKey
from sesshu.protection.trail.witness import Refused, Witness

from .invented import CITY_KEY, entries_of, request, signed

ENTRIES = entries_of(40)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    made = Witness.create(tmp_path / "state.json", "witness.example/w1")
    made.trust(CITY_KEY)
    return made


def test_it_signs_a_log_as_it_grows(witness: Witness) -> None:
    old = 0
    for size in (1, 5, 5, 17, 40):
        note = signed(ENTRIES[:size])
        line = notes.parse_signature(witness.sign(request(ENTRIES[:size], old)).removesuffix("\n"))
        notes.verify(note.text, line, witness.key)
        old = size


def test_its_state_is_its_own(witness: Witness) -> None:
    assert stat.S_IMODE(witness.path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        Witness.create(witness.path, "witness.example/w2")


def refusal(witness: Witness, text: str) -> Refused:
    before = witness.path.read_bytes()
    with pytest.raises(Refused) as caught:
        witness.sign(text)
    assert witness.path.read_bytes() == before, "what it has seen stays"
    return caught.value


def test_it_refuses_a_log_that_was_rewritten(witness: Witness) -> None:
    witness.sign(request(ENTRIES[:20], 0))
    rewritten = [entry.replace(b"clerk", b"other") for entry in ENTRIES]
    found = refusal(witness, request(rewritten, 20))
    assert found.status == 422
    assert "書き換えられています" in str(found)
    assert refusal(witness, request(rewritten[:20], 20)).status == 409
    assert refusal(witness, request(ENTRIES[:10], 10)).status == 409
    assert refusal(witness, request(ENTRIES[:10], 10)).size == 20
    witness.sign(request(ENTRIES, 20))


def test_it_refuses_what_it_cannot_check(witness: Witness) -> None:
    text = request(ENTRIES[:8], 0)
    assert refusal(witness, "nonsense").status == 400
    assert refusal(witness, text.replace("old 0", "old 00")).status == 400
    assert refusal(witness, text.replace("old 0", "old 9")).status == 400
    assert refusal(witness, text.replace("/242039", "/192015")).status == 404
    unsigned = str(Note(signed(ENTRIES[:8]).text, ())) + "— stranger AAAAAAAA\n"
    assert refusal(witness, "old 0\n\n" + unsigned).status == 403
    forged = text.replace(text[-12:-4], "AAAAAAAA")
    assert refusal(witness, forged).status in (400, 403)


def test_it_trusts_cities_only(witness: Witness) -> None:
    with pytest.raises(BadNote, match="市区町村の公開鍵"):
        witness.trust(witness.key)


def test_two_requests_at_once_cannot_take_it_back(witness: Witness) -> None:
    """Both begin from nothing; one is signed, the other is told what was seen meanwhile."""
    answers: list[int] = []

    def ask(size: int) -> None:
        try:
            witness.sign(request(ENTRIES[:size], 0))
            answers.append(200)
        except Refused as refused:
            answers.append(refused.status)

    threads = [threading.Thread(target=ask, args=(size,)) for size in (10, 20, 30, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409, 409, 409]


@pytest.fixture
def url(witness: Witness) -> Iterator[str]:
    with witness_door.door(witness, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_its_door_speaks_the_published_protocol(witness: Witness, url: str) -> None:
    with httpx.Client(trust_env=False) as client:
        first = client.post(f"{url}/add-checkpoint", content=request(ENTRIES[:9], 0).encode())
        assert first.status_code == 200
        assert first.text.startswith("— witness.example/w1 ")
        again = client.post(f"{url}/add-checkpoint", content=request(ENTRIES[:9], 0).encode())
        assert (again.status_code, again.text, again.headers["content-type"]) == (
            409,
            "9\n",
            "text/x.tlog.size",
        )
        assert client.post(f"{url}/elsewhere", content=b"").status_code == 404
        assert client.post(f"{url}/add-checkpoint", content=b"x" * 70_000).status_code == 413
        assert client.post(f"{url}/add-checkpoint", content=b"old").status_code == 400


def test_its_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state, asked, answer = (str(tmp_path / name) for name in ("s.json", "request.txt", "answer.txt"))
    assert witness_door.main(["init", "--state", state, "--name", "pref.example/w"]) == 0
    assert witness_door.main(["key", "--state", state]) == 0
    key = VerifierKey.parse(capsys.readouterr().out.strip().splitlines()[-1])
    assert witness_door.main(["trust", "--state", state, "--key", str(CITY_KEY)]) == 0
    Path(asked).write_text(request(ENTRIES[:3], 0), encoding="utf-8")
    assert witness_door.main(["sign", "--state", state, "--request", asked, "--out", answer]) == 0
    line = notes.parse_signature(Path(answer).read_text(encoding="utf-8").removesuffix("\n"))
    notes.verify(signed(ENTRIES[:3]).text, line, key)
    assert witness_door.main(["sign", "--state", state, "--request", asked, "--out", answer]) == 1
    assert "署名しません" in capsys.readouterr().err
    assert witness_door.main(["init", "--state", state, "--name", "pref.example/w"]) == 2
