"""N03, M17: the list says what the order says, is looked over, published in versions and matched strictly."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sesshu.kernel import clock
from sesshu.network import core, differences, list_file, lists
from sesshu.network.choices import Kind
from sesshu.network.list_file import SHIPPED, BadList
from sesshu.network.matching import Matcher
from sesshu.network.models import ListVersion
from sesshu.network.tests import members
from sesshu.network.tests.conftest import KOFU, TODAY, Net
from sesshu.protocol import codes, messages
from sesshu.protocol.messages import PermissionList, PermitRequest, Row

ORDER = Path(__file__).parents[5] / "shared" / "law" / "information-provision-order-extract.md"
ROWS = list_file.read().rows()
_IROHA = "イロハニホヘトチリヌ"


def order() -> str:
    if not ORDER.exists():
        pytest.skip("the text of the order is not beside this checkout")
    return ORDER.read_text(encoding="utf-8")


def provisions(text: str) -> set[str]:
    """Every leaf of articles 27 to 31, 155 and 156: 第三十条第三号ホ."""
    found: set[str] = set()
    article = number = ""
    for line in text.splitlines():
        if heading := re.match(r"\*\*(第[一二三四五六七八九十百]+条)\*\*", line):
            article, number = heading[1], ""
            found.add(article)
        elif numbered := re.match(r"- ([一二三四五六七八九])　", line):
            found.discard(article)
            number = f"{article}第{numbered[1]}号"
            found.add(number)
        elif lettered := re.match(rf"  - ([{_IROHA}])　", line):
            found.discard(number)
            found.add(f"{number}{lettered[1]}")
    return found


def table(text: str) -> dict[str, list[str]]:
    """Cells of each item of the table, by its number in kanji; its cells are merged downwards."""
    found: dict[str, list[str]] = {}
    item = ""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or len(cells) != 4 or "---" in cells[0]:
            continue
        if begun := re.match(r"([一二三四五六七八九十百]+)　(.*)", cells[0]):
            item = begun[1]
            found[item] = [begun[2]]
            cells = cells[1:]
        if item:
            found[item] += [cell for cell in cells if cell]
    return found


def test_m17_every_item_of_the_order_is_there_and_no_other() -> None:
    items = table(order())
    assert set(items) == {"二十五", "二十六", "二十七", "二十八", "二十九", "百五十三", "百五十四"}
    assert {list_file.kanji(int(row.item.split("-")[0])) for row in ROWS} == set(items)


def test_every_provision_of_the_order_has_its_part_and_no_part_has_none() -> None:
    found = {row.legal_basis.split("、")[-1] for row in ROWS}
    law = provisions(order())
    assert len(law) > 25
    assert found == law


def test_inquirers_and_providers_are_those_of_the_table() -> None:
    for kanji, cells in table(order()).items():
        rows = [row for row in ROWS if f"表{kanji}の項" in row.legal_basis]
        inquirers = {Kind(row.inquirer_kind).label for row in rows}
        providers = {Kind(row.provider_kind).label for row in rows}
        assert inquirers == set(re.split("、|又は", cells[0])), kanji
        named = {
            name
            for cell in cells[2:]
            if not cell.endswith("もの")
            for name in ([cell] if cell in Kind.labels else re.split("、|又は", cell))
        }
        assert providers == named, kanji


def test_a_part_asks_its_provider_for_what_the_table_says() -> None:
    """The table's cells come in pairs of provider and information; each pair has its rows."""
    for kanji, cells in table(order()).items():
        texts = cells[2:]
        for provider, information in zip(texts[::2], texts[1::2], strict=True):
            names = [provider] if provider in Kind.labels else re.split("、|又は", provider)
            rows = [row for row in ROWS if f"表{kanji}の項" in row.legal_basis]
            for name in names:
                here = [row for row in rows if Kind(row.provider_kind).label == name]
                said = {row.information_name for row in here}
                assert any(_speaks_of(information, each) for each in said), (kanji, name, information, said)


def _speaks_of(law: str, name: str) -> bool:
    words = re.sub("(関係)?情報.*$|に関する.*$|による.*$", "", name)
    return words in law or any(
        word in law for word in ("医療に関する給付",) if name.endswith("支給に関する情報")
    )


def test_the_vaccination_records_are_asked_under_25_1() -> None:
    found = [row for row in ROWS if row.item == "25-1" and row.provider_kind == Kind.MUNICIPALITY]
    assert [(row.information, row.inquirer_kind) for row in found] == [(codes.VACCINATION, "municipality")]
    assert found[0].fields == (
        "programme", "disease", "dose_number", "administered_on", "vaccine", "manufacturer", "lot",
        "volume_ml", "route", "site", "provider", "doctor", "legal_class", "note",
    )  # fmt: skip


def test_the_file_says_that_its_codes_are_assumed() -> None:
    found = list_file.read()
    assert "公開されていない" in found.assumed
    assert "【前提】" in SHIPPED.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("number", "text"), [(1, "一"), (10, "十"), (25, "二十五"), (153, "百五十三"), (200, "二百")]
)
def test_numbers_as_the_law_writes_them(number: int, text: str) -> None:
    assert list_file.kanji(number) == text


def spoilt(tmp_path: Path, before: str, after: str) -> list[str]:
    text = SHIPPED.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "list.yaml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(BadList) as refused:
        list_file.read(path)
    return refused.value.faults


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("JM00000000000025", "JM25", "コードまたは名前の形"),
        ("JM00000000000026", "JM00000000000025", "二つの項"),
        ("JT00000000002601: ", "JT00000000002501: ", "二つの項"),
        ("- item: 26", "- item: 25", "25の項が二度"),
        ("providers: [prefecture], information", "providers: [village], information", "選べるもの"),
        ("providers: [insurer]", "providers: []", "空です"),
        ("providers: [insurer]", "providers: [insurer, insurer]", "27-1: 提供者の種別 insurer が二度"),
        ("information: TM00000000000902}", "information: TM00000000000999}", "25-2: information に"),
        ("part: 2, procedure: JT00000000002501", "part: 2, procedure: JT00000000002601", "25-2: この項の"),
        ("part: 2, procedure: JT00000000002501", "part: 1, procedure: JT00000000002501", "25-1: 同じ番号"),
        ("basis: 第二十七条第二号", "basis: 27条2号", "25-2: 根拠"),
        ("basis: 第二十七条第二号,", "", "basis がありません"),
        ("basis: 第二十七条第二号,", "basis: 第二十七条第二号, bases: x,", "bases という項目はありません"),
        ("basis: 第二十七条第二号,", "basis: 第二十七条第二号, ends_on: 2020-01-01,", "25-2: 終了日"),
        ("starts_on: 2026-06-14", "starts_on: 令和8年", "日付"),
        ("fields: disability_certificate}", "fields: certificate}", "field_sets に「certificate」"),
        ("[bank, branch,", "[bank, bank,", "項目「bank」が二度"),
        ("[bank, branch,", "[Bank, branch,", "コードまたは名前の形"),
        ("  TM00000000000911:", "  TM00000000000910:", "二度あります"),
        ("  - item: 26", " - item: 26", "YAML の書き方"),
        ("items:", "rows:", "items がありません"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(tmp_path: Path, before: str, after: str, said: str) -> None:
    faults = spoilt(tmp_path, before, after)
    assert any(said in fault for fault in faults), faults


def test_the_line_of_a_mistake_is_told(tmp_path: Path) -> None:
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    wanted = next(number for number, line in enumerate(lines, 1) if "JM00000000000027" in line)
    (fault,) = spoilt(tmp_path, "JM00000000000027", "JM27")
    assert fault.startswith(f"{wanted}行目")


@pytest.mark.parametrize("content", [b"", b"[]", b"x", b"\xff\xfe", b"items: *x", b"- &a [*a]"])
def test_what_is_no_list_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.yaml"
    path.write_bytes(content)
    with pytest.raises(BadList):
        list_file.read(path)
    with pytest.raises(BadList, match="読めません"):
        list_file.read(tmp_path / "missing.yaml")


def test_n03_the_list_is_given_out_signed(net: Net) -> None:
    said = members.verified(net.ise.ask("/v1/list", {})["list"], messages.LIST)
    found = PermissionList(**said)
    assert (found.version, found.rows) == (1, ROWS)


def test_a_new_version_is_in_force_from_its_day_and_the_old_one_stays(net: Net) -> None:
    own, _ = net.both()
    tomorrow = TODAY + timedelta(days=1)
    fewer = [row for row in ROWS if row.item != "25-1"]
    with core.acting():
        lists.publish(fewer, starts_on=tomorrow)
    assert net.ise.permits_for(net.ise.request(KOFU, own))[0]["refusal"] is None
    with clock.fixed(tomorrow):
        in_step = net.ise.request(KOFU, own, list_version=2)
        answers = net.ise.permits_for(net.ise.request(KOFU, own), in_step)
        said = members.verified(net.ise.ask("/v1/list", {})["list"], messages.LIST)
    assert [each["refusal"] for each in answers] == ["list_out_of_step", "not_listed"]
    assert said["version"] == 2
    assert lists.rows_of(1) == ROWS
    assert next(differences.between(lists.rows_of(1), lists.rows_of(2))).startswith("- 25-1")


def test_a_version_before_its_forerunner_or_without_a_change_is_not_published(net: Net) -> None:
    with core.acting():
        for rows, day, said in (
            (ROWS[:3], date(2026, 6, 13), "以後"),
            (ROWS, TODAY, "変わったところ"),
            ((), TODAY, "行がありません"),
        ):  # fmt: skip
            with pytest.raises(lists.NotPublished, match=said):
                lists.publish(rows, starts_on=day)
    assert ListVersion.objects.count() == 1


def test_without_a_list_there_is_no_permit(db: None) -> None:
    from sesshu.network.tests.conftest import ISE

    ise, kofu = members.join(ISE), members.join(KOFU)
    assert members.post("/v1/list", {}, ise.der)[0] == 404
    (answer,) = ise.permits_for(ise.request(kofu.code, "c" + "a" * 58))
    assert answer["refusal"] == "list_out_of_step"


def test_a_change_of_a_row_is_shown_field_by_field() -> None:
    changed = ROWS[0].model_copy(update={"fields": ("lot",), "ends_on": date(2027, 3, 31)})
    assert list(differences.between(ROWS, (changed, *ROWS[1:]))) == [
        f"! {ROWS[0].item} 提供項目: {'、'.join(ROWS[0].fields)} → lot",
        f"! {ROWS[0].item} 終了日: なし → 2027-03-31",
    ]
    assert list(differences.between(ROWS, ROWS)) == []


_PARTS = {
    "item": ["25-1", "25-2", "153-1", "25-10"],
    "work": ["JM00000000000025", "JM00000000000153"],
    "procedure": ["JT00000000002501", "JT00000000015301"],
    "information": [codes.VACCINATION, "TM00000000000901"],
}
_KINDS = st.sampled_from([Kind.MUNICIPALITY, Kind.PREFECTURE])
_DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@st.composite
def rows(draw: st.DrawFn) -> Row:
    starts = draw(_DAYS)
    return Row(
        inquirer_kind=draw(_KINDS), provider_kind=draw(_KINDS), information_name="名", legal_basis="根拠",
        fields=("lot",), starts_on=starts, ends_on=draw(st.none() | st.dates(starts, date(2028, 1, 1))),
        **{name: draw(st.sampled_from(values)) for name, values in _PARTS.items()},
    )  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(rows(), max_size=12),
    st.fixed_dictionaries({name: st.sampled_from(values) for name, values in _PARTS.items()}),
    _KINDS, _KINDS, _DAYS,
)  # fmt: skip
def test_a_request_is_allowed_if_and_only_if_a_row_says_so(
    known: list[Row], parts: dict[str, str], inquirer: Kind, provider: Kind, on: date
) -> None:
    asked = PermitRequest(
        processing_number="p" + "0" * 32, code="c" + "a" * 58, provider=KOFU, list_version=1, **parts
    )
    allowing = [
        row
        for row in known
        if all(getattr(row, name) == value for name, value in parts.items())
        and (row.inquirer_kind, row.provider_kind) == (inquirer, provider)
        and row.starts_on <= on <= (row.ends_on or date.max)
    ]
    found = Matcher(known).find(asked, inquirer, provider, on)
    assert (found in allowing) if allowing else found is None


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ROWS), st.sampled_from(sorted(_PARTS)), st.data())
def test_one_wrong_part_and_the_shipped_list_allows_nothing(row: Row, name: str, data: st.DataObject) -> None:
    parts = {each: getattr(row, each) for each in _PARTS}
    good = PermitRequest(
        processing_number="p" + "0" * 32, code="c" + "a" * 58, provider=KOFU, list_version=1, **parts
    )
    matcher = Matcher(ROWS)
    assert matcher.find(good, row.inquirer_kind, row.provider_kind, TODAY) == row
    assert matcher.find(good, row.inquirer_kind, row.provider_kind, row.starts_on - timedelta(days=1)) is None
    other = data.draw(
        st.sampled_from([getattr(each, name) for each in ROWS]).filter(lambda v: v != parts[name])
    )
    wrong = good.model_copy(update={name: other})
    found = matcher.find(wrong, row.inquirer_kind, row.provider_kind, TODAY)
    assert found is None or found != row
