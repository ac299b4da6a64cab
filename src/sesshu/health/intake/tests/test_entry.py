"""Results typed or scanned one by one (H07, H08)."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from sesshu.health.catalogue.models import Lot
from sesshu.health.intake import entry
from sesshu.health.intake.tests.people import CLINIC, person
from sesshu.health.ledger.models import Dose, Screening
from sesshu.health.notices.models import Issue
from sesshu.health.providers.services import save_provider
from sesshu.kernel import clock
from sesshu.kernel.check_digits import with_check_digit
from sesshu.protection.models import AuditEvent

pytestmark = pytest.mark.usefixtures("ise")
CODE = with_check_digit("242039000001")


@pytest.fixture(autouse=True)
def today():
    with clock.fixed(date(2026, 11, 22)):
        yield


@pytest.fixture
def client(clerk):
    save_provider(code=CLINIC, name="見本小児科", by=clerk, at=clock.now())
    made = Client()
    made.force_login(clerk)
    return made


@pytest.fixture
def hana():
    return person("0000000101", "見本　はな子", "ミホン　ハナコ", date(2025, 8, 1))


@pytest.fixture
def issue(hana):
    return Issue.objects.create(
        addressee=hana,
        kind="questionnaire",
        code=CODE,
        programme="mr",
        dose_number=1,
        dose_label="1期",
        fiscal_year=2026,
        reason="bulk",
        issued_on=date(2026, 8, 1),
        recorded_at=clock.now(),
    )


def post(client, **values):
    values = {
        "code": CODE,
        "date": "R8.9.15",
        "lot": "HF101",
        "vaccine": "MR|ミールビック|阪大微研",
        "provider_code": CLINIC,
        "doctor": "例示 一郎",
    } | values
    return client.post("/intake/entry/", values)


def test_a_scanned_code_means_person_programme_and_dose(issue, clerk):
    found = entry.subject(CODE, by=clerk)
    assert (found.addressee, found.programme, found.dose_label) == (issue.addressee, "mr", "1期")
    assert AuditEvent.objects.filter(action="addressee.read", purpose="接種結果の入力").exists()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (CODE[:-1] + str((int(CODE[-1]) + 1) % 10), "検査数字"),
        (with_check_digit("242039999999"), "発行した記録がありません"),
        ("9999999999", "該当する予診票も住民もありません"),
    ],
)
def test_a_code_of_nobody_is_refused_with_a_remedy(issue, clerk, code, words):
    with pytest.raises(entry.NotFound, match=words):
        entry.subject(code, by=clerk)


def test_code_date_lot_done(client, issue):
    assert post(client).status_code == 302
    dose = Dose.objects.get()
    assert (dose.addressee, dose.programme, dose.vaccine) == (issue.addressee, "mr", "MR")
    assert (dose.product_name, dose.maker, str(dose.volume_ml)) == ("ミールビック", "阪大微研", "0.50")
    assert (dose.questionnaire_code, dose.provider_name, dose.route) == (CODE, "見本小児科", "SC")


def test_a_lot_met_once_fills_the_rest_the_next_time(client, issue):
    post(client, expires_on="2027-03-31")
    assert Lot.objects.get().expires_on == date(2027, 3, 31)
    assert post(client, date="2026-09-16", vaccine="").status_code == 200  # 2期目: 確認を求める
    filled = entry.fill(entry.subject(CODE, by=None), lot="HF101", choice="", on=date(2026, 9, 16))
    assert (filled.vaccine, filled.product_name, filled.expires_on) == (
        "MR",
        "ミールビック",
        date(2027, 3, 31),
    )


def test_fields_of_the_pile_stay_for_the_next_one(client, issue):
    post(client)
    shown = client.get("/intake/entry/").content.decode()
    for kept in ("2026-09-15", "HF101", CLINIC, "例示 一郎"):
        assert f'value="{kept}"' in shown
    assert f'value="{CODE}"' not in shown


def test_a_warning_is_confirmed_by_the_same_entry_again(client, issue):
    asked = post(client, date="2026-07-01")
    assert asked.status_code == 200
    assert not Dose.objects.exists()
    said = asked.context["said"]
    other = post(client, date="2026-07-02", confirmed=said)
    assert other.status_code == 200, "a changed entry is asked about anew"
    assert post(client, date="2026-07-01", confirmed=said).status_code == 302
    assert Dose.objects.get().date == date(2026, 7, 1)


def test_an_error_cannot_be_confirmed_away(client, issue):
    asked = post(client, date="2027-01-01")
    assert asked.context["refused"]
    assert post(client, date="2027-01-01", confirmed=asked.context["said"]).status_code == 200
    assert not Dose.objects.exists()


def test_screening_only(client, issue):
    """H08"""
    assert post(client, screening="on", reason="fever", screening_doctor="例示 二郎").status_code == 302
    seen = Screening.objects.get()
    assert (seen.programme, seen.reason, seen.screening_doctor) == ("mr", "fever", "例示 二郎")
    assert not Dose.objects.exists()
    assert post(client, screening="on", date="2026-09-20", reason="").status_code == 200


def test_what_was_entered_in_this_session_can_be_undone(client, issue):
    post(client)
    dose = Dose.objects.get()
    assert client.post(f"/intake/entry/undo/dose/{dose.pk}/").status_code == 302
    dose.refresh_from_db()
    assert dose.void_reason == "入力直後の取消"


def test_what_others_entered_cannot(client, issue, clerk):
    post(client)
    another = Client()
    another.force_login(clerk)
    assert another.post(f"/intake/entry/undo/dose/{Dose.objects.get().pk}/").status_code == 404


def test_the_volume_follows_the_age(client, clerk):
    child = person("0000000102", "見本　さく", "ミホン　サク", date(2024, 6, 1))
    assert child
    filled = entry.fill(
        entry.subject("0000000102", by=clerk),
        lot="",
        choice="JE|ジェービックV|阪大微研",
        on=date(2026, 11, 20),
    )
    assert str(filled.volume_ml) == "0.25"


def test_the_person_is_shown_while_the_clerk_goes_on(client, issue):
    shown = client.get("/intake/entry/who/", {"code": CODE}).content.decode()
    assert "見本　はな子" in shown
    assert "ミールビック" in shown
    assert "ジェービック" not in shown
