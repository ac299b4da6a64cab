"""Journey 5: 未接種者一覧 and 接種名簿 on the screen and as files; the reminder run (H05, H20)."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import pyzipper

from tests.journeys import papers
from tests.journeys.conftest import TODAY
from tests.journeys.opening import ISE
from tests.journeys.test_3_printing_questionnaires import extract, listed

pytestmark = [pytest.mark.browser]
PROGRAMME, NAME = "je", "日本脳炎"


def printed(desk: Any) -> bytes:
    """The list on the screen as it is printed."""
    form = desk.page.locator("form[action$='/export/']")
    sent = {
        "csrfmiddlewaretoken": form.locator("[name=csrfmiddlewaretoken]").get_attribute("value"),
        "address": form.locator("[name=address]").get_attribute("value"),
    }
    answer = desk.page.request.post(
        form.get_attribute("action"), form=sent, headers={"Referer": desk.page.url}
    )
    assert answer.headers["content-type"] == "application/pdf"
    return bytes(answer.body())


def taken_out(desk: Any, approver: Any, form: str) -> bytes:
    """The list on the screen as data: asked for, approved by another, opened with the approver's words."""
    desk.page.get_by_role("link", name="ファイルで持ち出す").click()
    desk.heading("持出しの申請").looks_well("taking-out-request")
    desk.page.get_by_label("形式").select_option(label=form)
    desk.page.get_by_label("目的").fill("電話で案内する順番を決めるため")
    desk.page.get_by_label("提供先・使用者").fill("健康課")
    desk.page.get_by_label("消去の期限").fill("R8.12.28")
    desk.page.get_by_role("button", name="申請する").click()
    desk.page.get_by_text("申請しました").wait_for()
    number = int(desk.page.url.rstrip("/").rpartition("/")[2])
    approved(approver, number)
    fetch = desk.page.get_by_role("button", name="ファイルを受け取る")
    desk.reloaded_until("the file is made", fetch)
    desk.looks_well("taking-out-ready")
    with desk.page.expect_download() as taken:
        fetch.click()
    with pyzipper.AESZipFile(taken.value.path()) as book:
        book.setpassword(passphrase(approver, number).encode())
        (name,) = book.namelist()
        return bytes(book.read(name))


def approved(desk: Any, number: int) -> None:
    """By another than who asked; who has just signed in needs not show the factor again."""
    desk.goto(f"/administration/taking-out/approvals/{number}/").looks_well("taking-out-approval")
    desk.page.get_by_role("button", name="承認する").click()
    desk.page.get_by_text("承認しました").wait_for()


def passphrase(desk: Any, number: int) -> str:
    """Shown to the approver alone."""
    desk.goto(f"/administration/taking-out/approvals/{number}/")
    desk.page.get_by_role("button", name="合言葉を表示する").click()
    words = desk.page.locator(".notice code")
    words.wait_for()
    desk.looks_well("taking-out-passphrase")
    return str(words.inner_text())


def as_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


def as_table(content: bytes) -> list[dict[str, str]]:
    book = openpyxl.load_workbook(BytesIO(content), read_only=True)
    rows = [[str(cell or "") for cell in row] for row in book.active.iter_rows(values_only=True)]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if any(row)]


def agree(desk: Any, plain: list[dict[str, str]], table: list[dict[str, str]], paper: bytes) -> None:
    """Screen, CSV, XLSX and PDF list the same persons in the same order."""
    shown = desk.page.locator("main table tbody tr")
    numbers = [row["宛名番号"] for row in plain]
    assert [row["宛名番号"] for row in table] == numbers
    assert shown.count() == min(len(numbers), 50)
    desk.page.locator("main").get_by_text(f"{len(numbers):,}件", exact=True).wait_for()
    text = papers.text(paper).replace(" ", "")
    assert [number for number in numbers if number not in text] == []


def test_the_unvaccinated_are_listed_on_the_screen_on_paper_and_as_data(staff: Any, house: Any) -> None:
    """H20, S06: the same persons everywhere; where the protected live is in none of them."""
    desk = staff("demo-ise")
    desk.menu("一覧・帳票").heading("未接種者一覧")
    desk.page.locator("#id_programme").select_option(label=NAME)
    desk.page.get_by_label("基準日").fill("令和8年11月22日")
    desk.page.get_by_role("button", name="一覧を出す").click()
    desk.page.locator("form[action$='/export/']").wait_for()
    desk.looks_well("unvaccinated")
    paper, listed_at = printed(desk), desk.page.url
    plain = as_rows(taken_out(desk, staff("demo-manager"), "CSV"))
    agree(desk.goto(listed_at), plain, plain, paper)
    protected = [row for row in plain if row["住所"].startswith("（")]
    assert protected, "the demo city has protected children"
    text = papers.text(paper)
    for row in protected:
        home = house.residents[row["宛名番号"]]
        hidden = f"{home['住所_町字']}{home['住所_番地号表記']}"
        assert hidden not in text + str(plain) + desk.page.content()


def test_an_empty_list_says_so(staff: Any) -> None:
    """H20: nobody is an answer too."""
    desk = staff("demo-ise")
    desk.goto("/reporting/lists/?programme=je&on=2026-11-22&born_from=1900-01-01&born_to=1900-01-02")
    desk.page.get_by_text("該当する人はいません").wait_for()
    desk.looks_well("unvaccinated-empty")


def test_the_roster_lists_each_dose_with_lot_clinic_and_doctor(staff: Any) -> None:
    """H20: 接種名簿 of a period."""
    desk = staff("demo-ise")
    desk.menu("一覧・帳票")
    desk.page.get_by_role("link", name="接種名簿").click()
    desk.heading("接種名簿")
    desk.page.locator("#id_programme").select_option(label="麻しん・風しん")
    desk.page.get_by_label("接種年月日（から）").fill("R8.4.1")
    desk.page.get_by_label("接種年月日（まで）").fill(TODAY)
    desk.page.get_by_role("button", name="一覧を出す").click()
    desk.page.locator("form[action$='/export/']").wait_for()
    desk.looks_well("roster")
    paper, listed_at = printed(desk), desk.page.url
    table = as_table(taken_out(desk, staff("demo-manager"), "Excel（XLSX）"))
    agree(desk.goto(listed_at), table, table, paper)
    plain = table
    assert plain
    assert all(row["ロット番号"] and row["医療機関名"] for row in plain)
    assert all("2026-04-01" <= row["接種年月日"] <= TODAY for row in plain)


def test_a_reminder_leaves_out_who_must_not_be_written_to(staff: Any, house: Any, tmp_path: Path) -> None:
    """H05: protected, dead, moved out, and whose last letter the post brought back."""
    desk = staff("demo-ise")
    count = extract(desk, NAME, purpose="再勧奨")["対象者"]
    assert count >= 2
    back = listed(desk).first.locator("td").first.inner_text()
    listed(desk).first.get_by_role("link").click()
    code = issue_at_the_counter(desk)
    desk.menu("対象者抽出・通知")
    desk.page.get_by_role("link", name="返戻の登録").click()
    desk.heading("返戻の登録").looks_well("returned")
    desk.page.keyboard.type(code)
    desk.page.keyboard.press("Enter")
    desk.page.get_by_text(f"{code} を返戻として登録しました").wait_for()

    assert extract(desk, NAME, purpose="再勧奨")["対象者"] == count - 1
    desk.looks_well("reminders")
    numbers = [row.locator("td").first.inner_text() for row in listed(desk).all()]
    assert back not in numbers
    for number in numbers:
        person = house.residents[number]
        assert person["住民状態"] == "1"
        assert person["支援措置区分"] != "1" or person["支援措置終了日"] < TODAY
    desk.page.get_by_role("button", name="印刷する").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="印刷する").click()
    desk.heading("再勧奨の印刷").job_ends()
    desk.page.get_by_role("link", name="印刷の結果を開く").click()
    with desk.page.expect_download() as taken:
        desk.page.get_by_role("link", name="PDFを取り出す").click()
    letters = papers.text(Path(taken.value.path())).replace(" ", "").replace("　", "")
    assert house.residents[back]["氏名"].replace("　", "") not in letters
    for number in numbers:
        assert house.residents[number]["氏名"].replace("　", "") in letters
    unvaccinated = tmp_path / "je.csv"
    words = ("--municipality", ISE, "--programme", PROGRAMME, "--on", TODAY, "--out", unvaccinated)
    assert house.made.sesshu("unvaccinated", *words).exit_code == 0
    for row in papers.read_csv(unvaccinated):
        if row["住所"].startswith("（"):
            assert row["宛名番号"] not in numbers
            assert row["氏名"].replace("　", "") not in letters


def issue_at_the_counter(desk: Any) -> str:
    """From a person's ledger: one paper at the counter, of the first vaccination that is due."""
    desk.heading("接種台帳")
    desk.page.get_by_role("link", name="予診票を発行").click()
    desk.heading("予診票の発行").looks_well("issue")
    desk.page.get_by_label("接種種類").select_option(label=next(iter(options(desk, NAME))))
    desk.page.get_by_label("本人確認書類").select_option(index=1)
    desk.page.get_by_role("button", name="発行する").click()
    desk.heading("予診票を発行しました").looks_well("issued")
    paper = desk.page.request.get(
        desk.page.get_by_role("link", name="PDFを開いて印刷する").get_attribute("href")
    )
    (code,) = papers.codes(paper.body())
    return code


def options(desk: Any, words: str) -> list[str]:
    found = desk.page.get_by_label("接種種類").locator("option").all_text_contents()
    return [option for option in found if words in option]
