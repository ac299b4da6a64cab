"""Record, void, replace: nothing is overwritten, only the impossible is refused (H01, H02, H08)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from sesshu.addressees.keys import name_key
from sesshu.addressees.models import Addressee
from sesshu.health.ledger import hooks, selectors, services
from sesshu.health.ledger.models import Dose, Screening
from sesshu.health.ledger.services import EntryRefused
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


def make(number, birth, **values):
    values = {"sex": "2", "resident_since": birth} | values
    return Addressee.objects.create(
        number=number,
        name="見本　はな子",
        name_kana="ミホン　ハナコ",
        birth_date=birth,
        name_key=name_key("見本　はな子", "ミホン　ハナコ"),
        address_key="",
        updated_at=clock.now(),
        **values,
    )


def record(child, clerk, **values):
    values = {"vaccine": "MR", "date": date(2026, 9, 15)} | values
    return services.record_dose(addressee=child, by=clerk, at=clock.now(), **values)


def codes(error):
    return {finding.code for finding in error.value.findings}


def test_a_dose_is_recorded_and_audited(child, clerk):
    dose = record(child, clerk, lot_number="HF101", volume_ml=Decimal("0.5"))
    assert (dose.programme, dose.recorded_by, dose.recorded_at) == ("mr", clerk, clock.now())
    event = AuditEvent.objects.get(action="dose.record")
    assert event.subjects == [child.pk]
    assert event.account == clerk


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"date": date(2025, 7, 31)}, "before-birth"),
        ({"date": date(2026, 11, 23)}, "future"),
        ({"vaccine": "SALK"}, "vaccine"),
        ({"volume_ml": Decimal("500")}, "field"),
    ],
)
def test_what_cannot_have_happened_is_refused(child, clerk, values, code):
    with pytest.raises(EntryRefused) as error:
        record(child, clerk, **values)
    assert codes(error) == {code}
    assert not Dose.objects.exists()


def test_the_same_dose_twice_needs_a_confirmation(child, clerk):
    record(child, clerk)
    with pytest.raises(EntryRefused) as error:
        record(child, clerk)
    assert error.value.confirmable
    assert codes(error) == {"duplicate"}
    record(child, clerk, confirmed=True)
    assert Dose.objects.count() == 2


def test_a_dose_outside_the_rules_is_kept_with_a_warning(child, clerk):
    found = services.preview_dose(addressee=child, vaccine="MR", date=date(2026, 7, 1))
    assert [finding.level for finding in found] == ["warning"]
    assert found[0].article
    assert record(child, clerk, date=date(2026, 7, 1)).pk


def test_an_adults_mr_belongs_to_the_fifth_period(clerk):
    man = make("0000000201", date(1970, 5, 5), sex="1")
    assert record(man, clerk, date=date(2023, 6, 1)).programme == "rubella-5"


def test_dates_outside_the_residence_are_warned_of(clerk):
    moved = make("0000000301", date(2025, 8, 1), status="2", removed_on=date(2026, 9, 1))
    found = services.preview_dose(addressee=moved, vaccine="MR", date=date(2026, 9, 15))
    assert "moved-out" in {finding.code for finding in found}
    came = make("0000000302", date(2025, 8, 1), resident_since=date(2026, 10, 1))
    found = services.preview_dose(addressee=came, vaccine="MR", date=date(2026, 9, 15))
    assert "not-yet-resident" in {finding.code for finding in found}


def test_void_keeps_who_when_and_why(child, clerk):
    dose = services.void(record(child, clerk), reason="別人の予診票", by=clerk, at=clock.now())
    assert (dose.void_reason, dose.voided_by, dose.voided_at) == ("別人の予診票", clerk, clock.now())
    assert list(selectors.doses(child.pk)) == [dose]
    assert not selectors.standing_doses(child.pk).exists()
    with pytest.raises(EntryRefused):
        services.void(dose, reason="もう一度", by=clerk, at=clock.now())


def test_void_needs_a_reason(child, clerk):
    dose = record(child, clerk)
    with pytest.raises(EntryRefused):
        services.void(dose, reason=" ", by=clerk, at=clock.now())
    dose.refresh_from_db()
    assert not dose.is_void


def test_replace_links_old_and_new(child, clerk):
    old = record(child, clerk, lot_number="HF101", doctor="例示 一郎")
    new = services.replace(old, reason="ロットの誤記", by=clerk, at=clock.now(), lot_number="HF102")
    old.refresh_from_db()
    assert old.is_void
    assert old.replaced_by == new
    assert (new.lot_number, new.doctor, new.vaccine) == ("HF102", "例示 一郎", "MR")


def test_a_refused_correction_leaves_the_old_entry_standing(child, clerk):
    old = record(child, clerk)
    with pytest.raises(EntryRefused):
        services.replace(old, reason="日付", by=clerk, at=clock.now(), date=date(2030, 1, 1))
    old.refresh_from_db()
    assert not old.is_void
    assert Dose.objects.count() == 1


def test_a_dose_can_move_to_the_right_person(child, clerk):
    sister = make("0000000102", date(2025, 8, 1))
    moved = services.replace(
        record(child, clerk), reason="双子の姉", by=clerk, at=clock.now(), addressee=sister
    )
    assert moved.addressee == sister
    assert not selectors.standing_doses(child.pk).exists()
    assert AuditEvent.objects.get(action="dose.replace").subjects == sorted([child.pk, sister.pk])


def test_a_screening_without_a_dose(child, clerk):
    values = {"programme": "mr", "date": date(2026, 9, 15), "by": clerk, "at": clock.now()}
    seen = services.record_screening(addressee=child, reason="fever", screening_doctor="例示 二郎", **values)
    assert list(selectors.screenings(child.pk)) == [seen]
    with pytest.raises(EntryRefused):
        services.record_screening(addressee=child, reason="", **values)
    with pytest.raises(EntryRefused) as error:
        services.record_screening(addressee=child, reason="fever", **values)
    assert error.value.confirmable
    assert Screening.objects.count() == 1


def test_rooms_above_hear_of_every_change(child, clerk, monkeypatch):
    heard = []
    monkeypatch.setattr(hooks, "_on_change", [heard.append])
    monkeypatch.setattr(hooks, "_on_many_changes", [])
    dose = record(child, clerk)
    new = services.replace(dose, reason="誤記", by=clerk, at=clock.now(), site="右上腕")
    services.void(new, reason="別人", by=clerk, at=clock.now())
    assert heard == [child.pk] * 3


def test_the_entry_of_a_merged_person_goes_to_the_one_that_stays(child, clerk):
    gone = make("0000000999", date(2025, 8, 1), merged_into=child)
    assert record(gone, clerk).addressee == child


def test_another_citys_doses_are_out_of_sight(child, clerk):
    from sesshu.protection.services import ensure_municipality
    from sesshu.protection.tenancy import acting_for

    record(child, clerk)
    with acting_for(ensure_municipality("192015").code):
        assert not Dose.objects.exists()
        assert not selectors.doses(child.pk).exists()


def test_a_dose_from_abroad_is_kept_as_its_equal_and_an_unknown_product_told(child, clerk):
    """H05: the foreign product itself is refused by name; the one that corresponds is kept with a warning."""
    with pytest.raises(EntryRefused) as error:
        record(child, clerk, vaccine="MMR")
    assert codes(error) == {"vaccine"}
    assert "MMR" in str(error.value)
    came = make("0000000303", date(2025, 8, 1), resident_since=date(2026, 10, 1))
    found = services.preview_dose(addressee=came, vaccine="MR", date=date(2026, 9, 15))
    assert "not-yet-resident" in {finding.code for finding in found}
    kept = record(came, clerk, publicly_funded=False, facility_name="海外で接種")
    assert (kept.vaccine, kept.facility_name, kept.publicly_funded) == ("MR", "海外で接種", False)
