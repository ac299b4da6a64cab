"""A02: `kill -9` at any point of a residents import, and a rerun, give the same end state as no kill."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from sesshu.addressees.tests.feed_files import change, resident, write
from tests.faults.server_side import Connection, administrator, await_no_session, is_running
from tests.running import Installation, installation, wait_until

ISE, KOFU = "242039", "192015"
PERSONS = 10_400  # two chunks: the second is being read while the first is being written

# Where the import is when it is killed: the statement its connection is running, and the lock that keeps a
# quick one from ending before it is seen.
MOMENTS = {
    "COPY pg_temp.resident_feed": "",
    "INSERT INTO pg_temp.resident_fate": "LOCK addressees_addressee IN ACCESS EXCLUSIVE MODE",
    "INSERT INTO addressees_addressee ": "LOCK addressees_addressee IN SHARE MODE",
    "INSERT INTO addressees_addresseeversion": "LOCK addressees_addresseeversion IN SHARE MODE",
}
OF_CHANGES = ("INSERT INTO pg_temp.resident_fate", "INSERT INTO addressees_addresseeversion")
_STATES = (
    "SELECT to_jsonb(a) - 'id' - 'municipality_code' - 'updated_at' AS row FROM addressees_addressee a"
    " WHERE municipality_code = %(city)s",
    "SELECT to_jsonb(v) - 'id' - 'municipality_code' - 'recorded_at' - 'addressee_id'"
    " || jsonb_build_object('of', a.number) AS row FROM addressees_addresseeversion v"
    " JOIN addressees_addressee a ON a.id = v.addressee_id WHERE v.municipality_code = %(city)s",
    "SELECT jsonb_build_object('of', a.number, 'from', m.starts_on, 'to', m.ends_on) AS row"
    " FROM addressees_protectivemeasure m JOIN addressees_addressee a ON a.id = m.addressee_id"
    " WHERE m.municipality_code = %(city)s",
    "SELECT jsonb_build_object('digest', digest) AS row FROM addressees_feedimport"
    " WHERE municipality_code = %(city)s GROUP BY digest",
)


def person(index: int) -> dict[str, str]:
    protected = {"支援措置区分": "1", "支援措置開始日": "2024-04-01"} if index % 400 == 0 else {}
    return resident(index, 氏名=f"見本　{index}号", 世帯番号=f"{index:010d}", **protected)


def moved(index: int, turn: int) -> dict[str, str]:
    return person(index) | {"住所_町字": f"例示町{turn}丁目"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("residents")
    moves = [
        change(f"K{index}-{turn}", f"2026-11-{turn:02d}", "03") | moved(index, turn)
        for turn in (1, 2)
        for index in range(1, 801)
    ]
    whole = write(folder / "residents.csv", [person(index) for index in range(1, PERSONS + 1)])
    return whole, write(folder / "changes.csv", moves)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    home = tmp_path_factory.mktemp("home")
    with installation(home, environment={"SESSHU_TODAY": "2026-11-22"}) as made:
        assert made.sesshu("database", "prepare").exit_code == 0
        yield made


def state(connection: Connection, code: str) -> list[object]:
    digests: list[object] = []
    for rows in _STATES:
        digest = f"SELECT count(*), md5(string_agg(row::text, '|' ORDER BY row::text)) FROM ({rows}) s"
        digests.append(connection.execute(digest, {"city": code}).fetchone())
    return digests


def take(made: Installation, path: Path, code: str) -> dict[str, object]:
    answer = made.sesshu("residents", "import", path, "--municipality", code)
    assert answer.exit_code == 0, answer.stderr
    return answer.data


def kill_at(made: Installation, connection: Connection, path: Path, statement: str) -> None:
    """Start an import and kill it while it runs this statement; its transaction is then gone."""
    with administrator(made) as holder, holder.transaction():
        if MOMENTS[statement]:
            holder.execute(MOMENTS[statement])
        process = made.start("residents", "import", path, "--municipality", ISE)
        wait_until(
            lambda: is_running(connection, statement),
            f"the import runs {statement}",
            process,
            seconds=120,
            pause=0.005,
        )
        process.send_signal(signal.SIGKILL)
        process.communicate()
    await_no_session(connection)


def test_a_killed_import_and_a_rerun_end_as_an_undisturbed_one(
    city: Installation, files: tuple[Path, Path]
) -> None:
    with administrator(city) as connection:
        for path in files:
            take(city, path, KOFU)
            before = state(connection, ISE)
            # The changes make nobody new, so their moments are the matching and the writing of history.
            for moment in MOMENTS if path == files[0] else OF_CHANGES:
                kill_at(city, connection, path, moment)
                assert state(connection, ISE) == before, moment
            take(city, path, ISE)
            assert state(connection, ISE) == state(connection, KOFU)
        again = take(city, files[1], ISE)
        assert again["unchanged"] == again["rows"]
        assert state(connection, ISE) == state(connection, KOFU)
        count = connection.execute("SELECT count(*) FROM addressees_addressee").fetchone()
        assert count == (2 * PERSONS,)
