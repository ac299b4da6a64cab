"""Programmes, products and lots: the law's and a city's own."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from sesshu.health.catalogue import national, selectors, services
from sesshu.health.catalogue.volumes import usual_volume
from sesshu.kernel import clock
from sesshu.schedule import load_pack
from sesshu.web import naming

pytestmark = pytest.mark.usefixtures("ise")
MUMPS = {
    "name": "おたふくかぜ接種助成",
    "short_name": "おたふく",
    "vaccine": "おたふくかぜ",
    "age_from_months": 12,
    "age_to_months": 72,
    "valid_from": date(2026, 4, 1),
}


def test_every_programme_and_vaccine_of_the_law_is_there():
    pack = load_pack("jp")
    assert [found.code for found in selectors.programmes()] == list(pack.programmes)
    assert set(national.vaccines()) == set(pack.vaccines)
    assert all(found.short_name and found.category in "AB" for found in selectors.programmes())


def test_every_vaccine_has_a_product_and_every_product_a_vaccine():
    assert {found.vaccine for found in national.products()} == set(national.vaccines())


def test_codes_have_japanese_names_on_screens():
    assert naming.name_of("programme", "mr") == "麻しん・風しん"
    assert naming.name_of("vaccine", "HPV9") == "9価HPV"
    assert naming.name_of("vaccine", "SALK") == "SALK"


def test_a_citys_own_programme_needs_no_code(clerk):
    services.add_own_programme(code="mumps", by=clerk, at=clock.now(), **MUMPS)
    assert selectors.programme("mumps").own
    assert selectors.vaccine_programme("おたふくかぜ") == "mumps"
    assert selectors.programme_name("mumps") == "おたふくかぜ接種助成"
    with pytest.raises(services.CatalogueRefused, match="使われています"):
        services.add_own_programme(code="mumps", by=clerk, at=clock.now(), **MUMPS)
    with pytest.raises(services.CatalogueRefused, match="使われています"):
        services.add_own_programme(code="mr", by=clerk, at=clock.now(), **MUMPS)


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("おたふく", {}),
        ("mumps", {"age_to_months": 12}),
        ("mumps", {"valid_to": date(2026, 3, 31)}),
    ],
)
def test_a_wrong_programme_is_refused(clerk, code, values):
    with pytest.raises(services.CatalogueRefused):
        services.add_own_programme(code=code, by=clerk, at=clock.now(), **MUMPS | values)


def test_products_follow_their_period():
    old, new = date(2024, 1, 10), date(2026, 11, 22)
    assert "プレベナー13水性懸濁注" in {p.name for p in selectors.products(on=old)}
    assert "プレベナー13水性懸濁注" not in {p.name for p in selectors.products(on=new)}


def test_a_lot_tells_its_product(clerk):
    first = services.ensure_lot(
        vaccine="MR", name="ミールビック", maker="阪大微研", route="SC", number="HF101",
        expires_on=None, by=clerk,
    )  # fmt: skip
    again = services.ensure_lot(
        vaccine="MR", name="ミールビック", maker="阪大微研", route="SC", number="hf101",
        expires_on=date(2027, 3, 31), by=clerk,
    )  # fmt: skip
    assert first == again
    (known,) = selectors.known_lots("HF101")
    assert (known.vaccine, known.product_name, known.expires_on) == ("MR", "ミールビック", date(2027, 3, 31))
    with pytest.raises(services.CatalogueRefused):
        services.add_lot(product=first.product, number="HF101", expires_on=None, by=clerk)
    services.set_recalled(lot=first, recalled=True, by=clerk)
    assert selectors.known_lots("HF101")[0].recalled


def test_an_own_product_stands_once_in_the_list(clerk):
    services.add_product(
        vaccine="MR", name="ミールビック", maker="阪大微研", volume_ml=None, route="SC", by=clerk
    )
    assert [p.name for p in selectors.products(vaccine="MR")].count("ミールビック") == 1


@pytest.mark.parametrize(
    ("programme", "vaccine", "birth", "volume"),
    [
        ("je", "JE", date(2024, 6, 1), 0.25),
        ("je", "JE", date(2020, 6, 1), 0.5),
        ("dt", "DT", date(2015, 1, 1), 0.1),
        ("hepb", "HepB", date(2026, 9, 1), 0.25),
        ("je", "MR", date(2024, 6, 1), None),
    ],
)
def test_the_usual_volume_follows_the_age(programme, vaccine, birth, volume):
    assert usual_volume(programme, vaccine, birth, date(2026, 11, 22)) == volume


def test_the_screens(clerk):
    client = Client()
    client.force_login(clerk)
    assert "五種混合" in client.get("/catalogue/").content.decode()
    key = "MR|ミールビック|阪大微研"
    values = {"product": key, "number": "HF777", "expires_on": "R9.3.31"}
    assert client.post("/catalogue/lots/new/", values).status_code == 302
    (known,) = selectors.known_lots("HF777")
    assert known.expires_on == date(2027, 3, 31)
    assert "登録されています" in client.post("/catalogue/lots/new/", values).content.decode()
