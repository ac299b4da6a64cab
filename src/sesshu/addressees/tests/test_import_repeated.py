"""A02: the same again adds nothing; changes are applied in their order and history keeps them all."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sesshu.addressees import selectors
from sesshu.addressees.models import Addressee, AddresseeVersion, FeedImport, ProtectiveMeasure
from sesshu.addressees.states import state_of
from sesshu.addressees.tests.feed_files import change, resident, take
from sesshu.kernel import clock
from sesshu.protection.models import AuditEvent


@pytest.fixture(autouse=True)
def the_day(ise):
    with clock.fixed(date(2026, 11, 22)):
        yield


@pytest.fixture
def path(tmp_path):
    return tmp_path / "residents.csv"


def counts():
    return (Addressee.objects.count(), AddresseeVersion.objects.count(), ProtectiveMeasure.objects.count())


def test_the_same_file_again_adds_nothing(path):
    rows = [resident(1), resident(2, 支援措置区分="1", 支援措置開始日="2026-01-01")]
    take(path, rows)
    before = counts()
    report = take(path, rows)
    assert (report.unchanged, report.created, report.updated, report.repeated) == (2, 0, 0, True)
    assert counts() == before == (2, 2, 1)


def test_an_old_whole_file_takes_no_later_change_back(path):
    rows = [resident(1)]
    take(path, rows)
    take(path, [change("A1", "2026-11-01", 住所_町字="例示町")])
    report = take(path, rows)
    assert (report.unchanged, report.updated) == (1, 0)
    assert Addressee.objects.get().town == "例示町"


def test_a_new_whole_file_is_believed(path):
    take(path, [resident(1), resident(2)])
    take(path, [change("A1", "2026-11-01", 住所_町字="例示町")])
    report = take(path, [resident(1, 住所_町字="試験町"), resident(2)])
    assert (report.updated, report.unchanged) == (1, 1)
    assert Addressee.objects.get(number="0000000001").town == "試験町"
    versions = AddresseeVersion.objects.filter(addressee__number="0000000001").order_by("pk")
    assert [each.state["town"] for each in versions] == ["架空町一丁目", "例示町", "試験町"]


def test_those_absent_from_a_whole_file_are_counted_and_stay(path):
    take(path, [resident(1), resident(2), resident(3, 住民状態="2", 消除年月日="2026-01-01")])
    report = take(path, [resident(1, 電話番号="0599-00-0001")])
    assert report.absent == 1
    assert Addressee.objects.count() == 3


def test_a_refused_row_is_not_absent(path):
    take(path, [resident(1), resident(2)])
    assert take(path, [resident(1), resident(2, 性別="9")]).absent == 0


def test_a_blank_telephone_keeps_the_known_one(path):
    take(path, [resident(1)])
    report = take(path, [resident(1, 電話番号=""), resident(2)])
    assert (report.unchanged, Addressee.objects.get(number="0000000001").telephone) == (1, "0599-00-0000")


def test_a_change_is_applied_once(path):
    take(path, [resident(1)])
    move = [change("A1", "2026-11-01", "03", 住所_町字="例示町")]
    assert take(path, move).updated == 1
    again = take(path, [*move, change("A2", "2026-11-02", "03", 住所_町字="試験町")])
    assert (again.unchanged, again.updated) == (1, 1)
    assert AddresseeVersion.objects.count() == 3


def test_changes_of_one_person_are_applied_in_the_files_order(path):
    rows = [
        change("A1", "2026-11-01", "01"),
        change("A2", "2026-11-02", "03", 住所_町字="例示町"),
        change("A3", "2026-11-02", "06", 住所_町字="例示町", 氏名="例示　花子"),
    ]
    report = take(path, rows)
    assert (report.created, report.updated) == (1, 2)
    found = Addressee.objects.get()
    assert (found.name, found.town) == ("例示　花子", "例示町")
    assert found.address_key.startswith(" 伊勢市例示町")


def test_an_older_change_is_history_only(path):
    take(path, [change("A2", "2026-11-10", 住所_町字="例示町")])
    report = take(path, [change("A1", "2026-11-01", 住所_町字="試験町")])
    assert (report.late, report.updated) == (1, 0)
    assert [(each.row, each.column) for each in report.warnings] == [(2, "異動年月日")]
    assert Addressee.objects.get().town == "例示町"
    late = AddresseeVersion.objects.get(change_number="A1")
    assert (late.applied, late.state["town"]) == (False, "試験町")
    assert take(path, [change("A1", "2026-11-01", 住所_町字="試験町")]).unchanged == 1


def test_a_change_can_end_a_protective_measure(path):
    take(path, [resident(1, 支援措置区分="1", 支援措置開始日="2026-01-01")])
    pk = Addressee.objects.get().pk
    assert selectors.is_protected() == {pk}
    end = {"支援措置区分": "0", "支援措置開始日": "2026-01-01", "支援措置終了日": "2026-06-30"}
    assert take(path, [change("A1", "2026-07-01", "09", **end)]).updated == 1
    assert selectors.is_protected() == set()
    assert selectors.is_protected(on=date(2026, 6, 30)) == {pk}
    assert ProtectiveMeasure.objects.count() == 1


def test_a_version_holds_the_same_as_the_addressee(path):
    take(path, [resident(1)])
    assert AddresseeVersion.objects.get().state == state_of(Addressee.objects.get())


def test_one_event_tells_who_was_touched(path):
    """S05: ids and counts, no names."""
    take(path, [resident(1), resident(2)])
    event = AuditEvent.objects.get(action="residents.import")
    assert sorted(event.subjects) == sorted(Addressee.objects.values_list("pk", flat=True))
    assert (event.count, event.detail["created"]) == (2, 2)
    assert "見本" not in str(event.detail)


def test_cities_do_not_meet(path, ise):
    from sesshu.protection.tenancy import acting_for

    take(path, [resident(1)])
    with acting_for("192015"):
        assert take(path, [resident(1)]).created == 1
    assert Addressee.objects.count() == 1


# A small oracle: what the register should know after any sequence of feeds.
TOWNS = ["架空町", "例示町", "試験町"]
DAYS = ["2026-11-01", "2026-11-02", "2026-11-03"]
WHOLE = st.tuples(st.just("whole"), st.dictionaries(st.integers(1, 3), st.sampled_from(TOWNS), min_size=1))
CHANGE = st.tuples(st.integers(1, 6), st.integers(1, 3), st.sampled_from(DAYS), st.sampled_from(TOWNS))
UNIQUE = st.lists(CHANGE, min_size=1, max_size=4, unique_by=lambda each: each[0])
FEEDS = st.lists(st.one_of(WHOLE, st.tuples(st.just("changes"), UNIQUE)), min_size=1, max_size=4)


class Oracle:
    def __init__(self):
        self.towns, self.newest, self.owner, self.seen = {}, {}, {}, set()

    def whole(self, towns):
        file = tuple(towns.items())
        for number, town in towns.items():
            if number not in self.towns or file not in self.seen:
                self.towns[number] = town
        self.seen.add(file)

    def changes(self, rows):
        for key, number, day, town in rows:
            if key in self.owner:
                continue
            self.owner[key] = number
            if day >= self.newest.get(number, ""):
                self.towns[number], self.newest[number] = town, day


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(feeds=FEEDS)
def test_any_feeds_in_any_order_end_as_the_rules_say(path, feeds):
    for model in (AddresseeVersion, ProtectiveMeasure, Addressee, FeedImport):
        model.objects.all().delete()
    oracle = Oracle()
    for kind, content in feeds:
        if kind == "whole":
            rows = [resident(number, 住所_町字=town) for number, town in content.items()]
            oracle.whole(content)
        else:
            rows = [
                change(f"K{key}", day, "03", number, 住所_町字=town) for key, number, day, town in content
            ]
            oracle.changes(content)
        report = take(path, rows)
        told = report.created + report.updated + report.unchanged + report.late + report.rejected
        assert told == report.rows == len(rows)
    known = {int(a.number): a.town for a in Addressee.objects.all()}
    assert known == oracle.towns
    versions = dict(
        AddresseeVersion.objects.exclude(change_number="").values_list("change_number", "addressee__number")
    )
    assert versions == {f"K{key}": f"{number:010d}" for key, number in oracle.owner.items()}
