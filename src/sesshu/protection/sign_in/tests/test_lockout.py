"""S01: five wrong tries lock an id, whether or not it exists; nobody learns which ids do."""

from __future__ import annotations

import re
import statistics
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client

from sesshu.kernel import clock
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.roles import Role
from sesshu.protection.sign_in import lockout
from sesshu.protection.sign_in.lockout import RULES, On
from sesshu.protection.sign_in.models import Counter, StrayRefusal

from .conftest import PASSWORD, Person, enrolled, events

WRONG = "chigau aikotoba 12"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


def tried(login: str, password: str = WRONG) -> tuple[int, str]:
    """What a stranger's browser is told: status and bytes, without what is random or was typed."""
    answer = Client(headers={"host": "localhost"}).post(
        "/sign-in/", {"username": login, "password": password}
    )
    return answer.status_code, _TOKEN.sub("", answer.content.decode()).replace(login, "ID")


def let_pass(on: On, text: str, span: timedelta) -> None:
    """As if the span had gone by."""
    row = Counter.objects.get(digest=lockout.digest(on, text))
    row.first_at -= span
    row.seen_at -= span
    if row.locked_until:
        row.locked_until -= span
    row.save()


def test_s01_after_five_wrong_passwords_the_right_one_is_refused_too(clerk: Person) -> None:
    for _ in range(5):
        clerk.password(WRONG)
    assert clerk.password().status_code == 200
    assert [event.result for event in events("sign-in")] == ["refused"] * 5 + ["locked"]


def test_four_wrong_ones_do_not_lock_and_a_right_one_forgets_them(clerk: Person) -> None:
    for _ in range(2):
        for _ in range(4):
            clerk.password(WRONG)
        assert clerk.password().status_code == 302


def test_the_lock_ends_after_15_minutes_and_doubles(clerk: Person) -> None:
    login = clerk.account.login
    for minutes in (15, 30, 60, 120):
        for _ in range(5):
            clerk.password(WRONG)
        until = lockout.locked_until(On.LOGIN, [login])[login]
        assert abs(until - clock.instant() - timedelta(minutes=minutes)) < timedelta(seconds=30)
        let_pass(On.LOGIN, login, timedelta(minutes=minutes - 1))
        assert clerk.password().status_code == 200
        let_pass(On.LOGIN, login, timedelta(minutes=1, seconds=1))
    assert clerk.password().status_code == 302


def test_s01_existing_unknown_and_locked_ids_get_the_same_bytes(clerk: Person) -> None:
    Account.objects.filter(login="counter-9").delete()
    seen = [(tried("counter-1"), tried("counter-9")) for _ in range(7)]
    assert len({answer for pair in seen for answer in pair}) == 1
    assert seen[0][0][0] == 200
    # The lock of both stands, and the right password of the one gets no other answer.
    assert tried("counter-1", PASSWORD) == seen[0][0]


def test_whatever_is_typed_gets_the_same_answer(clerk: Person) -> None:
    usual = tried("counter-1")
    assert tried("a\x00b")[0] == usual[0]
    for login in ("x" * 300, "' OR 1=1 --", "ＣＯＵＮＴＥＲ－１", "counter-1 ", "COUNTER-1"):
        status, text = tried(login)
        assert status == usual[0]
        assert "サインインできません" in text
    assert tried("counter-1", "x" * 100_000) == usual


def test_an_account_out_of_office_looks_like_no_account(clerk: Person) -> None:
    Account.objects.filter(pk=clerk.account.pk).update(is_active=False)
    assert tried("counter-1", PASSWORD) == tried("counter-9", PASSWORD)


def test_an_unknown_id_is_kept_as_a_digest_only(clerk: Person) -> None:
    """People type passwords into the field of the id."""
    tried("himitsu no aikotoba")
    (row,) = StrayRefusal.objects.all()
    assert row.digest == lockout.digest(On.LOGIN, "himitsu no aikotoba")
    assert not AuditEvent.objects.filter(action="sign-in").exists()
    with connection.cursor() as cursor:
        for table in ("sign_in_strayrefusal", "sign_in_counter", "sign_in_session", "protection_auditevent"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ''), '') FROM {table} t")
            assert "himitsu" not in cursor.fetchone()[0], table


def test_the_record_of_strays_only_grows(clerk: Person) -> None:
    from django.db import transaction
    from django.db.utils import ProgrammingError

    tried("counter-9")
    for statement in ("UPDATE sign_in_strayrefusal SET digest = ''", "DELETE FROM sign_in_strayrefusal"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_terminal_that_tries_many_ids_is_stopped(clerk: Person) -> None:
    for number in range(RULES[On.TERMINAL].tries):
        tried(f"nobody-{number}")
    assert clerk.password().status_code == 200
    assert events("sign-in")[-1].result == "locked"
    elsewhere = Client(headers={"host": "localhost"}, REMOTE_ADDR="10.1.1.2")
    answer = elsewhere.post("/sign-in/", {"username": "counter-1", "password": PASSWORD})
    assert answer.status_code == 302
    let_pass(On.TERMINAL, "127.0.0.1", timedelta(minutes=16))
    assert clerk.password().status_code == 302


def test_counters_hold_no_person(clerk: Person) -> None:
    tried("counter-1")
    fields = {field.name for field in Counter._meta.get_fields()}
    assert fields == {"digest", "failures", "first_at", "level", "locked_until", "seen_at"}
    assert "counter-1" not in "".join(Counter.objects.values_list("digest", flat=True))


def test_an_administrator_unlocks(clerk: Person, staff: Callable[..., Account]) -> None:
    for _ in range(5):
        clerk.password(WRONG)
    manager = enrolled(staff("manager-1", Role.MANAGER)).sign_in()
    assert "counter-1" in manager.client.get("/sign-in/locks/").content.decode()
    page = manager.client.post("/sign-in/locks/unlock/", {"account": clerk.account.pk}, follow=True)
    assert "すぐにサインインできます" in page.content.decode()
    assert clerk.password().status_code == 302
    assert events("sign-in.unlock")[0].detail == {"account": clerk.account.pk}


def test_another_city_s_lock_is_not_seen_nor_undone(clerk: Person, staff: Callable[..., Account]) -> None:
    from sesshu.protection.services import ensure_municipality

    for _ in range(5):
        clerk.password(WRONG)
    other = enrolled(staff("manager-k", Role.MANAGER, municipality=ensure_municipality("192015"))).sign_in()
    assert "counter-1" not in other.client.get("/sign-in/locks/").content.decode()
    other.client.post("/sign-in/locks/unlock/", {"account": clerk.account.pk})
    assert clerk.password().status_code == 200


def test_the_security_officer_sees_the_strays_counted(clerk: Person, staff: Callable[..., Account]) -> None:
    for _ in range(3):
        tried("nobody-1")
    tried("nobody-2")
    officer = enrolled(staff("security-1", Role.SECURITY)).sign_in()
    page = officer.client.get("/sign-in/refusals/").content.decode()
    assert "登録のない利用者ID" in page
    assert '<td class="number">4</td>' in page
    assert '<td class="number">2</td>' in page
    assert "nobody" not in page
    assert clerk.sign_in().client.get("/sign-in/refusals/").status_code == 404
    assert events("sign-in.refusals")


def test_a_hundred_tries_at_once_get_no_further_than_five(db: None) -> None:
    """Counted before they are tried, by the database: the workers share it."""
    allowed: list[bool] = []
    ready = threading.Barrier(20)

    def attempt() -> None:
        ready.wait()
        allowed.extend(lockout.take(On.LOGIN, "at-once") for _ in range(5))

    try:
        in_threads(attempt, 20)
        assert (sum(allowed), len(allowed)) == (5, 100)
    finally:
        in_threads(lambda: lockout.forgive(On.LOGIN, "at-once"), 1)


def in_threads(act: Callable[[], None], number: int) -> None:
    """Each thread has a connection of its own, outside this test's transaction."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_s01_the_answer_takes_as_long_for_an_unknown_id(clerk: Person, settings: object) -> None:
    """By rank and by size: a difference is real when most pairs show it and it is not small."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]  # type: ignore[attr-defined]
    Account.objects.filter(pk=clerk.account.pk).update(password=make_password(PASSWORD))
    times: dict[str, list[float]] = {"counter-1": [], "counter-9": []}
    for turn in range(26):
        for login in sorted(times, reverse=bool(turn % 2)):
            Counter.objects.all().delete()
            start = time.perf_counter()
            tried(login)
            if turn > 1:
                times[login].append(time.perf_counter() - start)
    known, unknown = times.values()
    above = sum(a > b for a in known for b in unknown) / (len(known) * len(unknown))
    gap = abs(statistics.median(known) - statistics.median(unknown)) / statistics.median(known)
    assert 0.15 < above < 0.85 or gap < 0.1, f"{above=:.2f} {gap=:.2f}"
    # The measure sees what it must: without the hashing an unknown id would be answered far sooner.
    assert min(unknown) > 0.02
