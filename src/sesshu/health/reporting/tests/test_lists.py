"""未接種者一覧 and 接種名簿: who stands on them, what a file holds, what is logged (H03, H06)."""

from __future__ import annotations

import argparse
import csv
import io
import random
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import pyzipper
from openpyxl import load_workbook

from sesshu.addressees.models import Addressee
from sesshu.health.eligibility.models import Window
from sesshu.health.ledger.models import Dose
from sesshu.health.providers.models import Provider
from sesshu.health.reporting import cli, exports, roster, services, unvaccinated
from sesshu.health.reporting.listings import Listing
from sesshu.health.reporting.roster import RosterConditions
from sesshu.health.reporting.unvaccinated import UnvaccinatedConditions
from sesshu.kernel.masking import HIDDEN
from sesshu.protection import audit
from sesshu.protection.models import AuditEvent

from .conftest import SECRETS, TODAY, MakeDose, MakePerson

FORMATS = ("csv", "xlsx", "pdf")
INDIVIDUAL_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")


def due(person: Addressee, **fields: object) -> Window:
    """A stored span in which the person's first MR dose is due."""
    values = {
        "programme": "mr",
        "kind": "due",
        "starts_on": date(2026, 5, 9),
        "ends_on": date(2027, 5, 9),
        "last_day": date(2027, 5, 9),
        "recommended_to": date(2026, 8, 9),
        "dose_number": 1,
        "dose_label": "1期",
    } | fields
    return Window.objects.create(addressee=person, **values)


def text_of(path: Path) -> str:
    """All that a reader can find in the file."""
    if path.suffix == ".csv":
        return path.read_text(encoding="utf-8-sig")
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    with pypdfium2.PdfDocument(path) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return "\n".join(pages).replace("\r", "").replace("\n", "")


def whole_period(**fields: object) -> RosterConditions:
    return RosterConditions(date(2025, 3, 1), date(2026, 11, 22), **fields)  # type: ignore[arg-type]


def numbers(listing: Listing) -> list[int]:
    return [row.addressee_id for row in listing.rows()]


def test_h06_those_are_listed_whose_dose_is_due_on_the_day(person: MakePerson) -> None:
    listed = person(name_kana="ア")
    due(listed)
    later, over, done, other = person(), person(), person(), person()
    due(later, starts_on=date(2026, 11, 23))
    due(over, ends_on=date(2026, 11, 21))
    due(done, kind="complete")
    due(other, programme="varicella")
    for fields in (
        {"status": "2"},
        {"status": "3"},
        {"kind": "2"},
        {"resident_since": date(2026, 12, 1)},
        {"merged_into": listed},
    ):
        due(person(**fields))
    assert numbers(unvaccinated.listing(UnvaccinatedConditions("mr", TODAY))) == [listed.pk]
    assert set(numbers(unvaccinated.listing(UnvaccinatedConditions("mr", date(2026, 11, 23))))) == {
        listed.pk,
        later.pk,
    }


def test_h06_the_list_is_narrowed_by_district_birth_dose_and_nearing_end(person: MakePerson) -> None:
    first = person(district="宮川地区", birth_date=date(2025, 1, 1))
    second = person(district="二見地区", birth_date=date(2025, 6, 1))
    due(first, last_day=date(2026, 12, 22))
    due(second, last_day=date(2027, 3, 31), dose_label="2期")

    def found(**fields: object) -> list[int]:
        return numbers(unvaccinated.listing(UnvaccinatedConditions("mr", TODAY, **fields)))  # type: ignore[arg-type]

    assert found(district="宮川地区") == [first.pk]
    assert found(born_from=date(2025, 5, 1)) == [second.pk]
    assert found(born_to=date(2025, 5, 1)) == [first.pk]
    assert found(dose="2期") == [second.pk]
    assert found(closes_within_months=1) == [first.pk]
    assert found(closes_within_months=0) == []
    assert len(found(closes_within_months=6)) == 2


def test_h06_a_district_finds_no_protected_person(protected: Addressee, person: MakePerson) -> None:
    due(protected)
    other = person(district="宮川地区")
    due(other)
    narrowed = UnvaccinatedConditions("mr", TODAY, district="宮川地区")
    assert numbers(unvaccinated.listing(narrowed)) == [other.pk]
    assert len(numbers(unvaccinated.listing(UnvaccinatedConditions("mr", TODAY)))) == 2


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({}, lambda d: True),
        ({"programme": "rota"}, lambda d: d.programme == "rota"),
        ({"provider_code": "2410000001"}, lambda d: d.provider and d.provider.code == "2410000001"),
        ({"setting": "group"}, lambda d: d.group),
        ({"setting": "individual"}, lambda d: not d.group),
        ({"outside": True}, lambda d: d.outside_municipality),
        ({"outside": False}, lambda d: not d.outside_municipality),
        ({"routine": True}, lambda d: hasattr(d, "verdict") and d.verdict.routine),
        ({"routine": False}, lambda d: hasattr(d, "verdict") and not d.verdict.routine),
    ],
)
def test_h03_the_roster_holds_the_doses_asked_for(city: random.Random, fields, kept) -> None:  # type: ignore[no-untyped-def]
    conditions = RosterConditions(date(2025, 10, 1), date(2026, 3, 31), **fields)
    by_hand = [
        given.addressee_id
        for given in Dose.objects.select_related("verdict", "provider")
        if not given.voided_at and date(2025, 10, 1) <= given.date <= date(2026, 3, 31) and kept(given)
    ]
    assert by_hand
    assert sorted(numbers(roster.listing(conditions))) == sorted(by_hand)


@pytest.mark.parametrize("form", FORMATS)
def test_h03_no_file_tells_where_a_protected_person_lives(
    city: random.Random, tmp_path: Path, form: str
) -> None:
    out = tmp_path / f"名簿.{form}"
    listing = roster.listing(whole_period(programme="mr"))
    assert any(row.is_protected for row in listing.rows())
    services.export_now(listing, out, by=None)
    text, raw = text_of(out), out.read_bytes()
    assert "守秘" in text
    assert "見本町" in text
    assert HIDDEN in text
    for secret in SECRETS:
        assert secret not in text
        assert secret.encode() not in raw


@pytest.mark.parametrize("form", FORMATS)
def test_h06_no_file_of_unvaccinated_tells_where_a_protected_person_lives(
    protected: Addressee, tmp_path: Path, form: str
) -> None:
    due(protected)
    out = tmp_path / f"未接種.{form}"
    services.export_now(unvaccinated.listing(UnvaccinatedConditions("mr", TODAY)), out, by=None)
    text = text_of(out)
    assert "守秘" in text
    for secret in SECRETS:
        assert secret not in text
    assert not INDIVIDUAL_NUMBER.search(text) or form == "xlsx"


def test_h03_texts_of_a_file_are_no_formulas(
    city: random.Random, person: MakePerson, dose: MakeDose, tmp_path: Path
) -> None:
    risky = person(name='=HYPERLINK("http://example.invalid")', building="+1-2", name_kana="@ｱ")
    dose(risky, lot_number="-LOT", doctor="=1+1", date=date(2026, 11, 1))
    listing = roster.listing(whole_period())
    services.export_now(listing, tmp_path / "a.csv", by=None)
    services.export_now(listing, tmp_path / "a.xlsx", by=None)
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert '\'=HYPERLINK("http://example.invalid")' in cells
    assert not [
        cell for cell in cells if re.match(r"[=+\-@＝＋－＠]", cell) and not re.fullmatch(r"-?[\d.]+", cell)
    ]
    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    values = {cell.value for row in sheet.iter_rows() for cell in row}
    assert {'=HYPERLINK("http://example.invalid")', "=1+1", "-LOT", "=cmd|見本会場"} <= values


def test_h03_a_workbook_keeps_numbers_as_text_and_days_as_days(
    person: MakePerson, dose: MakeDose, tmp_path: Path
) -> None:
    dose(person(name="吉\U000e0101田\x02 花子"))
    services.export_now(roster.listing(whole_period()), tmp_path / "a.xlsx", by=None)
    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    assert sheet.freeze_panes == "A2"
    heads = [cell.value for cell in sheet[1]]
    row = dict(zip(heads, [cell.value for cell in sheet[2]], strict=True))
    assert row["宛名番号"] == "0000000001"
    assert row["接種年月日"].date() == date(2026, 6, 1)
    assert row["氏名"] == "吉\U000e0101田 花子"


@pytest.mark.parametrize("form", FORMATS)
def test_h03_every_export_logs_whose_rows_it_holds(
    city: random.Random, clerk: object, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "SUBJECTS_LISTED", 70)
    before = AuditEvent.objects.count()
    listing = roster.listing(whole_period())
    count = services.export_now(listing, tmp_path / f"a.{form}", by=clerk)  # type: ignore[arg-type]
    events = list(AuditEvent.objects.order_by("pk")[before:])
    assert {event.action for event in events} == {"roster.export"}
    assert sorted(pk for event in events for pk in event.subjects) == sorted(numbers(listing))
    assert sum(event.count for event in events) == count == listing.count() > 300
    assert len(events) > 1


def test_h03_a_file_appears_whole_and_only_with_its_log(
    city: random.Random, tmp_path: Path, django_capture_on_commit_callbacks
) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "a.csv"
    with django_capture_on_commit_callbacks(execute=True):
        rows = services.export(roster.listing(whole_period()), out, by=None)
        assert not out.exists()
    with out.open(encoding="utf-8-sig", newline="") as stream:
        assert len(list(csv.reader(stream))) == rows + 1
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("form", FORMATS)
def test_h03_a_file_that_fails_half_way_leaves_nothing(
    city: random.Random, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stop:
        def update(self, done: int, total: int, message: str = "") -> None:
            raise InterruptedError

    monkeypatch.setattr(exports, "_REPORT_EVERY", 50)
    with pytest.raises(InterruptedError):
        services.export(roster.listing(whole_period()), tmp_path / f"a.{form}", by=None, progress=Stop())
    assert list(tmp_path.iterdir()) == []


def test_h03_an_unknown_ending_is_refused_before_anything_is_read(ise: object, tmp_path: Path) -> None:
    before = AuditEvent.objects.count()
    with pytest.raises(exports.UnknownFormat, match=r"\.csv \.xlsx \.pdf"):
        services.export(roster.listing(whole_period()), tmp_path / "a.doc", by=None)
    assert AuditEvent.objects.count() == before


def test_h03_an_empty_list_is_a_file_with_its_heading(
    ise: object, provider: Provider, tmp_path: Path
) -> None:
    for form in FORMATS:
        assert services.export_now(roster.listing(whole_period()), tmp_path / f"a.{form}", by=None) == 0
    assert next(csv.reader(io.StringIO(text_of(tmp_path / "a.csv"))))[0] == "接種年月日"
    assert "接種名簿" in text_of(tmp_path / "a.pdf")


def test_h03_no_list_holds_an_individual_number_as_a_column(ise: object) -> None:
    for listing in (
        roster.listing(whole_period()),
        unvaccinated.listing(UnvaccinatedConditions("mr", TODAY)),
    ):
        assert not [column.title for column in listing.columns if "個人番号" in column.title]


def test_s06_on_a_city_s_server_a_list_is_written_encrypted(
    city: random.Random, tmp_path: Path, settings: Any
) -> None:
    """The command line has no plain mode there: one ZIP under AES, its passphrase told once."""
    settings.PLAIN_LISTS = False
    words = ["roster", "--municipality", "242039", "--from", "2025-04-01", "--to", "2026-03-31"]
    parser = argparse.ArgumentParser()
    cli.add_commands(parser.add_subparsers())
    parsed = parser.parse_args([*words, "--out", str(tmp_path / "roster.csv")])
    told = parsed.handler(parsed).data
    assert [path.name for path in tmp_path.iterdir()] == ["roster.csv.zip"]
    with pyzipper.AESZipFile(told["file"]) as book:
        book.setpassword(told["passphrase"].encode())
        assert book.read("roster.csv").count(b"\r\n") == told["rows"] + 1 > 100
