"""A01: 名寄せ moves what points at the person, can be undone, and is never proposed for twins."""

from datetime import date

import pytest
from django.apps import apps
from django.db.models import ForeignKey, OneToOneField
from django.urls import reverse

from sesshu.addressees import duplicates, merging, selectors
from sesshu.addressees.models import Addressee, AddresseeVersion, Merge, ProtectiveMeasure
from sesshu.addressees.services import NotAllowed
from sesshu.addressees.tests.feed_files import resident, take
from sesshu.kernel import clock
from sesshu.protection.models import AuditEvent


@pytest.fixture(autouse=True)
def the_day(ise):
    with clock.fixed(date(2026, 11, 22)):
        yield


@pytest.fixture
def pair(tmp_path):
    """A resident, and the same person as 住登外者 with a measure of her own."""
    other = {
        "宛名種別": "2",
        "世帯番号": "",
        "住所_町字": "例示町",
        "支援措置区分": "1",
        "支援措置開始日": "2026-01-01",
    }
    take(tmp_path / "residents.csv", [resident(1), resident(2, **other)])
    return Addressee.objects.get(number="0000000001"), Addressee.objects.get(number="0000000002")


def merge(winner, loser):
    return merging.merge(winner=winner.pk, loser=loser.pk, by=None, at=clock.now(), reason="同一人")


def test_what_points_at_the_loser_follows_and_comes_back(pair, clerk):
    winner, loser = pair
    done = merge(winner, loser)
    assert ProtectiveMeasure.objects.get().addressee == winner
    assert selectors.is_protected() == {winner.pk}
    loser.refresh_from_db()
    assert loser.merged_into == winner
    assert [each.pk for each in selectors.search("0000000002", by=clerk).people] == [winner.pk]
    assert selectors.by_number("0000000002", by=clerk, purpose="試験").pk == winner.pk
    assert list(selectors.current_residents()) == [winner]
    merging.undo(merge=done.pk, by=clerk, at=clock.now())
    loser.refresh_from_db()
    assert loser.merged_into is None
    assert ProtectiveMeasure.objects.get().addressee == loser
    events = AuditEvent.objects.filter(action__in=["addressee.merge", "addressee.unmerge"])
    assert [sorted(event.subjects) for event in events] == [[winner.pk, loser.pk]] * 2


def test_what_came_after_the_merge_stays_with_the_winner(pair):
    winner, loser = pair
    done = merge(winner, loser)
    later = ProtectiveMeasure.objects.create(
        addressee=winner, starts_on=date(2026, 11, 1), recorded_at=clock.now()
    )
    merging.undo(merge=done.pk, by=None, at=clock.now())
    later.refresh_from_db()
    assert later.addressee == winner


def test_a_row_that_would_stand_twice_stays(pair):
    winner, loser = pair
    ProtectiveMeasure.objects.create(addressee=winner, starts_on=date(2026, 1, 1), recorded_at=clock.now())
    ProtectiveMeasure.objects.create(addressee=loser, starts_on=date(2026, 3, 1), recorded_at=clock.now())
    done = merge(winner, loser)
    assert winner.protective_measures.count() == 2
    assert loser.protective_measures.count() == 1
    merging.undo(merge=done.pk, by=None, at=clock.now())
    assert (winner.protective_measures.count(), loser.protective_measures.count()) == (1, 2)


def test_history_of_both_tells_of_it(pair):
    merge(*pair)
    assert AddresseeVersion.objects.filter(reason="92").count() == 2


def test_refusals(pair, tmp_path):
    winner, loser = pair
    with pytest.raises(NotAllowed, match="同じ宛名"):
        merge(winner, winner)
    done = merge(winner, loser)
    with pytest.raises(NotAllowed, match="名寄せ済み"):
        merge(winner, loser)
    take(tmp_path / "more.csv", [resident(3, 世帯番号="")])
    third = Addressee.objects.get(number="0000000003")
    merge(third, winner)
    with pytest.raises(NotAllowed, match="後の名寄せ"):
        merging.undo(merge=done.pk, by=None, at=clock.now())
    merging.undo(merge=Merge.objects.latest("pk").pk, by=None, at=clock.now())
    merging.undo(merge=done.pk, by=None, at=clock.now())
    with pytest.raises(NotAllowed, match="取り消し済み"):
        merging.undo(merge=done.pk, by=None, at=clock.now())


def test_twins_are_neither_proposed_nor_merged(tmp_path):
    rows = [
        resident(1, 氏名="見本　一香", 氏名_読み仮名="ミホン　カズカ"),
        resident(2, 氏名="見本　和香", 氏名_読み仮名="ミホン　カズカ"),
    ]
    take(tmp_path / "residents.csv", rows)
    assert duplicates.proposals(by=None) == []
    with pytest.raises(NotAllowed, match="双子"):
        merge(*Addressee.objects.order_by("number"))


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({}, "生年月日と氏名が同じ"),
        ({"氏名": "見本花子", "氏名_読み仮名": ""}, "生年月日と氏名が同じ"),
        ({"氏名": "見本　華子"}, "生年月日と読み仮名が同じ"),
        ({"生年月日": "2018-04-11", "住民となった年月日": ""}, "氏名と住所が同じ"),
    ],
)
def test_proposals(tmp_path, cells, why):
    take(tmp_path / "residents.csv", [resident(1), resident(2, 世帯番号="0000000888", **cells)])
    (found,) = duplicates.proposals(by=None)
    assert found.why == why


def test_a_child_with_a_parents_kana_is_not_proposed(tmp_path):
    parent = resident(1, 氏名="見本　華子", 生年月日="1990-01-01", 住民となった年月日="1990-01-01")
    take(tmp_path / "residents.csv", [parent, resident(2)])
    assert duplicates.proposals(by=None) == []


def test_an_address_in_common_does_not_betray_a_protected_person(tmp_path, clerk):
    hidden = {
        "生年月日": "2018-04-11",
        "住民となった年月日": "",
        "支援措置区分": "1",
        "支援措置開始日": "2026-01-01",
    }
    take(tmp_path / "residents.csv", [resident(1), resident(2, **hidden)])
    assert duplicates.proposals(by=clerk) == []


def test_side_by_side_and_undo_on_the_screen(client, clerk, tmp_path):
    take(tmp_path / "residents.csv", [resident(1), resident(2, 世帯番号="", 宛名種別="2", 電話番号="")])
    one, other = Addressee.objects.order_by("number")
    client.force_login(clerk)
    page = client.get(reverse("addressees:duplicates")).content.decode()
    url = reverse("addressees:merge", args=[one.pk, other.pk])
    assert url in page
    assert "相違" in client.get(url).content.decode()
    assert "理由を入力してください" in client.post(url, {"keep": one.pk}).content.decode()
    assert client.post(url, {"keep": one.pk, "reason": "同一人"}).status_code == 302
    undo = reverse("addressees:merge-undo", args=[Merge.objects.get().pk])
    assert undo in client.get(reverse("addressees:detail", args=[one.pk])).content.decode()
    client.post(undo)
    other.refresh_from_db()
    assert other.merged_into is None


def test_every_foreign_key_of_this_room_has_a_rule():
    pointing = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_app_config("addressees").get_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey | OneToOneField) and field.related_model is Addressee
    }
    assert pointing <= merging.rules()
