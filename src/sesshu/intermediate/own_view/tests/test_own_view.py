"""The person sees what was asked and provided about oneself, and nothing of 不開示 (M09, JTK 10112)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from sesshu.intermediate import own_view
from sesshu.intermediate.models import Person
from sesshu.intermediate.own_view import codes
from sesshu.intermediate.own_view.apps import OwnViewConfig
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.conftest import core, other  # noqa: F401 - fixtures
from sesshu.intermediate.tests.world import Core, Other
from sesshu.kernel import clock
from sesshu.protection.models import AuditEvent
from sesshu.protection.tenancy import acting_for


@pytest.fixture(autouse=True)
def _demo(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.ROOT_URLCONF = "sesshu.config.intermediate_demo_urls"
    settings.INTERMEDIATE = world.ISE
    settings.OWN_VIEW_CODES = tmp_path / "codes"
    return


@pytest.fixture
def exchanged(core: Core, other: Other) -> None:  # noqa: F811
    """Kofu was given person 1's dose, and asked about person 2, who is 不開示."""
    world.get_codes(core, 1, 2)
    world.put_replicas((1, "dose-1", world.record(lot="LOT-SECRET")))
    flag = {"integrated_number": world.number(2), "information": None, "no_auto_reply": False,
            "nondisclosure": True}  # fmt: skip
    world.from_numbers("/dbm/flags", flags=[flag])
    core.post("/network/permits", [core.signed(core.permit(code=world.code(n))) for n in (1, 2)])
    world.dispatch()


def issued(n: int) -> str:
    with acting_for(world.ISE):
        return codes.issue(world.number(n))


def shown(code: str) -> str:
    return Client().post("/own/records/", {"code": code}).content.decode()


def test_who_asked_whom_for_what_by_which_law(exchanged: None) -> None:
    page = shown(issued(1))
    for said in (
        "甲府市が、あなたの「予防接種の記録」を伊勢市に求めました。", "伊勢市は、1件を渡しました。",
        world.ROW.legal_basis,
    ):  # fmt: skip
        assert said in page
    for hidden in ("LOT-SECRET", world.number(1), "t-clerk"):
        assert hidden not in page
    event = AuditEvent.objects.get(action="intermediate.own-view")
    assert event.actor == "own-view"


def test_nothing_of_nondisclosure(exchanged: None) -> None:
    page = shown(issued(2))
    assert "記録はありません" in page
    assert "甲府市" not in page


def test_a_code_serves_once_and_for_ten_minutes(exchanged: None, monkeypatch: pytest.MonkeyPatch) -> None:
    code = issued(1)
    assert "甲府市が" in shown(f" {code.upper()} ")
    answer = Client().post("/own/records/", {"code": code})
    assert answer.status_code == 400
    assert "このコードは使えません" in answer.content.decode()
    late = issued(1)
    at = clock.instant() + codes.LASTS + timedelta(seconds=1)
    monkeypatch.setattr(clock, "instant", lambda: at)
    assert "このコードは使えません" in shown(late)


@pytest.mark.parametrize("code", ["", "x", "../../etc/passwd", "0" * 16, "あ"])
def test_what_is_no_code_shows_nobody(exchanged: None, code: str) -> None:
    answer = Client().post("/own/records/", {"code": code})
    assert answer.status_code == 400
    assert "甲府市が" not in answer.content.decode()


def test_the_file_of_a_code_tells_no_number(exchanged: None, settings: Any) -> None:
    code = issued(1)
    (path,) = Path(settings.OWN_VIEW_CODES).iterdir()
    assert world.number(1).encode() not in path.read_bytes()
    assert code not in path.name
    shown(code)
    assert list(Path(settings.OWN_VIEW_CODES).iterdir()) == []


def test_the_demo_offers_its_persons_without_their_numbers(exchanged: None) -> None:
    client = Client()
    page = client.get("/own/").content.decode()
    assert "架空の人 2" in page
    assert world.number(1) not in page
    person = Person.objects.order_by("pk")[0]
    given = client.post("/own/pick/", {"person": person.pk}).content.decode()
    assert "確認コードを発行しました" in given
    assert "確認コードを発行しました" not in client.post("/own/pick/", {"person": "999"}).content.decode()


def test_production_refuses_to_load_it(settings: Any) -> None:
    settings.DEMO_SIGN_IN = False
    config = OwnViewConfig("sesshu.intermediate.own_view", own_view)
    with pytest.raises(ImproperlyConfigured, match="デモ専用"):
        config.ready()


def test_an_installation_s_staff_web_has_no_such_address(settings: Any, exchanged: None) -> None:
    settings.ROOT_URLCONF = "sesshu.config.intermediate_urls"
    assert Client().get("/own/").status_code == 404
