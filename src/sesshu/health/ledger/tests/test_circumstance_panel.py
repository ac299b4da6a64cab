"""The panel 個別の事情 and its forms (H01, H02)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from sesshu.addressees.models import Addressee
from sesshu.health.ledger import services
from sesshu.health.ledger.choices import CircumstanceKind
from sesshu.health.ledger.circumstance_services import void_circumstance
from sesshu.health.ledger.models import PersonalCircumstance
from sesshu.health.ledger.tests.test_services import make
from sesshu.kernel import clock

pytestmark = pytest.mark.usefixtures("ise")


@pytest.fixture(autouse=True)
def today():
    with clock.fixed(date(2026, 11, 22)):
        yield


@pytest.fixture
def child() -> Addressee:
    return make("0000000101", date(2025, 8, 1))


@pytest.fixture
def toddler() -> Addressee:
    return make("0000000102", date(2023, 8, 1))


@pytest.fixture
def mother() -> Addressee:
    return make("0000000103", date(1995, 5, 5), sex="2")


@pytest.fixture
def client(clerk: Any) -> Client:
    made = Client()
    made.force_login(clerk)
    return made


def test_the_panel_records_corrects_and_voids(client: Client, toddler: Addressee) -> None:
    where = f"/ledger/{toddler.pk}/circumstances/long-term-illness/new/"
    values = {
        "code": "illness", "starts_on": "R6.9.1", "ends_on": "R8.10.31", "basis": "opinion",
        "confirmed_on": "R8.11.20", "confirmed_by": "見本病院 小児科",
    }  # fmt: skip
    assert "特別の事情" in client.get(where).content.decode()
    empty = client.post(where, values | {"code": ""}).content.decode()
    assert "特別の事情" in empty
    assert not PersonalCircumstance.objects.exists()
    shown = client.post(where, values, follow=True).content.decode()
    assert "水痘（対象年齢超過→接種対象・令和10年10月30日まで）" in shown
    assert "見本病院 小児科" in shown
    row = PersonalCircumstance.objects.get()
    replace = f"/ledger/circumstances/{row.pk}/replace/"
    assert 'value="2026-10-31"' in client.get(replace).content.decode()
    shown = client.post(replace, values | {"ends_on": "R8.9.30", "void_reason": "誤記"}, follow=True)
    assert "取消（訂正" in shown.content.decode() or "訂正後の記録に置換え" in shown.content.decode()
    new = PersonalCircumstance.objects.get(voided_at=None)
    shown = client.post(f"/ledger/circumstances/{new.pk}/void/", {"void_reason": "別人"}, follow=True)
    assert "接種対象→対象年齢超過" in shown.content.decode() or "対象年齢超過）" in shown.content.decode()
    assert not PersonalCircumstance.objects.filter(voided_at=None).exists()


@pytest.mark.parametrize("kind", CircumstanceKind.values)
def test_every_kind_has_its_form(client: Client, mother: Addressee, kind: str) -> None:
    answer = client.get(f"/ledger/{mother.pk}/circumstances/{kind}/new/")
    assert answer.status_code == 200
    assert "確認の根拠" in answer.content.decode()


def test_an_exclusion_says_which_doses_it_turns(client: Client, child: Addressee, clerk: Any) -> None:
    """Without its first day it holds of every dose before; the page says how many verdicts it changed."""
    services.record_dose(addressee=child, vaccine="VZV-live", date=date(2026, 9, 1), by=clerk, at=clock.now())
    where = f"/ledger/{child.pk}/circumstances/exclusion/new/"
    values = {"code": "had-disease", "concerns": "varicella", "basis": "certificate"}
    values["confirmed_on"] = "R8.11.22"
    later = client.post(where, values | {"starts_on": "R8.11.1"}, follow=True).content.decode()
    assert "接種の判定" not in later
    void_circumstance(PersonalCircumstance.objects.get(), reason="誤記", by=clerk, at=clock.now())
    assert "接種の判定 1件" in client.post(where, values, follow=True).content.decode()
