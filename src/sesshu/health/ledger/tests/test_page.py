"""The ledger page: the whole history drawn, judged, explained (H02)."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client

from sesshu.addressees.models import ProtectiveMeasure
from sesshu.health.ledger import drawing, lanes, page, panels, services
from sesshu.health.ledger.lanes import Kind
from sesshu.health.ledger.tests.test_services import make, record
from sesshu.kernel import clock
from sesshu.protection.models import AuditEvent

pytestmark = pytest.mark.usefixtures("ise")


@pytest.fixture(autouse=True)
def today():
    with clock.fixed(date(2026, 11, 22)):
        yield


@pytest.fixture
def child():
    return make("0000000101", date(2025, 8, 1))


@pytest.fixture
def client(clerk):
    made = Client()
    made.force_login(clerk)
    return made


def get(client, addressee, **query):
    answer = client.get(f"/ledger/{addressee.pk}/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_dose_stands_with_its_verdict_article_and_dates(client, child, clerk):
    record(child, clerk, date=date(2026, 7, 1), lot_number="HF001")
    shown = get(client, child)
    assert "HF001" in shown
    assert "早すぎます" in shown
    assert "30日早い接種です" in shown
    assert "ledger-article" in shown
    assert re.search(r"<title>麻しん風しん R8\.7\.1 .*無効・任意", shown)


def test_a_voided_dose_is_struck_through_with_who_when_why(client, child, clerk):
    services.void(record(child, clerk), reason="別人の予診票", by=clerk, at=clock.now())
    shown = get(client, child)
    assert 'class="is-void"' in shown
    assert "試験 職員が取消: 別人の予診票" in shown


def test_reading_is_audited_with_its_purpose(client, child, clerk):
    get(client, child, purpose="telephone")
    event = AuditEvent.objects.get(action="ledger.read")
    assert (event.subjects, event.purpose, event.account) == ([child.pk], "telephone", clerk)
    assert "for" not in event.detail  # the act's own purpose is words, not a code


def test_a_protected_persons_address_is_hidden(client, child):
    ProtectiveMeasure.objects.create(addressee=child, starts_on=date(2026, 1, 1), recorded_at=clock.now())
    child.town, child.household_number = "隠し町", "000777"
    child.save()
    shown = get(client, child)
    assert "支援措置の対象者です" in shown
    assert "隠し町" not in shown
    assert "000777" not in shown


def test_household_members_open_their_own_ledger(client, child):
    child.household_number = "000777"
    child.save()
    sister = make("0000000102", date(2023, 4, 2), household_number="000777")
    assert f'href="/ledger/{sister.pk}/?purpose=' in get(client, child)


def test_rooms_above_add_panels(client, child, monkeypatch):
    monkeypatch.setattr(panels, "_panels", {})
    panels.register(panels.Panel("issues", "発行履歴", 10, lambda request, pk: f"<p>宛名{pk}の履歴</p>"))
    assert f"<p>宛名{child.pk}の履歴</p>" in get(client, child)


def test_zoom_follows_the_age(client, child):
    old = make("0000000201", date(1955, 5, 5))
    assert "乳幼児・学童期" in get(client, child)
    assert page.gather(child, today=clock.today()).zoom.key == "child"
    assert page.gather(old, today=clock.today()).zoom.key == "adult"
    assert page.gather(old, today=clock.today(), zoom_key="life").zoom.key == "life"


def test_unknown_birth_is_told_and_nothing_breaks(client):
    assert "生年月日が分からない" in get(client, make("0000000401", None))


def test_stretches_fill_a_lane_without_gap(child, clerk):
    record(child, clerk)
    shown = page.gather(child, today=clock.today())
    for lane in shown.lanes:
        for before, after in zip(lane.stretches, lane.stretches[1:], strict=False):
            assert before.end < after.start


def test_the_kinds_of_a_lane_follow_the_law(child):
    """MR at 1 year 3 months without a dose: due since the eve of the first birthday, then not until 第2期."""
    shown = page.gather(child, today=clock.today())
    mr = next(lane for lane in shown.lanes if lane.programme.code == "mr")
    open_days = [stretch for stretch in mr.stretches if stretch.kind not in (Kind.WAITING, Kind.CLOSED)]
    assert open_days[0].start == date(2026, 7, 31)
    assert {stretch.kind for stretch in open_days if stretch.start > clock.today()} <= {
        Kind.FUTURE,
        Kind.FUTURE_STANDARD,
    }
    hepb = next(lane for lane in shown.lanes if lane.programme.code == "hepb")
    assert any(stretch.kind is Kind.LATE for stretch in hepb.stretches)


def test_every_kind_is_told_by_shape_and_words():
    assert set(lanes.WORDS) == set(Kind)


def test_marks_and_bars_stay_inside_the_drawing(child, clerk):
    record(child, clerk)
    picture = page.gather(child, today=clock.today()).picture
    for row in picture.rows:
        for bar in row.bars:
            assert float(bar.x) + float(bar.width) <= drawing.WIDTH
        for point in row.points:
            assert 0 < float(point.x) < drawing.WIDTH


def test_void_and_replace_from_the_page(client, child, clerk):
    dose = record(child, clerk)
    client.post(f"/ledger/dose/{dose.pk}/void/", {"void_reason": ""})
    dose.refresh_from_db()
    assert not dose.is_void
    answer = client.post(
        f"/ledger/dose/{dose.pk}/replace/",
        {"date": "R8.9.16", "vaccine": "MR", "publicly_funded": "on", "void_reason": "日付の誤記"},
    )
    assert answer.status_code == 302
    dose.refresh_from_db()
    assert dose.replaced_by.date == date(2026, 9, 16)
    client.post(f"/ledger/dose/{dose.replaced_by.pk}/void/", {"void_reason": "別人"})
    assert dose.replaced_by.__class__.objects.get(pk=dose.replaced_by.pk).is_void


def test_a_dose_outside_the_rules_is_asked_about_and_then_kept(client, child):
    values = {"date": "2026-07-01", "vaccine": "MR", "publicly_funded": "on"}
    asked = client.post(f"/ledger/{child.pk}/doses/new/", values)
    assert asked.status_code == 200
    assert "早すぎます" in asked.content.decode()
    assert not child.doses.exists()
    assert client.post(f"/ledger/{child.pk}/doses/new/", values | {"confirmed": "on"}).status_code == 302
    assert child.doses.get().date == date(2026, 7, 1)


def test_somebody_elses_city_is_404(client, child):
    assert client.get(f"/ledger/{child.pk + 1}/").status_code == 404
