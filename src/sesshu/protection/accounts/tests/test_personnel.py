"""S04, control 26: a personnel file ends rights on their day; each row's fate is told, nothing is lost."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sesshu.kernel import clock
from sesshu.protection.accounts import personnel
from sesshu.protection.accounts.asking import NotAllowed
from sesshu.protection.accounts.models import Grant, PersonnelFile, Profile
from sesshu.protection.accounts.tests.conftest import TODAY
from sesshu.protection.actions import Action
from sesshu.protection.models import Account

HEAD = "職員番号,氏名,区分,異動年月日,異動後の所属"


def read(system, *rows, encoding="utf-8"):
    text = "\r\n".join([HEAD, *rows]) + "\r\n"
    made = personnel.read_file(text.encode(encoding), name="人事異動.csv", by=system)
    return [(row.number, row.fate, row.message) for row in made.rows.order_by("number")]


@pytest.fixture
def clerk(opened):
    return opened("clerk", employee_number="001", name="見本　花子")


def may(account, ahead):
    with clock.fixed(TODAY + timedelta(days=ahead)):
        return Account.objects.get(pk=account.pk).may(Action.LEDGER_READ)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_s04_a_transfer_in_the_file_ends_the_rights_the_day_before(system, clerk, encoding):
    ((number, fate, message),) = read(system, "001,見本 花子,異動,R8.12.1,税務課", encoding=encoding)
    assert (number, fate) == (2, "applied")
    assert "2026-11-30" in message
    assert (may(clerk, 10), may(clerk, 11)) == (True, False)
    assert Profile.objects.get(account=clerk).section == "税務課"


def test_s04_a_retirement_ends_id_and_rights_with_its_day(system, clerk):
    read(system, "001,見本花子,退職,2026-11-30,")
    assert (may(clerk, 10), may(clerk, 11)) == (True, False)
    assert Account.objects.get(pk=clerk.pk).serves_until == date(2026, 11, 30)


def test_a_second_reading_changes_nothing(system, clerk):
    row = "001,見本花子,異動,2026-12-01,税務課"
    read(system, row)
    before = Grant.objects.values_list("ends_on", flat=True).get(account=clerk)
    assert [fate for _, fate, _ in read(system, row, row)] == ["repeated", "repeated"]
    assert Grant.objects.values_list("ends_on", flat=True).get(account=clerk) == before


def test_each_row_has_its_fate_and_the_bad_do_not_stop_the_good(system, manager, clerk):
    Profile.objects.create(account=system, employee_number="900")
    fates = read(
        system,
        "777,知らない人,異動,2026-12-01,税務課",
        "888,新人,転入,2026-12-01,健康課",
        "001,別 人,異動,2026-12-01,税務課",
        "001,見本花子,出張,2026-12-01,税務課",
        "001,見本花子,異動,2026-13-45,税務課",
        ",見本花子,異動,2026-12-01,税務課",
        "900,試験 system,退職,2026-12-01,",
        "001,見本花子",
        "001,見本花子,休職,2026-12-05,",
    )
    found = {number: (fate, message) for number, fate, message in fates}
    assert found[2][0] == "stranger"
    assert found[3][0] == "asked"
    for row, words in (
        (4, "氏名と違います"),
        (5, "区分"),
        (6, "異動年月日"),
        (7, "職員番号"),
        (8, "自分の権限"),
        (9, "9行目"),
    ):
        assert found[row][0] == "rejected"
        assert words in found[row][1]
    assert found[10][0] == "applied"
    assert PersonnelFile.objects.get().counts == {"stranger": 1, "asked": 1, "rejected": 6, "applied": 1}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空"),
        (b"%PDF-1.7", "PDF"),
        ("職員番号,氏名\n1,2\n".encode(), "見出し"),
        (("\n".join([HEAD, *["1,2,異動,2026-12-01,x"] * 5001])).encode(), "行が多すぎます"),
    ],
)
def test_a_file_that_is_none_says_what_is_wrong(system, content, words):
    with pytest.raises(NotAllowed, match=words):
        personnel.read_file(content, name="x.csv", by=system)
    assert not PersonnelFile.objects.exists()


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cells=st.lists(st.text(max_size=40), min_size=5, max_size=5))
def test_whatever_stands_in_a_row_it_gets_a_fate(system, cells):
    row = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    content = f"{HEAD}\n{row}\n".encode("utf-8", "surrogatepass")
    try:
        made = personnel.read_file(content, name="x.csv", by=system)
    except NotAllowed:
        return
    assert all(each.fate and (each.message or each.fate == "applied") for each in made.rows.all())
