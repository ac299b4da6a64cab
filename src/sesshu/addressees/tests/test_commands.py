"""A01: 住登外者 by hand, telephone and protective measures; each with its version and its audit event."""

from datetime import date

import pytest
from django.urls import reverse

from sesshu.addressees import selectors, services
from sesshu.addressees.choices import Kind
from sesshu.addressees.models import Addressee, AddresseeVersion, ProtectiveMeasure
from sesshu.addressees.states import state_of
from sesshu.addressees.tests.feed_files import resident, take
from sesshu.kernel import clock
from sesshu.kernel.check_digits import individual_number_check_digit
from sesshu.protection.models import AuditEvent

VALUES = {
    "kind": "2",
    "name": "見本　登外",
    "name_kana": "みほん とうがい",
    "sex": "1",
    "birth_date": "H1.2.3",
    "city": "伊勢市",
    "town": "架空町",
    "house_number": "1番地",
}


@pytest.fixture(autouse=True)
def the_day(ise):
    with clock.fixed(date(2026, 11, 22)):
        yield


@pytest.fixture
def known(tmp_path):
    take(tmp_path / "residents.csv", [resident(1)])
    return Addressee.objects.get()


def register(client, **more):
    return client.post(reverse("addressees:register"), VALUES | more)


def test_an_unregistered_person_is_registered_and_found(client, clerk):
    client.force_login(clerk)
    assert register(client).status_code == 302
    made = Addressee.objects.get()
    assert (made.number, made.kind, made.name_kana) == ("9000000001", Kind.UNREGISTERED, "ミホン トウガイ")
    assert made.birth_date == date(1989, 2, 3)
    assert AddresseeVersion.objects.get().state == state_of(made)
    assert AuditEvent.objects.get(action="addressee.register").subjects == [made.pk]
    assert [each.pk for each in selectors.search("トウガイ", by=clerk).people] == [made.pk]
    register(client, name="例示　登外")
    assert Addressee.objects.get(name="例示　登外").number == "9000000002"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": ""}, "氏名を入力してください"),
        ({"birth_date": ""}, "生年月日を入力してください"),
        ({"birth_date": "H1.2.30"}, "実在しない"),
        ({"birth_date": "R9.1.1"}, "今日より後"),
        ({"birth_date_text": "平成元年頃"}, "空にしてください"),
        ({"kind": "1"}, "宛名種別"),
        ({"name_kana": "見本"}, "かなで"),
        ({"name": "見" * 101}, "100文字以内"),
        ({"address_municipality_code": "242038"}, "検査数字"),
        ({"postal_code": "516-0000"}, "7桁"),
        ({"telephone": "電話なし"}, "電話番号"),
        ({"building": f"12345678901{individual_number_check_digit('12345678901')}"}, "個人番号"),
    ],
)
def test_what_is_wrong_is_said_by_the_field(client, clerk, more, words):
    client.force_login(clerk)
    response = register(client, **more)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not Addressee.objects.exists()


def test_a_number_in_use_is_refused(client, clerk, known):
    client.force_login(clerk)
    assert "使われています" in register(client, number=known.number).content.decode()


def test_an_unregistered_person_is_changed_with_history(client, clerk):
    client.force_login(clerk)
    register(client)
    pk = Addressee.objects.get().pk
    assert client.post(reverse("addressees:edit", args=[pk]), VALUES | {"town": "例示町"}).status_code == 302
    assert [v.state["town"] for v in AddresseeVersion.objects.order_by("pk")] == ["架空町", "例示町"]
    assert AuditEvent.objects.get(action="addressee.update").detail == {"items": ["town"]}
    client.post(reverse("addressees:edit", args=[pk]), VALUES | {"town": "例示町"})
    assert AddresseeVersion.objects.count() == 2


def test_a_resident_is_changed_by_the_register_only(known):
    with pytest.raises(services.NotAllowed, match="取込で更新"):
        services.update_unregistered(by=None, at=clock.now(), pk=known.pk, values={"name": "別名"})
    with pytest.raises(services.NotAllowed, match="取込で登録"):
        services.register_unregistered(by=None, at=clock.now(), values={"kind": "1", "name": "見本"})


def test_a_telephone_is_written_down(client, clerk, known):
    client.force_login(clerk)
    url = reverse("addressees:telephone", args=[known.pk])
    assert client.post(url, {"telephone": "0599-11-1111"}).status_code == 302
    known.refresh_from_db()
    assert known.telephone == "0599-11-1111"
    assert AddresseeVersion.objects.count() == 2
    assert client.post(url, {"telephone": "なし"}).status_code == 400


def test_a_measure_masks_from_its_first_to_its_last_day(client, clerk, known):
    client.force_login(clerk)
    add = reverse("addressees:measure-add", args=[known.pk])
    values = {"starts_on": "R8.11.1", "reason": "架空の申出"}
    assert client.post(add, values).status_code == 302
    assert selectors.person(known.pk, by=clerk, purpose="試験").masked
    assert client.post(add, values).status_code == 400
    measure = ProtectiveMeasure.objects.get()
    end = reverse("addressees:measure-end", args=[measure.pk])
    assert client.get(end).status_code == 200
    assert "開始日より前" in client.post(end, {"ends_on": "R8.10.1", "reason": "誤り"}).content.decode()
    assert client.post(end, {"ends_on": "R8.11.21", "reason": "架空の終了"}).status_code == 302
    measure.refresh_from_db()
    assert (measure.ends_on, measure.end_note) == (date(2026, 11, 21), "架空の終了")
    assert not selectors.person(known.pk, by=clerk, purpose="試験").masked
    assert set(AuditEvent.objects.filter(subjects=[known.pk]).values_list("action", flat=True)) >= {
        "addressee.protect",
        "addressee.unprotect",
    }


def test_current_residents_are_those_of_the_day(tmp_path):
    rows = [
        resident(1),
        resident(2, 住民状態="2", 消除年月日="2026-11-22"),
        resident(3, 住民状態="3", 消除年月日="2026-11-23"[:8] + "20"),
        resident(4, 宛名種別="2"),
        resident(5, 住民となった年月日="2026-11-22"),
    ]
    take(tmp_path / "residents.csv", rows)

    def on(day):
        return [int(each.number) for each in selectors.current_residents(day).order_by("number")]

    assert on(date(2026, 11, 22)) == [1, 5]
    assert on(date(2026, 11, 21)) == [1, 2]
    assert on(date(2026, 11, 19)) == [1, 2, 3]


def test_history_answers_as_known_on(tmp_path, clerk):
    with clock.fixed(date(2026, 10, 1)):
        take(tmp_path / "a.csv", [resident(1)])
    with clock.fixed(date(2026, 11, 1)):
        take(tmp_path / "b.csv", [resident(1, 住所_町字="例示町")])
    pk = Addressee.objects.get().pk
    latest, first = selectors.history(pk, by=clerk)
    assert latest.changes == (("住所_町字", "架空町一丁目", "例示町"),)
    assert first.changes == ()
    (known,) = selectors.history(pk, by=clerk, known_on=date(2026, 10, 31))
    assert dict(known.state)["住所_町字"] == "架空町一丁目"
    assert selectors.history(pk, by=clerk, known_on=date(2026, 9, 30)) == []


def test_by_number(clerk, known):
    found = selectors.by_number("0000000001", by=clerk, purpose="試験")
    assert found is not None
    assert found.pk == known.pk
    assert selectors.by_number("0000000404", by=clerk, purpose="試験") is None
