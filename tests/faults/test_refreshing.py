"""H05: `kill -9` in the middle of a city's refresh; the next run takes it up where it stopped."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from sesshu.addressees.tests.feed_files import resident, write
from tests.faults.server_side import Connection, administrator, await_no_session
from tests.running import Installation, installation, wait_until

ISE = "242039"
PERSONS, CHUNK = 400, 50
_DONE = "SELECT count(*) FROM eligibility_standing WHERE refresh_id IS NOT NULL"
# Everything stored but what tells when: ids of rows and of generations.
_STATE = """
    SELECT md5(string_agg(said, '|' ORDER BY said)) FROM (
        SELECT (to_jsonb(s) - 'refresh_id')::text AS said FROM eligibility_standing s
        UNION ALL SELECT (to_jsonb(w) - 'id')::text FROM eligibility_window w
    ) AS everything
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    births = [f"{2012 + index % 14}-{1 + index % 12:02d}-05" for index in range(PERSONS)]
    children = [
        resident(index, 氏名=f"見本　{index}号", 生年月日=birth, 住民となった年月日=birth)
        for index, birth in enumerate(births, start=1)
    ]
    path = write(tmp_path_factory.mktemp("residents") / "residents.csv", children)
    home = tmp_path_factory.mktemp("home")
    with installation(home, environment={"SESSHU_TODAY": "2026-11-22"}) as made:
        taken = made.sesshu("residents", "import", path, "--municipality", ISE)
        assert taken.data["created"] == PERSONS, taken.stderr
        yield made


def number(connection: Connection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return int(str(row[0]))


def test_h05_a_killed_refresh_is_taken_up_where_it_stopped(city: Installation) -> None:
    with administrator(city) as connection:
        process = city.start(ISE, str(CHUNK), module="tests.faults.small_chunks")
        wait_until(lambda: number(connection, _DONE) > 0, "a chunk is done", process, pause=0.002)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        await_no_session(connection)
        done = number(connection, _DONE)
        assert 0 < done < PERSONS
        assert done % CHUNK == 0
        rest = city.sesshu("eligibility", "refresh", "--municipality", ISE)
        assert rest.data["persons"] == PERSONS - done, rest.stderr
        assert number(connection, _DONE) == PERSONS
        resumed = connection.execute(_STATE).fetchone()
        check = city.sesshu("eligibility", "check", "--municipality", ISE, "--all")
        assert (check.data["persons"], check.data["missing"], check.data["differing"]) == (PERSONS, 0, 0)
        anew = city.sesshu("eligibility", "refresh", "--municipality", ISE, "--all")
        assert anew.data["persons"] == PERSONS
        assert connection.execute(_STATE).fetchone() == resumed
