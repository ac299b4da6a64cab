"""Running published cases: layouts drift, so columns are found by their headings (H05)."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from sesshu.schedule.cdsi import Association, Schedule
from sesshu.schedule.checking.cases import Case, case_of
from sesshu.schedule.checking.comparing import check, vaccine_group
from sesshu.schedule.checking.workbook import CasesError, read_rows
from sesshu.schedule.cli import main
from sesshu.schedule.tests.cdsi_schedules import after_previous, dose, schedule, series
from sesshu.schedule.tests.test_cdsi_pack import PLAN, ZOSTER

HEADINGS = [
    "CDC_Test_ID", "DOB", "gender", "Series_Status", "Date_Administered_1", "CVX_1", "MVX_1",
    "Evaluation_Status_1", "Date_Administered_2", "CVX_2", "Evaluation_Status_2", "Forecast_#",
    "Earliest_Date", "Recommended_Date", "Past_Due_Date", "Vaccine_Group", "Assessment_Date",
]  # fmt: skip
ROW: dict[str, Any] = {
    "CDC_Test_ID": "X-1",
    "DOB": date(2020, 1, 1),
    "gender": "F",
    "Series_Status": "Not complete",
    "Date_Administered_1": date(2021, 1, 1),
    "CVX_1": 10,
    "MVX_1": "",
    "Evaluation_Status_1": "Valid",
    "Forecast_#": "2",
    "Earliest_Date": date(2021, 2, 26),
    "Recommended_Date": "02/26/2021",
    "Past_Due_Date": None,
    "Vaccine_Group": "A",
    "Assessment_Date": date(2021, 1, 1),
}
TWO = schedule(series(dose(), dose(2, ages=(), intervals=(after_previous("8 weeks"),))))


def book(path: Path, *rows: dict[str, Any], headings: list[str] = HEADINGS, above: int = 0) -> Path:
    """A file like CDC's: other sheets first, blank and merely formatted rows at the end."""
    file = Workbook()
    assert file.active is not None
    file.active.append(["Overview", "This tab tells nothing."])
    layout = file.create_sheet("Test Case Layout")
    for letter, heading in enumerate(headings):
        layout.append([letter, heading])
    sheet = file.create_sheet("Cases of this year")
    for _ in range(above):
        sheet.append(["a title"])
    sheet.append(headings)
    for row in (*rows, {}, {"Forecast_#": ""}):
        sheet.append([row.get(heading) for heading in headings])
    removed = file.create_sheet("Deleted Test Cases")
    removed.append(["CDC_Test_ID", "Vaccine_Group"])
    removed.append(["X-0", "A"])
    file.save(path)
    return path


def cases_of(path: Path) -> list[Case]:
    return [case_of(row) for row in read_rows(path)]


def differences(tmp_path: Path, plan: Schedule = TWO, **changed: Any) -> list[tuple[str, Any, Any]]:
    cases = cases_of(book(tmp_path / "cases.xlsx", ROW | changed))
    return [(one.field, one.expected, one.actual) for one in check(cases, plan).differences]


def test_h05_a_case_that_agrees(tmp_path: Path) -> None:
    result = check(cases_of(book(tmp_path / "cases.xlsx", ROW)), TWO)
    assert (result.cases, result.passed, result.differences) == (1, 1, ())


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"Series_Status": "Complete"}, ("series_status", "Complete", "Not Complete")),
        ({"Forecast_#": 3}, ("forecast_number", 3, 2)),
        ({"Forecast_#": "-"}, ("forecast_number", None, 2)),
        ({"Earliest_Date": "20210227"}, ("earliest_date", date(2021, 2, 27), date(2021, 2, 26))),
        ({"Recommended_Date": None}, ("recommended_date", None, date(2021, 2, 26))),
        ({"Past_Due_Date": date(2021, 3, 1)}, ("past_due_date", date(2021, 3, 1), None)),
        ({"Evaluation_Status_1": "Not Valid"}, ("evaluation_status_1", "Not Valid", "Valid")),
        ({"Evaluation_Status_1": None}, ("evaluation_status_1", None, "Valid")),
        ({"Vaccine_Group": "Nothing"}, ("vaccine_group", "Nothing", None)),
    ],
)
def test_h05_every_field_is_compared_and_blank_equals_only_blank(
    tmp_path: Path, changed: dict[str, Any], wanted: tuple[str, Any, Any]
) -> None:
    assert differences(tmp_path, **changed) == [wanted]


def test_h05_the_second_dose_is_compared_too(tmp_path: Path) -> None:
    """Its date is a plain number here, as spreadsheets keep dates: 9 January 2021."""
    changed = {"Date_Administered_2": 44205, "CVX_2": 10.0, "Evaluation_Status_2": "Valid"}
    changed |= {"Assessment_Date": date(2021, 6, 1)}
    assert ("evaluation_status_2", "Valid", "Not Valid") in differences(tmp_path, **changed)


def test_h05_a_dose_of_another_group_is_judged_in_its_own(tmp_path: Path) -> None:
    plan = schedule(
        series(dose()), series(dose(preferable=()), antigen="B"),
        associations={"10": (Association("B"),)},
    )  # fmt: skip
    changed = {"Forecast_#": 1, "Earliest_Date": "2020-02-12", "Recommended_Date": "2020-02-12"}
    assert differences(tmp_path, plan, **changed) == [("evaluation_status_1", "Valid", "Not Valid")]
    nowhere = schedule(series(dose()), associations={})
    assert differences(tmp_path, nowhere, **changed) == [("evaluation_status_1", "Valid", None)]


def test_h05_a_group_without_a_forecast_differs_from_what_is_expected(tmp_path: Path) -> None:
    plan = schedule(series(dose(), genders=frozenset({"Male"})))
    assert [found[0] for found in differences(tmp_path, plan)] == [
        "series_status", "forecast_number", "earliest_date", "recommended_date", "evaluation_status_1",
    ]  # fmt: skip


def test_h05_headings_may_drift(tmp_path: Path) -> None:
    """Other case and signs, other columns between, a title above: the words decide."""
    headings = [
        "Comment", "CDC Test ID", "Date of Birth", "Sex", "SERIES STATUS", "Assessment Date", "Forecast #",
        "Observation_Code_1", "Observation_Date_1", "Date Administered 1", "CVX 1", "Evaluation Status 1",
        "Earliest Date", "Recommended Date", "Past Due Date", "Vaccine Group",
    ]  # fmt: skip
    row = {
        "CDC Test ID": 17, "Date of Birth": "01/01/2020", "Sex": "Male", "SERIES STATUS": "Complete",
        "Assessment Date": date(2024, 1, 1), "Observation_Code_1": 7, "Vaccine Group": "MMR",
        "Observation_Date_1": date(2023, 1, 1), "Date Administered 1": "01/01/2021", "CVX 1": "3",
        "Evaluation Status 1": "Valid",
    }  # fmt: skip
    [case] = cases_of(book(tmp_path / "cases.xlsx", row, headings=headings, above=2))
    assert (case.name, case.patient.birth, case.patient.gender) == ("17", date(2020, 1, 1), "Male")
    [seen] = case.patient.observations
    assert (seen.code, seen.date) == ("007", date(2023, 1, 1))
    assert [(one.date, one.cvx, one.key) for one in case.doses] == [(date(2021, 1, 1), "03", 1)]
    assert case.expected.doses == {1: "Valid"}


def test_h05_a_missing_column_is_named(tmp_path: Path) -> None:
    headings = [heading for heading in HEADINGS if heading not in ("Past_Due_Date", "CVX_1")]
    with pytest.raises(CasesError, match=r"Cases of this year.*past_due_date、cvx_1"):
        read_rows(book(tmp_path / "cases.xlsx", ROW, headings=headings))
    with pytest.raises(CasesError, match="シート"):
        read_rows(book(tmp_path / "cases.xlsx", ROW, headings=["CDC_Test_ID", "DOB", "Note"]))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"DOB": "long ago"}, "2行目の列「birth」.*long ago"),
        ({"DOB": None}, "2行目の列「birth」"),
        ({"Assessment_Date": None}, "assessment_date"),
        ({"Forecast_#": "two"}, "forecast_number"),
        ({"CVX_1": None}, "cvx_1"),
    ],
)
def test_h05_a_cell_that_cannot_be_read_is_named(
    tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(CasesError, match=message):
        cases_of(book(tmp_path / "cases.xlsx", ROW | changed))


def test_h05_names_of_vaccine_groups() -> None:
    groups = ("DTaP/Tdap/Td", "Zoster", "Polio", "HepB", "Meningococcal B", "Meningococcal", "Influenza")
    plan = schedule(*(series(dose(), antigen=name) for name in groups))
    for name, wanted in (
        ("DTAP", "DTaP/Tdap/Td"), ("ZOSTER", "Zoster"), ("IPOL", "Polio"), ("hepb ", "HepB"),
        ("MENB", "Meningococcal B"), ("MCV", "Meningococcal"), ("Flu", "Influenza"), ("VAR", None),
        ("", None),
    ):  # fmt: skip
        assert vaccine_group(name, plan) == wanted


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "schedule.xml").write_text(PLAN, encoding="utf-8")
    (folder / "zoster.xml").write_text(ZOSTER, encoding="utf-8")
    return folder


def run(capsys: pytest.CaptureFixture[str], data: Path, cases: Path, *words: str) -> tuple[int, str]:
    code = main(["schedule", "check", "--supporting-data", str(data), "--cases", str(cases), *words])
    return code, capsys.readouterr().out


def test_h05_the_command(capsys: pytest.CaptureFixture[str], data: Path, tmp_path: Path) -> None:
    """Exit 0 when all agree, 1 with differences, 2 refused; with --json one object and nothing else."""
    row = {
        "CDC_Test_ID": "Z", "DOB": date(1985, 1, 1), "Series_Status": "Not Complete", "Forecast_#": 1,
        "Earliest_Date": "2035-01-01", "Recommended_Date": "2035-01-01", "Vaccine_Group": "Zoster",
        "Assessment_Date": date(2024, 1, 1),
    }  # fmt: skip
    cases = book(tmp_path / "cases.xlsx", row)
    assert run(capsys, data, cases)[0] == 0
    code, out = run(capsys, data, cases, "--json")
    assert (code, json.loads(out)) == (0, {"cases": 1, "passed": 1, "differences": []})
    cases = book(tmp_path / "cases.xlsx", row, row | {"CDC_Test_ID": "Y", "Earliest_Date": "2035-01-02"})
    code, out = run(capsys, data, cases, "--json")
    found = {"case": "Y", "field": "earliest_date", "expected": "2035-01-02", "actual": "2035-01-01"}
    assert (code, json.loads(out)) == (1, {"cases": 2, "passed": 1, "differences": [found]})
    code, out = run(capsys, data, cases)
    assert (code, out.splitlines()) == (
        1,
        ["Y  earliest_date: 期待は2035-01-02、判定は2035-01-01", "2件中1件が一致しました。"],
    )


def test_h05_the_command_refuses_what_it_cannot_use(
    capsys: pytest.CaptureFixture[str], data: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_text("no spreadsheet", encoding="utf-8")
    good = book(tmp_path / "cases.xlsx", ROW)
    for folder, file, message in (
        (tmp_path / "nowhere", good, "nowhere"),
        (data, tmp_path / "nothing.xlsx", "nothing.xlsx"),
        (data, broken, "broken.xlsx"),
        (data, book(tmp_path / "empty.xlsx"), "検査事例がありません"),
    ):
        code, out = run(capsys, folder, file, "--json")
        assert code == 2
        assert message in json.loads(out)["error"]
