"""A02, A03: whatever is wrong with a resident file is named with row, column and remedy; good rows go in."""

import json
from datetime import date

import pytest

from sesshu.addressees.importing import UnreadableFile, import_residents
from sesshu.addressees.models import Addressee, AddresseeVersion, ProtectiveMeasure
from sesshu.addressees.tests.feed_files import change, resident, take, write
from sesshu.config import cli
from sesshu.kernel import clock
from sesshu.kernel.check_digits import individual_number_check_digit
from sesshu.protection.models import AuditEvent

FIRST11 = "12345678901"
INDIVIDUAL_NUMBER = f"{FIRST11}{individual_number_check_digit(FIRST11)}"
REMEDY = ("ください", "取り込めません")


@pytest.fixture(autouse=True)
def the_day(ise):
    with clock.fixed(date(2026, 11, 22)):
        yield


@pytest.fixture
def path(tmp_path):
    return tmp_path / "residents.csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_encodings(path, encoding):
    assert take(path, [resident(1), resident(2)], encoding=encoding).created == 2
    assert Addressee.objects.get(number="0000000001").name == "見本　花子"


def test_names_with_variation_selectors_stay_whole(path):
    name = "見本\U000e0101　邊\U000e0100子"
    take(path, [resident(1, 氏名=name)])
    found = Addressee.objects.get()
    assert found.name == name
    assert "\U000e0100" not in found.name_key


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "PDF"),
        (b"", "空"),
        (b"PK\x03\x04xlsx", "Excel"),
        ("宛名番号,氏名\n1,見本\n".encode(), "生年月日"),
    ],
    ids=["a-pdf-named-csv", "empty", "excel", "columns-missing"],
)
def test_files_that_are_no_feed_are_refused(path, content, words):
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=words) as refusal:
        import_residents(by=None, at=clock.now(), path=path)
    assert "ください" in str(refusal.value)


def test_a_missing_column_is_named(path):
    with pytest.raises(UnreadableFile, match="生年月日_不詳表記"):
        take(path, [resident(1)], drop="生年月日_不詳表記")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="ありません"):
        import_residents(by=None, at=clock.now(), path=tmp_path / "nothing.csv")


BAD_CELLS = [
    ({"生年月日": "2018-02-30"}, "生年月日"),
    ({"生年月日": "平成30年"}, "生年月日"),
    ({"生年月日": "2026-11-23", "住民となった年月日": ""}, "生年月日"),
    ({"生年月日": ""}, "生年月日"),
    ({"生年月日": "", "生年月日_不詳フラグ": "1"}, "生年月日_不詳表記"),
    ({"生年月日_不詳フラグ": "1", "生年月日_不詳表記": "平成30年頃"}, "生年月日"),
    ({"性別": "3"}, "性別"),
    ({"宛名種別": "9"}, "宛名種別"),
    ({"宛名番号": ""}, "宛名番号"),
    ({"宛名番号": "00 01"}, "宛名番号"),
    ({"氏名": "　"}, "氏名"),
    ({"氏名": "見" * 101}, "氏名"),
    ({"氏名": "あ" * 20_000_000}, "氏名"),
    ({"氏名": "見" + "\U000e0100" * 400}, "氏名"),
    ({"住民状態": "7"}, "住民状態"),
    ({"住民状態": "2", "消除年月日": "2018-03-31"}, "消除年月日"),
    ({"住民状態": "3", "消除年月日": "2026-12-01"}, "消除年月日"),
    ({"住民となった年月日": "2018-03-31"}, "住民となった年月日"),
    ({"住所_市区町村コード": "242038"}, "住所_市区町村コード"),
    ({"住所_郵便番号": "516-000"}, "住所_郵便番号"),
    ({"住所_町字コード": "1"}, "住所_町字コード"),
    ({"電話番号": "TEL 0599"}, "電話番号"),
    ({"課税非課税区分": "x"}, "課税非課税区分"),
    ({"支援措置終了日": "2026-01-01"}, "支援措置開始日"),
    ({"支援措置開始日": "2026-02-01", "支援措置終了日": "2026-01-01"}, "支援措置終了日"),
    ({"住所_方書": f"見本荘{INDIVIDUAL_NUMBER}"}, "住所_方書"),
    ({"氏名": INDIVIDUAL_NUMBER}, "氏名"),
    ({"続柄": f"{INDIVIDUAL_NUMBER[:4]}-{INDIVIDUAL_NUMBER[4:8]}-{INDIVIDUAL_NUMBER[8:]}"}, "続柄"),
    ({"電話番号": INDIVIDUAL_NUMBER}, "電話番号"),
    ({"地区": INDIVIDUAL_NUMBER.translate(str.maketrans("0123456789", "０１２３４５６７８９"))}, "地区"),
]


@pytest.mark.parametrize(
    ("cells", "column"), BAD_CELLS, ids=[f"{n}-{c}" for n, (_, c) in enumerate(BAD_CELLS)]
)
def test_a_bad_row_is_named_and_the_good_ones_go_in(path, cells, column):
    report = take(path, [resident(1), resident(2, **cells), resident(3)])
    assert (report.created, report.rejected) == (2, 1)
    assert [(error.row, error.column) for error in report.errors] == [(3, column)]
    assert report.errors[0].message.startswith("3行目")
    assert any(words in report.errors[0].message for words in REMEDY)
    assert sorted(Addressee.objects.values_list("number", flat=True)) == ["0000000001", "0000000003"]


def test_all_errors_of_a_row_are_told(path):
    report = take(path, [resident(1, 性別="9", 生年月日="2018-02-30", 住所_郵便番号="1")])
    assert {error.column for error in report.errors} == {"性別", "生年月日", "住所_郵便番号"}
    assert report.rejected == 1


def test_twelve_digits_that_are_a_number_of_ours_are_taken(path):
    report = take(path, [resident(INDIVIDUAL_NUMBER, 世帯番号=INDIVIDUAL_NUMBER)])
    assert report.created == 1


def test_twelve_digits_without_the_check_digit_are_no_individual_number(path):
    wrong = FIRST11 + str((int(INDIVIDUAL_NUMBER[-1]) + 1) % 10)
    assert take(path, [resident(1, 住所_方書=wrong)]).created == 1


def test_the_message_never_repeats_an_individual_number(path):
    report = take(path, [resident(1, 住所_方書=INDIVIDUAL_NUMBER)])
    assert INDIVIDUAL_NUMBER not in json.dumps(report.data(), ensure_ascii=False)


def test_unknown_birth_is_kept_in_words(path):
    row = resident(1, 生年月日="", 生年月日_不詳フラグ="1", 生年月日_不詳表記="昭和10年頃")
    assert take(path, [row]).created == 1
    found = Addressee.objects.get()
    assert (found.birth_date, found.birth_date_text) == (None, "昭和10年頃")


def test_a_business_needs_no_birth(path):
    row = resident(1, 宛名種別="4", 氏名="見本商店", 性別="0", 生年月日="", 住民となった年月日="")
    assert take(path, [row]).created == 1


def test_a_second_copy_names_the_first(path):
    report = take(path, [resident(1), resident(2), resident(1, 電話番号="")])
    assert report.created == 2
    assert [(error.row, error.column) for error in report.errors] == [(4, "宛名番号")]
    assert "2行目" in report.errors[0].message


def test_twins_are_two_people(path):
    rows = [resident(1, 氏名="見本　一", 氏名_読み仮名="ミホン　ハジメ"), resident(2)]
    assert take(path, rows).created == 2
    assert Addressee.objects.filter(birth_date=date(2018, 4, 1)).count() == 2


def test_a_child_with_a_parents_kana_is_another_person(path):
    parent = resident(1, 氏名="見本　華子", 生年月日="1990-01-01", 住民となった年月日="1990-01-01")
    assert take(path, [parent, resident(2)]).created == 2


def test_another_person_under_a_known_number_is_refused(path):
    take(path, [resident(1)])
    other = resident(1, 氏名="試験　次郎", 氏名_読み仮名="シケン　ジロウ", 性別="1", 生年月日="1980-05-05",
                     住民となった年月日="1980-05-05")  # fmt: skip
    report = take(path, [other, resident(2)])
    assert (report.created, report.rejected) == (1, 1)
    assert report.errors[0].column == "宛名番号"
    assert Addressee.objects.get(number="0000000001").name == "見本　花子"


@pytest.mark.parametrize("same", ["氏名", "性別", "生年月日"])
def test_one_item_in_common_is_the_same_person(path, same):
    take(path, [resident(1)])
    other = {"氏名": "試験　次郎", "氏名_読み仮名": "シケン　ジロウ", "性別": "1", "生年月日": "1980-05-05"}
    kept = {"氏名", "氏名_読み仮名"} if same == "氏名" else {same}
    cells = {name: text for name, text in other.items() if name not in kept}
    assert take(path, [resident(1, **cells)]).updated == 1


def test_removed_without_a_day_is_a_warning(path):
    report = take(path, [resident(1, 住民状態="2")])
    assert report.created == 1
    assert [(each.row, each.column) for each in report.warnings] == [(2, "消除年月日")]


def test_protected_without_a_beginning_is_protected_from_today(path):
    report = take(path, [resident(1, 支援措置区分="1")])
    assert report.created == 1
    assert [each.column for each in report.warnings] == ["支援措置開始日"]
    assert ProtectiveMeasure.objects.get().starts_on == date(2026, 11, 22)
    again = take(path, [resident(1, 支援措置区分="1"), resident(2)])
    assert (again.unchanged, ProtectiveMeasure.objects.count()) == (1, 1)


def test_strict_holds_the_good_rows_back(path):
    report = take(path, [resident(1), resident(2, 性別="9")], strict=True)
    assert (report.created, report.rejected, report.held_back) == (0, 1, 1)
    assert not Addressee.objects.exists()
    assert AuditEvent.objects.get(action="residents.import").result == "held back"


def test_strict_holds_back_when_matching_refuses(path):
    take(path, [resident(1)])
    other = resident(1, 氏名="試験　次郎", 氏名_読み仮名="シケン　ジロウ", 性別="1", 生年月日="1980-05-05")
    assert take(path, [resident(2), other], strict=True).held_back == 1
    assert Addressee.objects.count() == 1


def test_a_change_number_of_someone_else_is_refused(path):
    take(path, [change("A1", "2026-11-01", number=1)])
    report = take(path, [change("A1", "2026-11-02", number=2)])
    assert [(each.row, each.column) for each in report.errors] == [(2, "異動番号")]
    assert Addressee.objects.count() == AddresseeVersion.objects.count() == 1


def test_a_change_in_the_future_is_refused(path):
    report = take(path, [change("A1", "2026-11-23")])
    assert [(each.row, each.column) for each in report.errors] == [(2, "異動年月日")]


def test_the_command_line_tells_counts_and_refusals(path, capsys, monkeypatch):
    monkeypatch.setattr(cli, "_prepare_database", lambda *given: None)
    write(path, [resident(1), resident(2, 性別="9")])
    assert cli.main(["residents", "import", str(path), "--municipality", "242039", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert {name: answer[name] for name in ("rows", "created", "updated", "unchanged", "rejected")} == {
        "rows": 2, "created": 1, "updated": 0, "unchanged": 0, "rejected": 1,
    }  # fmt: skip
    assert answer["errors"][0].keys() == {"row", "column", "message"}
    for words in (["--municipality", "242038"], ["--municipality", "242039", "--wrong"]):
        assert cli.main(["residents", "import", str(path), *words]) == 2
    path.write_bytes(b"%PDF-1.4")
    assert cli.main(["residents", "import", str(path), "--municipality", "242039", "--json"]) == 2
    assert "PDF" in json.loads(capsys.readouterr().out.splitlines()[-1])["error"]
