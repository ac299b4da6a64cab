"""A dump of the database shows no number, no 符号, no content; keys may change meanwhile (M15, S07)."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
from django.db import connection

from sesshu.intermediate import deciding, sealing
from sesshu.intermediate.models import Provision
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core, Other
from sesshu.kernel import clock
from sesshu.protection.keys import rotation
from sesshu.protection.models import Account
from sesshu.protection.tenancy import acting_for

MARK = "目印の予診医"


def dumped() -> Iterator[tuple[str, str]]:
    """Every row of every table of the database, as text and with its bytes as they are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield table, " ".join(map(plain, row))


def plain(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1") + bytes(value).decode("utf-8", "ignore")
    return str(value)


def all_that_happens(core: Core, other: Other, clerk: Account) -> None:
    """Codes, replicas, an inquiry under way and one answered, a provision held and one on its way."""
    world.get_codes(core, 1, 2)
    world.from_numbers("/fgu/codes", integrated_numbers=[world.number(3)])
    world.put_replicas((1, "d1", world.record(vaccine=MARK)), (2, "d2", world.record(note=MARK)))
    first, _ = world.inquire(world.inquiry(1), world.inquiry(2))
    world.dispatch()
    shown = dict.fromkeys(world.PERMITTED, MARK)
    other.bring(other.answer(core.permits[first["processing_number"]], [shown]))
    other.says = lambda brought: httpx.Response(503, json={})
    core.post("/network/permits", [core.signed(core.permit(code=world.code(1)))])
    world.dispatch()
    world.from_numbers(
        "/dbm/flags",
        flags=[
            {
                "integrated_number": world.number(2), "information": None, "no_auto_reply": True,
                "nondisclosure": True,
            }
        ],
    )  # fmt: skip
    core.post("/network/permits", [core.signed(core.permit(code=world.code(2)))])
    with acting_for(world.ISE):
        waiting = Provision.objects.get(state="waiting")
        deciding.preview(waiting, by=clerk)
        deciding.withhold(waiting, by=clerk, reason="理由")


def test_a_dump_shows_nobody_and_nothing(core: Core, other: Other, clerk: Account) -> None:
    all_that_happens(core, other, clerk)
    pending = world.from_numbers("/fgu/codes", integrated_numbers=[world.number(3)])[0]["acquisition_number"]
    secrets = {
        "numbers": [world.number(n) for n in (1, 2, 3)],
        "codes": [world.code(1), world.code(2)],
        "acquisition": [pending],
        "content": [MARK],
    }
    searched = 0
    with acting_for(world.ISE):
        for table, text in dumped():
            searched += 1
            for kind, values in secrets.items():
                for value in values:
                    encoded = base64.b64encode(value.encode()).decode().rstrip("=")[:-1]
                    assert value not in text, f"{kind} in {table}"
                    assert encoded not in text, f"{kind} in {table}"
                    assert value.encode().hex() not in text, f"{kind} in {table}"
    assert searched > 30


def test_another_municipality_s_rows_are_not_there(core: Core, other: Other, clerk: Account) -> None:
    """M15"""
    all_that_happens(core, other, clerk)
    from django.apps import apps

    with acting_for(world.KOFU):
        for model in apps.get_app_config("intermediate").get_models():
            assert model.objects.count() == 0, model


def test_equal_values_are_equal_nowhere_but_under_one_key(core: Core) -> None:
    with acting_for(world.ISE):
        ours = sealing.cabinet()
        first, second = ours.seal(b"x", "a"), ours.seal(b"x", "a")
        assert first != second
        assert ours.open(first, "a") == b"x"
    with acting_for(world.KOFU):
        assert sealing.cabinet().digest("k", "v") != ours.digest("k", "v")


def test_everything_is_read_after_the_keys_have_changed(core: Core, other: Other, clerk: Account) -> None:
    all_that_happens(core, other, clerk)
    rotation.rotate_tenant(world.ISE, by="t")
    rotation.rotate_root(by="t")
    sealing._opened.clear()
    (found,) = [each for each in world.from_numbers("/ski/results", waiting=True) if each["records"]]
    assert found["integrated_number"] == world.number(1)
    assert found["records"][0]["vaccine"] == MARK
    other.says = None
    with clock.fixed(clock.now() + timedelta(minutes=20)):
        world.dispatch()
    assert MARK in {record["vaccine"] for answer in other.answers.values() for record in answer.records}


def test_erased_keys_erase_all(core: Core) -> None:
    """S08: what this process held open is not used after its keys are gone."""
    import pytest

    from sesshu.protection.keys.models import SubjectKey
    from sesshu.protection.keys.roots import NotAuthentic

    world.get_codes(core, 1)
    with acting_for(world.ISE):
        before = sealing.cabinet()
        sealed = before.seal(b"x", "a")
        SubjectKey.objects.filter(subject__startswith="intermediate:").delete()
        after = sealing.cabinet()
        with pytest.raises(NotAuthentic):
            after.open(sealed, "a")
