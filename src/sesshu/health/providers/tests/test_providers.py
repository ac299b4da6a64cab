"""Medical institutions: registered by staff, or provisionally by a file."""

from __future__ import annotations

import pytest
from django.test import Client

from sesshu.health.providers import selectors, services
from sesshu.kernel import clock

pytestmark = pytest.mark.usefixtures("ise")


def test_an_unknown_code_is_registered_provisionally_once():
    first, created = services.ensure_provider("2410000001", "見本小児科")
    again, created_again = services.ensure_provider("2410000001", "別の名")
    assert (created, created_again) == (True, False)
    assert first == again
    assert first.provisional
    assert selectors.provisional_count() == 1


def test_saving_confirms_it(clerk):
    services.ensure_provider("2410000001")
    saved = services.save_provider(
        code="2410000001", name="見本小児科", outside=False, by=clerk, at=clock.now()
    )
    assert not saved.provisional
    assert selectors.provisional_count() == 0


@pytest.mark.parametrize("code", ["", "12345678901", "見本", "12 34"])
def test_a_code_that_can_be_none_is_refused(code):
    with pytest.raises(services.ProviderRefused):
        services.ensure_provider(code)


def test_search_reads_kana_in_any_form(clerk):
    services.save_provider(
        code="2410000001", name="見本小児科", name_kana="ミホンショウニカ", by=clerk, at=clock.now()
    )
    for words in ("みほん", "ﾐﾎﾝ", "2410", "小児"):
        assert selectors.providers(words).count() == 1
    assert not selectors.providers("無い").exists()


def test_the_screens(clerk):
    client = Client()
    client.force_login(clerk)
    values = {"code": "2410000009", "name": "見本内科", "kind": "individual"}
    assert client.post("/providers/new/", values).status_code == 302
    provider = selectors.provider("2410000009")
    assert "登録されています" in client.post("/providers/new/", values).content.decode()
    client.post(f"/providers/{provider.pk}/", values | {"code": "x", "name": "見本内科医院"})
    provider.refresh_from_db()
    assert (provider.code, provider.name) == ("2410000009", "見本内科医院")
    client.post(f"/providers/{provider.pk}/doctors/", {"doctor": "例示 一郎"})
    assert "例示 一郎" in client.get(f"/providers/{provider.pk}/").content.decode()
    assert "見本内科医院" in client.get("/providers/", {"q": "内科"}).content.decode()
