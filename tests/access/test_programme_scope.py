"""S02, S04: a right limited to a programme opens that programme's lists, papers and records, and no other."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from sesshu.addressees.models import Addressee
from sesshu.health.eligibility.models import Extraction
from sesshu.health.ledger.models import Dose
from sesshu.kernel import clock
from sesshu.protection.accounts.models import Grant
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.roles import Role
from sesshu.protection.scopes import PER_PROGRAMME
from sesshu.protection.services import open_account

OWN, OTHER = "zoster", "mr"


@pytest.fixture
def contractor(ise: Any) -> Account:
    account = open_account(login="limited", name="委託", municipality=ise, roles=[], password="x" * 16)
    Grant.objects.create(
        account=account, role=Role.PROGRAMME, programmes=[OWN], reason="委託", granted_at=clock.now()
    )
    return account


@pytest.fixture
def client(contractor: Account) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(contractor)
    return client


@pytest.fixture
def person(ise: Any) -> Addressee:
    return Addressee.objects.create(
        number="0000000101", name="見本", kind="1", status="1", sex="1", birth_date=date(1960, 5, 10),
        updated_at=clock.now(),
    )  # fmt: skip


def extraction(programme: str, by: Account) -> Extraction:
    return Extraction.objects.create(
        programme=programme, on=clock.today(), purpose="questionnaire", made_by=by, made_at=clock.now(),
        counts={"targets": 0, "excluded": {}}, conditions={},
    )  # fmt: skip


@pytest.mark.parametrize("page", ["/eligibility/{}/", "/notices/extractions/{}/preview/"])
def test_s04_another_programme_s_list_does_not_exist(client: Client, contractor: Account, page: str) -> None:
    own, other = extraction(OWN, contractor), extraction(OTHER, contractor)
    assert client.get(page.format(own.pk)).status_code != 404
    assert client.get(page.format(other.pk)).status_code == 404
    assert client.post(f"/notices/extractions/{other.pk}/print/").status_code == 404
    assert client.post(f"/eligibility/{other.pk}/again/").status_code == 404


def test_s04_choices_are_cut_and_a_forged_one_is_refused(client: Client, contractor: Account) -> None:
    shown = client.get("/eligibility/").content.decode()
    assert f'value="{OWN}"' in shown
    assert f'value="{OTHER}"' not in shown
    sent = {"programme": OTHER, "on": clock.today().isoformat(), "purpose": "questionnaire"}
    assert client.post("/eligibility/", sent).status_code == 200, "shown again with the field's error"
    assert not Extraction.objects.exists()


def test_s04_lists_and_files_of_another_programme_do_not_exist(client: Client) -> None:
    assert client.get("/reporting/lists/").status_code == 200
    assert f'value="{OTHER}"' not in client.get("/reporting/lists/").content.decode()
    assert f'value="{OTHER}"' not in client.get("/reporting/lists/roster/").content.decode()
    today = clock.today().isoformat()
    for kind, address in (
        ("unvaccinated", f"programme={OTHER}&on={today}"),
        ("roster", f"start={today}&end={today}"),
        ("doses", "from=2026-04-01&to=2027-03-31&law=1"),
    ):
        sent = {"format": "csv", "address": address}
        assert client.post(f"/reporting/lists/{kind}/export/", sent).status_code == 404, kind
    own = {"format": "csv", "address": f"start={today}&end={today}&programme={OWN}"}
    assert client.post("/reporting/lists/roster/export/", own).status_code == 200
    assert client.get("/reporting/lists/files/" + "x" * 32 + ".csv").status_code == 404


def test_s04_a_dose_of_another_programme_is_neither_seen_nor_recorded_nor_changed(
    client: Client, person: Addressee
) -> None:
    doses = {
        programme: Dose.objects.create(
            addressee=person,
            programme=programme,
            vaccine="MR",
            date=date(2026, 6, 1),
            recorded_at=clock.now(),
        )
        for programme in (OWN, OTHER)
    }
    for act in ("replace", "void"):
        assert client.get(f"/ledger/dose/{doses[OWN].pk}/{act}/").status_code == 200
        assert client.get(f"/ledger/dose/{doses[OTHER].pk}/{act}/").status_code == 404
    form = client.get(f"/ledger/{person.pk}/doses/new/").content.decode()
    assert f'value="{OTHER}"' not in form
    before = Dose.objects.count()
    for programme in (OTHER, ""):
        sent = {"date": "2026-06-02", "vaccine": "MR", "programme": programme, "confirmed": "on"}
        client.post(f"/ledger/{person.pk}/doses/new/", sent)
    assert Dose.objects.count() == before


@pytest.mark.parametrize("page", ["/intake/", "/intake/entry/", "/reporting/", "/reporting/lists/doses/"])
def test_s04_a_page_of_all_programmes_is_shut_to_a_limited_right(client: Client, page: str) -> None:
    assert client.get(page).status_code == 404
    menu = client.get("/").content.decode()
    assert f'href="{page}"' not in menu


def test_every_action_about_programmes_is_known() -> None:
    assert set(Action) >= PER_PROGRAMME
