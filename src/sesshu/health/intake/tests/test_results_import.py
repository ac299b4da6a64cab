"""A clinic's file into the ledger (H07, H08): matching, fates, repetition."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sesshu.addressees.models import Addressee
from sesshu.health.intake.services import Report, import_results
from sesshu.health.intake.tests.people import CLINIC, file, person, row
from sesshu.health.ledger import services as ledger
from sesshu.health.ledger.models import Dose, Screening
from sesshu.health.providers.models import Provider
from sesshu.kernel import clock
from sesshu.protection.models import AuditEvent

pytestmark = pytest.mark.usefixtures("ise")


@pytest.fixture(autouse=True)
def today():
    with clock.fixed(date(2026, 11, 22)):
        yield


@pytest.fixture
def hana() -> Addressee:
    return person("0000000101", "見本 はな子", "ミホン ハナコ", date(2025, 8, 1))


def taken(tmp_path: Path, *rows: list[str], **options: object) -> Report:
    return import_results(
        file(tmp_path / "results.csv", *rows), provider_code=CLINIC, by=None, at=clock.now(), **options
    )


def test_a_dose_is_recorded_with_all_its_items(tmp_path: Path, hana: Addressee) -> None:
    """H02, H07, H22: lot, volume, route, doctor and institution stand in the ledger."""
    report = taken(tmp_path, row(接種部位="左上腕伸側", 受付番号="A-7"))
    assert (report.created, report.rejected) == (1, 0)
    dose = Dose.objects.get(addressee=hana)
    assert (dose.vaccine, dose.programme, dose.lot_number, str(dose.volume_ml)) == (
        "MR",
        "mr",
        "HF101",
        "0.50",
    )
    assert (dose.site, dose.receipt_number, dose.doctor) == ("左上腕伸側", "A-7", "例示 一郎")
    assert dose.provider
    assert dose.provider.code == CLINIC
    assert dose.publicly_funded
    assert not dose.group
    assert dose.source == "file"


def test_an_unknown_sender_is_registered_provisionally(tmp_path: Path, hana: Addressee) -> None:
    report = taken(tmp_path, row(医療機関コード="1310000009", 医療機関名="よその見本医院"))
    assert [warning.row for warning in report.warnings if warning.column == "医療機関コード"] == [0, 2]
    assert Provider.objects.get(code="1310000009").provisional
    assert Dose.objects.get().provider_name == "よその見本医院"


def test_the_same_file_again_adds_nothing(tmp_path: Path, hana: Addressee) -> None:
    taken(tmp_path, row())
    again = taken(tmp_path, row())
    assert (again.created, again.updated, again.unchanged, again.rejected) == (0, 0, 1, 0)
    assert Dose.objects.count() == 1


def test_a_changed_row_replaces_and_keeps_history(tmp_path: Path, hana: Addressee) -> None:
    """H01: the earlier record stays, voided and linked."""
    taken(tmp_path, row(ロット番号="HF101"))
    report = taken(tmp_path, row(ロット番号="HF102"))
    assert (report.created, report.updated) == (0, 1)
    old, new = Dose.objects.order_by("pk")
    assert old.is_void
    assert old.replaced_by == new
    assert new.lot_number == "HF102"
    assert not new.is_void
    back = taken(tmp_path, row(ロット番号="HF101"))
    assert (back.updated, back.unchanged) == (0, 1), "an older file does not undo a newer one"


def test_a_correction_by_hand_outlives_the_file(tmp_path: Path, hana: Addressee) -> None:
    taken(tmp_path, row())
    ledger.replace(Dose.objects.get(), reason="ロットの誤記", by=None, at=clock.now(), lot_number="HF999")
    assert taken(tmp_path, row()).unchanged == 1
    assert Dose.objects.get(voided_at__isnull=True).lot_number == "HF999"
    ledger.void(Dose.objects.get(voided_at__isnull=True), reason="別人", by=None, at=clock.now())
    assert taken(tmp_path, row()).unchanged == 1
    assert not Dose.objects.filter(voided_at__isnull=True).exists()


def test_a_second_copy_of_a_row_is_one_dose(tmp_path: Path, hana: Addressee) -> None:
    report = taken(tmp_path, row(), row())
    assert (report.created, report.unchanged, report.rejected) == (1, 1, 0)
    conflict = taken(tmp_path, row(接種年月日="2026-10-01"), row(接種年月日="2026-10-01", ロット番号="X"))
    assert (conflict.created, conflict.rejected) == (1, 1)
    assert "2行目と同じ接種ですが内容が違います" in conflict.errors[0].message


def test_screening_only_with_its_reason(tmp_path: Path, hana: Addressee) -> None:
    """H08: institution, doctor and 未接種理由."""
    report = taken(
        tmp_path,
        row(結果区分="2", ワクチンコード="", 未接種理由="発熱", 予診医師名="例示 二郎", ロット番号=""),
    )
    assert report.created == 1
    seen = Screening.objects.get(addressee=hana)
    assert (seen.reason, seen.screening_doctor) == ("fever", "例示 二郎")
    assert seen.screening_provider
    assert seen.screening_provider.code == CLINIC
    assert not Dose.objects.exists()


def test_number_must_agree_with_birth_and_kana(tmp_path: Path, hana: Addressee) -> None:
    report = taken(
        tmp_path, row(生年月日="2025-08-02"), row(氏名_読み仮名="ミホン タロウ", 接種年月日="2026-09-16")
    )
    assert (report.created, report.rejected) == (0, 2)
    assert "生年月日が違います" in report.errors[0].message
    assert "0000000101" in report.errors[0].message
    assert "氏名_読み仮名が違います" in report.errors[1].message


def test_kana_and_birth_find_one_person(tmp_path: Path, hana: Addressee) -> None:
    assert taken(tmp_path, row(宛名番号="", 氏名="", 氏名_読み仮名="ﾐﾎﾝ　はなこ")).created == 1
    assert Dose.objects.get().addressee == hana


def test_twins_are_never_matched_by_themselves(tmp_path: Path, hana: Addressee) -> None:
    person("0000000102", "見本 さく子", "ミホン サクコ", date(2025, 8, 1))
    report = taken(tmp_path, row(宛名番号="", 氏名_読み仮名="ミホン ハナ"))
    assert report.created == 0
    assert "宛名番号 0000000101、宛名番号 0000000102" in report.errors[0].message


def test_a_child_with_a_parents_kana_is_told_by_birth(tmp_path: Path, hana: Addressee) -> None:
    person("0000000001", "見本 花子", "ミホン ハナコ", date(1995, 3, 3))
    assert taken(tmp_path, row(宛名番号="")).created == 1
    assert Dose.objects.get().addressee == hana
    report = taken(tmp_path, row(宛名番号="", 生年月日="1995-03-04", 接種年月日="2026-09-17"))
    assert report.created == 0
    assert "0000000001" in report.errors[0].message


def test_namesakes_of_one_day_are_left_to_a_person(tmp_path: Path, hana: Addressee) -> None:
    person("0000000103", "見本 華子", "ミホン ハナコ", date(2025, 8, 1))
    report = taken(tmp_path, row(宛名番号=""))
    assert report.rejected == 1
    assert "複数います" in report.errors[0].message


def test_nobody(tmp_path: Path, hana: Addressee) -> None:
    report = taken(
        tmp_path, row(宛名番号="", 氏名="例示 無人", 氏名_読み仮名="レイジ ムジン", 生年月日="2001-01-01")
    )
    assert report.rejected == 1
    assert "該当する住民がいません" in report.errors[0].message


def test_good_rows_are_not_held_back_by_bad_ones(tmp_path: Path, hana: Addressee) -> None:
    bad = row(接種種類="mumps", 接種年月日="2026-09-20")
    report = taken(tmp_path, bad, row())
    assert (report.created, report.rejected) == (1, 1)
    assert (report.errors[0].row, report.errors[0].column) == (2, "接種種類")


def test_strict_holds_all_back(tmp_path: Path, hana: Addressee) -> None:
    report = taken(tmp_path, row(接種種類="mumps"), row(), strict=True)
    assert report.held_back
    assert report.created == 0
    assert not Dose.objects.exists()
    assert not Provider.objects.exists()


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"接種年月日": "2026-02-30"}, "接種年月日", "実在しない日付"),
        ({"接種年月日": "2026-12-01"}, "接種年月日", "未来の日付"),
        ({"接種年月日": "2025-07-31"}, "接種年月日", "生年月日"),
        ({"ワクチンコード": ""}, "ワクチンコード", "空です"),
        ({"ワクチンコード": "SALK"}, "ワクチンコード", "コードはありません"),
        ({"接種方法": "IV"}, "接種方法", "使えません"),
        ({"接種量": "500"}, "接種量", "mL"),
        ({"結果区分": ""}, "結果区分", "空です"),
        ({"宛名番号": "", "生年月日": ""}, "宛名番号", "本人を探せません"),
    ],
)
def test_bad_cells_are_named(
    tmp_path: Path, hana: Addressee, cells: dict[str, str], column: str, words: str
) -> None:
    report = taken(tmp_path, row(**cells))
    assert (report.created, report.rejected) == (0, 1)
    assert (report.errors[0].row, report.errors[0].column) == (2, column)
    assert words in report.errors[0].message


def test_rules_warn_and_the_dose_is_kept_as_it_is(tmp_path: Path, hana: Addressee) -> None:
    """A dose at 11 months is too early for 第1期 and is recorded all the same."""
    report = taken(tmp_path, row(接種年月日="2026-07-01"))
    assert report.created == 1
    assert report.rejected == 0
    assert any(warning.row == 2 and "早すぎ" in warning.message for warning in report.warnings)


def test_a_wrong_vaccine_is_recorded_as_the_fact_that_it_is(tmp_path: Path, hana: Addressee) -> None:
    report = taken(tmp_path, row(ワクチンコード="BCG"))
    assert report.created == 1
    assert any("間違い接種" in warning.message for warning in report.warnings)
    dose = Dose.objects.get()
    assert (dose.programme, dose.vaccine) == ("mr", "BCG")


def test_an_expired_lot_is_warned_of_once(tmp_path: Path, hana: Addressee) -> None:
    report = taken(tmp_path, row(有効期限="2026-06-30"))
    assert report.created == 1
    assert len([warning for warning in report.warnings if "有効期限" in warning.message]) == 1


def test_dates_outside_the_residence_are_warned_of(tmp_path: Path) -> None:
    person(
        "0000000101",
        "見本 はな子",
        "ミホン ハナコ",
        date(2025, 8, 1),
        status="3",
        removed_on=date(2026, 9, 1),
    )
    report = taken(tmp_path, row())
    assert report.created == 1
    assert any("死亡の日" in warning.message for warning in report.warnings)


def test_a_dose_known_from_another_clinic_is_not_doubled(tmp_path: Path, hana: Addressee) -> None:
    taken(tmp_path, row())
    report = taken(tmp_path, row(医療機関コード="2410000002", 医療機関名="見本第二医院"))
    assert report.created == 0
    assert "同じ日に同じワクチン" in report.errors[0].message


def test_the_import_is_audited_without_names(tmp_path: Path, hana: Addressee) -> None:
    taken(tmp_path, row())
    event = AuditEvent.objects.get(action="results.import")
    assert event.subjects == [hana.pk]
    assert event.detail["created"] == 1
    assert "ハナコ" not in str(event.detail)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"ワクチンコード": "MMR"}, "ワクチンコード"),
        ({"接種年月日": "2025-07-31"}, "接種年月日"),
        ({"接種年月日": "2026-11-23"}, "接種年月日"),
        ({"生年月日": "不詳"}, "生年月日"),
        ({"接種種類": "mmr"}, "接種種類"),
    ],
)
def test_bad_cells_are_told_by_row_and_column_and_the_good_row_is_taken(
    tmp_path: Path, hana: Addressee, cells: dict[str, str], column: str
) -> None:
    """H05, H07: an unknown product or programme, a day before birth or in the future, a birth in words."""
    report = taken(tmp_path, row(), row(**cells))
    assert (report.created, report.rejected) == (1, 1)
    assert {(error.row, error.column) for error in report.errors} == {(3, column)}
