"""1,000 planted 個人番号 go through every way in and out; afterwards none stands anywhere but as ciphertext.

A06, S02, S07; controls 18, 19, 24, 39.
"""

from __future__ import annotations

import base64
import os
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from sesshu.addressees.models import Addressee
from sesshu.health.ledger.models import Dose
from sesshu.health.reporting import services as reporting
from sesshu.health.reporting.exports import FORMATS
from sesshu.health.reporting.requested import listing_of
from sesshu.kernel import clock
from sesshu.protection import freshness
from sesshu.protection.models import Account
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality, open_account
from sesshu.protection.tenancy import acting_for
from tests.inventory.rows import Rows
from tests.vault import RunningVault, answered, checked, invented_number

from .planting import dump, found_in, found_raw, log_position, log_since, pages

CITY = "131016"  # no other test acts for it: what is committed here disturbs none
MANY = 1_000
BASE = "/individual-numbers/"


@dataclass
class Planted:
    """The numbers by 宛名番号, all answers that should hold none, and where the write-ahead log began."""

    numbers: dict[str, str]
    answers: list[tuple[str, bytes]] = field(default_factory=list)
    segment: str = ""
    began: float = 0.0


@pytest.fixture(scope="module")
def planted(
    vault: RunningVault, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Planted]:
    numbers: dict[str, str] = {}
    while len(numbers) < MANY:
        numbers[f"7{len(numbers):011d}"] = invented_number()
    made = Planted(numbers, segment=log_position(), began=time.time())
    from django.conf import settings

    before = settings.VAULT
    settings.VAULT = before | {"address": vault.address}
    with django_db_blocker.unblock():
        _drive(made, vault, tmp_path_factory.mktemp("feed"))
        yield made
    settings.VAULT = before


def _drive(made: Planted, vault: RunningVault, folder: Path) -> None:
    from sesshu.addressees.individual_numbers import credentials

    vault.allow("city", credentials.ensure(), municipalities=("242039", "192015", CITY))
    _feed(made, vault, folder)
    account = open_account(
        login=f"planted-{uuid.uuid4().hex[:8]}",
        name="試験 番号係",
        municipality=ensure_municipality(CITY),
        roles=[role for role in Role if role is not Role.PROTECTED],
        password="x" * 16,
    )
    with acting_for(CITY):
        persons = [_person(number) for number in list(made.numbers)[:12]]
        for person in persons:
            Rows(account).another(Dose, addressee=person, programme="mr", vaccine="MR", date=date(2026, 6, 1))
    _desk(made, account, persons)
    _exports(made, account, folder)


def _feed(made: Planted, vault: RunningVault, folder: Path) -> None:
    path = folder / "feed.csv"
    rows = [f"{addressee},{number}" for addressee, number in made.numbers.items()]
    bad = ["1,123456789012", f"2,{next(iter(made.numbers.values()))}", ","]
    path.write_text("\n".join(["宛名番号,個人番号", *rows, *bad]), encoding="utf-8")
    done = vault.cli(
        "numbers", "import", str(path), "--municipality", CITY, "--json", "--erase-file", check=False
    )
    assert done.returncode == 1, done.stderr
    assert answered(done)["registered"] == MANY
    assert len(answered(done)["refused"]) == 3
    assert not path.exists()
    made.answers += [("import", done.stdout.encode()), ("import errors", done.stderr.encode())]


def _person(number: str) -> Addressee:
    return Addressee.objects.create(
        number=number, kind="1", name="見本 太郎", sex="1", status="1", birth_date=date(2025, 5, 10),
        name_key="ミホンタロウ", address_key="", updated_at=clock.now(),
    )  # fmt: skip


def _desk(made: Planted, account: Account, persons: list[Addressee]) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(account)
    session = client.session
    session[freshness._KEY] = clock.now().isoformat()
    session.save()
    for person in persons:
        number = made.numbers[person.number]
        shown = client.post(f"{BASE}{person.pk}/reveal/", {"purpose": "vaccination"})
        assert number.encode() in shown.content.replace(b" ", b"")
        for what, answer in (
            ("search", client.post(BASE, {"number": number}, follow=True)),
            ("mistyped", client.post(BASE, {"number": number + "1"})),
            ("twice", client.post(f"{BASE}{person.pk}/register/", _form(number))),
            ("of another", client.post(f"{BASE}{persons[0].pk}/change/", _form(number, change=True))),
            ("broken", client.post(f"{BASE}{person.pk}/register/", {"number": number, "request_id": number})),
            ("nowhere", client.post(f"{BASE}999999999/register/", _form(number))),
            ("person", client.get(f"/addressees/{person.pk}/")),
            ("by name", client.post("/addressees/", {"q": "ミホン"})),
        ):
            made.answers.append((what, answer.content))


def _form(number: str, *, change: bool = False) -> dict[str, str]:
    today = clock.today().isoformat()
    fields = {"number": number, "method": "card", "on": today, "request_id": str(uuid.uuid4())}
    return fields | ({"changed_on": today, "reason": "変更"} if change else {})


def _exports(made: Planted, account: Account, folder: Path) -> None:
    for form in FORMATS:
        with acting_for(CITY):
            out = folder / f"list.{form}"
            listing = listing_of("doses", "from=2026-04-01&to=2027-03-31&law=1")
            reporting.export_now(listing, out, by=account)
            content = out.read_bytes()
        assert len(content) > 100
        made.answers.append((out.name, content))


def test_no_answer_or_file_holds_one(planted: Planted) -> None:
    assert len(planted.answers) > 90
    for name, content in planted.answers:
        assert found_in(content, planted.numbers.values(), name) == [], name


def test_neither_database_holds_one(planted: Planted, vault: RunningVault) -> None:
    city, numbers = dump(str(_city_database())), dump(vault.database)
    assert b"numbers_individualnumber" in numbers  # this is the right one
    assert numbers.count(CITY.encode()) > MANY
    assert b"django_session" in city  # sessions and jobs are in it
    assert b"procrastinate_jobs" in city
    values = planted.numbers.values()
    assert found_in(city, values) == []
    assert found_in(numbers, values) == []


def test_no_page_on_the_disk_holds_one(planted: Planted, vault: RunningVault) -> None:
    for name in (str(_city_database()), vault.database):
        for file, content in pages(name):
            assert found_raw(content, planted.numbers.values()) == [], f"{name}/{file}"


def test_the_write_ahead_log_holds_none(planted: Planted) -> None:
    segments = list(log_since(planted.segment))
    assert segments
    for name, content in segments:
        assert found_raw(content, planted.numbers.values()) == [], name


def _files(folder: Path) -> Iterator[Path]:
    """What lies there; a folder of another test may vanish in the midst."""
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names)


def test_no_log_and_no_file_left_behind_holds_one(planted: Planted, vault: RunningVault) -> None:
    home = Path(os.environ["SESSHU_HOME"])
    looked = 0
    for folder in (home, Path(tempfile.gettempdir())):
        for path in _files(folder):
            if path.is_file() and "data" not in path.parts and _is_ours(path, home, planted.began):
                with suppress(FileNotFoundError):  # of another test, which has just removed it
                    assert found_in(path.read_bytes(), planted.numbers.values()) == [], path
                    looked += 1
    assert vault.log.exists()
    assert looked > 3


def test_the_search_would_find_them(planted: Planted) -> None:
    """Without this the tests above would pass for a search that sees nothing."""
    values = planted.numbers.values()
    number = next(each for each in values if int(each) > 10**10)
    for content in (
        f"x{number}y".encode(),
        f"00{number}99".encode(),
        number.encode("utf-16-le"),
        base64.b64encode(b"ab" + number.encode()),
        b"\\x" + number.encode().hex().encode(),
        f"{number[:4]}-{number[4:8]}-{number[8:]}".encode(),
        int(number).to_bytes(8, "little"),
    ):
        assert found_in(content, values), content
    assert found_raw(f"\x00\x01{number}\x02".encode(), values)


def test_the_vault_still_knows_them_all(planted: Planted, vault: RunningVault) -> None:
    script = (
        "from sesshu.protection.tenancy import acting_for\n"
        "from sesshu.numbers import sealing\n"
        "from sesshu.numbers.models import IndividualNumber\n"
        f"with acting_for('{CITY}'):\n"
        "    rows = IndividualNumber.objects.select_related('holder')\n"
        "    print(len({number for _, number in sealing.opened(rows)}))\n"
    )
    assert int(vault.python(script)) == MANY


def _city_database() -> object:
    from django.db import connection

    return connection.settings_dict["NAME"]


def _is_ours(path: Path, home: Path, began: float) -> bool:
    """Of this installation; of the temporary folder only what Django or Python left there since."""
    if home in path.parents:
        return True
    with suppress(FileNotFoundError):
        return path.parent == Path(tempfile.gettempdir()) and path.stat().st_mtime >= began
    return False


def test_the_identity_check_of_the_feed_is_on_record(planted: Planted, vault: RunningVault) -> None:
    said = vault.python(
        "from sesshu.protection.tenancy import acting_for\n"
        "from sesshu.numbers.models import IndividualNumber\n"
        f"with acting_for('{CITY}'):\n"
        "    print(set(IndividualNumber.objects.values_list('identity_check', 'checked_by')))\n"
    )
    assert "('register', '住民基本台帳')" in said
    assert checked()["method"] == "card"
