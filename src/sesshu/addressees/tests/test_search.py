"""The one box finds people by whatever staff know of them; a protected person never by dwelling."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sesshu.addressees import selectors
from sesshu.addressees.models import Addressee
from sesshu.addressees.terms import terms
from sesshu.addressees.tests.feed_files import resident, take
from sesshu.kernel import clock
from sesshu.protection.models import AuditEvent
from sesshu.protection.roles import Role
from sesshu.protection.services import open_account

SECRET_TOWN, SECRET_HOUSEHOLD, SECRET_TELEPHONE = "秘匿町", "0000009999", "0599-99-9999"
PROTECTED = resident(
    3,
    氏名="秘匿　桜",
    氏名_読み仮名="ヒトク　サクラ",
    生年月日="1985-05-05",
    住民となった年月日="1985-05-05",
    世帯番号=SECRET_HOUSEHOLD,
    世帯主氏名="秘匿　世帯主",
    住所_町字=SECRET_TOWN,
    住所_方書="秘匿荘",
    住所_郵便番号="5169999",
    電話番号=SECRET_TELEPHONE,
    地区="秘匿地区",
    支援措置区分="1",
    支援措置開始日="2026-01-01",
)
SECRETS = ("秘匿町", "秘匿荘", "秘匿地区", "秘匿　世帯主", "0000009999", "0599-99-9999", "5169999")

PEOPLE = [
    resident(1, 氏名="見本　花子", 氏名_読み仮名="ミホン　ハナコ"),
    resident(
        2,
        氏名="見本　太郎",
        氏名_読み仮名="ミホン　タロウ",
        性別="1",
        生年月日="1988-12-31",
        住民となった年月日="1988-12-31",
    ),
    PROTECTED,
    resident(
        4,
        氏名="渡邊\U000e0101　小春",
        氏名_読み仮名="ワタナベ　コハル",
        世帯番号="0000000888",
        住所_町字="例示町",
        生年月日="2019-05-01",
        住民となった年月日="2019-05-01",
    ),
    resident(
        5,
        氏名="SAMPLE ANNA",
        氏名_読み仮名="サンプル アンナ",
        通称="見出　安奈",
        通称_読み仮名="ミダシ　アンナ",
        住民状態="2",
        消除年月日="2026-03-31",
    ),
]


@pytest.fixture(autouse=True)
def people(ise, tmp_path):
    with clock.fixed(date(2026, 11, 22)):
        take(tmp_path / "residents.csv", PEOPLE)
        yield


@pytest.fixture
def trusted(ise):
    return open_account(
        login="test-trusted",
        name="試験 責任者",
        municipality=ise,
        roles=[Role.PROGRAMME, Role.PROTECTED],
        password="test-password-1234",
    )


def numbers(text, by=None):
    return sorted(int(person.number) for person in selectors.search(text, by=by).people)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ミホン", [1, 2]),
        ("みほ", [1, 2]),
        ("ﾐﾎﾝ", [1, 2]),
        ("ミ", [1, 2, 5]),
        ("ハナコ", [1]),
        ("はな", [1]),
        ("ンハナ", [1]),
        ("見本", [1, 2]),
        ("見本花子", [1]),
        ("見本　花子", [1]),
        ("花", [1]),
        ("渡邊", [4]),
        ("sample", [5]),
        ("見出", [5]),
        ("ミダシ", [5]),
        ("H30.4.1", [1, 5]),
        ("平成30年4月1日", [1, 5]),
        ("2018-04-01", [1, 5]),
        ("2018/4/1", [1, 5]),
        ("20180401", [1, 5]),
        ("Ｈ３０．４．１", [1, 5]),
        ("令和元年", [4]),
        ("H30.4", [1, 5]),
        ("2018年4月", [1, 5]),
        ("平成30年", [1, 5]),
        ("S63.12.31", [2]),
        ("0000000002", [2]),
        ("2", [2]),
        ("0000000888", [4]),
        ("888", [4]),
        ("例示町", [4]),
        ("例示町1-2-3", []),
        ("例示町2-3", [4]),
        ("架空町1-2-3", [1, 2, 5]),
        ("伊勢市架空町一丁目２番地３", [1, 2, 5]),
        ("三重県伊勢市例示町", [4]),
        ("見本 H30.4.1", [1]),
        ("みほん　たろう", [2]),
        ("ミホン 架空町 平成30年", [1]),
        ("見本 例示町", []),
        ("どこにもいない", []),
        ("", []),
        ("   ", []),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("'; DROP TABLE", []),
    ],
)
def test_each_key_finds(text, found):
    assert numbers(text) == found


def test_the_whole_name_stands_before_a_part(tmp_path):
    take(tmp_path / "more.csv", [resident(6, 氏名="高見　本子", 氏名_読み仮名="タカミ　ホンコ"),
                                 resident(7, 氏名="見本田　花", 氏名_読み仮名="アアア　ハナ")])  # fmt: skip
    ranked = [int(person.number) for person in selectors.search("みほん", by=None).people]
    assert ranked[:2] == [2, 1]
    assert numbers("見本花子") == [1]


def test_those_who_left_stand_last():
    found = [int(person.number) for person in selectors.search("H30.4.1", by=None).people]
    assert found == [1, 5]


def test_more_than_fit_are_said_so():
    found = selectors.search("架空町", by=None, most=2)
    assert (len(found.people), found.more) == (2, True)


@pytest.mark.parametrize("text", ["秘匿町", "秘匿荘", SECRET_HOUSEHOLD, "9999", "伊勢市秘匿町"])
def test_a_protected_person_is_not_found_by_dwelling(text, clerk, trusted):
    assert numbers(text, by=clerk) == numbers(text, by=None) == []
    assert numbers(text, by=trusted) == [3]


@pytest.mark.parametrize("text", ["秘匿", "ヒトク", "S60.5.5", "0000000003"])
def test_a_protected_person_is_found_but_masked(text, clerk, trusted):
    (person,) = selectors.search(text, by=clerk).people
    assert (person.protected, person.masked) == (True, True)
    assert not any(secret in repr(person) for secret in SECRETS)
    (person,) = selectors.search(text, by=trusted).people
    assert (person.protected, person.masked, person.telephone) == (True, False, SECRET_TELEPHONE)


def test_a_dwelling_beside_a_name_does_not_help_to_find(clerk):
    assert numbers("秘匿町 ヒトク", by=clerk) == []


def test_a_measure_ended_masks_nothing(clerk):
    with clock.fixed(date(2025, 12, 31)):
        (person,) = selectors.search("ヒトク", by=clerk).people
        assert not person.protected
        assert person.telephone == SECRET_TELEPHONE


def test_a_search_is_audited(clerk):
    """S05: who was shown, and never the words typed."""
    selectors.search("ミホン ハナコ", by=clerk)
    event = AuditEvent.objects.get(action="addressee.search")
    assert event.subjects == [Addressee.objects.get(number="0000000001").pk]
    assert "ミホン" not in str(event.detail)
    assert event.account == clerk


@pytest.mark.parametrize(("text", "most"), [("ミホン", 3), ("見本 H30.4.1 架空町", 3), ("0000000001", 4)])
def test_query_count(text, most, clerk):
    clerk.may("addressee.search")  # as the request has asked already: rights are read once
    with CaptureQueriesContext(
        connection,
    ) as queries:
        selectors.search(text, by=clerk)
    assert len(queries) <= most


def test_no_more_than_five_words_are_looked_at():
    assert len(terms("あ い う え お か き")) == 5


def test_like_may_use_an_index_under_row_level_security():
    """Only a leakproof operator may; without this each letter typed would read all residents."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proleakproof FROM pg_proc WHERE oid = 'textlike(text, text)'::regprocedure")
        assert cursor.fetchone() == (True,)
