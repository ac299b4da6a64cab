"""Journey 7: who may do what, by two persons; rights that end at once; a person opened for a purpose."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser]
ROOT = "/administration/accounts"


def button(desk: Any, name: str) -> None:
    desk.page.get_by_role("button", name=name, exact=True).click()


def said(desk: Any, words: str) -> None:
    desk.page.get_by_text(words).first.wait_for()


def test_two_persons_open_an_account_for_a_contractor_of_one_programme(staff: Any) -> None:
    """S04, G04: the contract, the request with what it grants in plain words, another's approval."""
    asker = staff("demo-ise-system")
    asker.menu("管理").heading("管理").looks_well("administration")
    asker.page.get_by_role("link", name="委託契約").click()
    asker.heading("委託契約")
    asker.page.get_by_role("link", name="契約を登録").click()
    asker.heading("契約を登録").looks_well("contract-new")
    asker.page.get_by_label("委託先", exact=False).first.fill("見本データ株式会社")
    asker.page.get_by_label("委託する業務").fill("帯状疱疹の通知")
    asker.page.get_by_label("契約期間（から）").fill("R8.11.1")
    asker.page.get_by_label("契約期間（まで）").fill("R9.3.31")
    button(asker, "登録する")
    said(asker, "契約を登録しました")
    asker.looks_well("contracts")

    asker.goto(f"{ROOT}/").heading("利用者").looks_well("accounts")
    asker.page.get_by_role("link", name="利用者の登録を申請").click()
    asker.heading("利用者の登録を申請")
    button(asker, "申請する")
    asker.page.get_by_text("氏名を入力してください").first.wait_for()
    asker.looks_well("account-open")
    asker.page.get_by_label("種別").select_option(label="委託先")
    asker.page.get_by_label("利用者ID").fill("contractor-1")
    asker.page.get_by_label("氏名").fill("委託 花子")
    asker.page.get_by_label("所属").fill("健康課")
    asker.page.locator("#id_contract").select_option(index=1)
    asker.page.locator("#id_role").select_option(label="予防接種担当")
    asker.page.locator("#id_starts_on").fill("2026-11-22")
    asker.page.get_by_text("接種種類を限る").click()
    asker.page.get_by_role("checkbox", name=re.compile("帯状疱疹")).first.check()
    asker.page.get_by_label("申請の理由").fill("帯状疱疹の通知を委託するため")
    button(asker, "申請する")
    asker.heading("利用者の登録の申請")
    said(asker, "自分の申請")
    assert asker.page.get_by_role("button", name="承認する").count() == 0
    address = asker.page.url

    approver = staff("demo-ise-manager")
    approver.menu("管理").heading("管理")
    approver.page.get_by_role("link", name="申請と承認").click()
    approver.heading("申請と承認").looks_well("requests")
    approver.page.get_by_role("link", name="利用者の登録").first.click()
    approver.heading("利用者の登録の申請")
    assert approver.page.url == address
    said(approver, "住所・世帯・電話番号・異動履歴を、目的に必要な範囲で見ます")
    approver.looks_well("request")
    button(approver, "承認する")
    approver.heading("登録票").looks_well("ticket")
    said(approver, "登録コード")

    asker.goto(f"{ROOT}/?q=見本データ").heading("利用者")
    asker.page.get_by_role("link", name="委託 花子").click()
    asker.heading("委託 花子").looks_well("account")
    assert "帯状疱疹" in asker.page.get_by_role("table", name="権限の一覧").inner_text()


def test_a_suspension_ends_an_open_session_at_its_next_click(staff: Any) -> None:
    """S04, control 26."""
    leaver = staff("leaver")
    leaver.menu("住民検索").heading("住民検索")
    manager = staff("demo-ise-manager")
    manager.goto(f"{ROOT}/?q=leaver").heading("利用者")
    manager.page.get_by_role("link", name="退職 予定").click()
    manager.heading("退職 予定")
    manager.page.locator("#narrow_reason").fill("退職の連絡があったため")
    button(manager, "登録する")
    said(manager, "停止しました")
    manager.looks_well("account-suspended")
    leaver.page.goto("/addressees/")
    leaver.heading("サインイン")


def test_a_role_is_changed_by_two_persons(staff: Any) -> None:
    """S02: roles x actions as a table; what is gained and lost is said before it is approved."""
    asker = staff("demo-ise-system")
    asker.goto(f"{ROOT}/roles/").heading("役割と操作").looks_well("roles")
    asker.page.get_by_role("link", name="統計", exact=True).click()
    asker.heading("役割「統計」の変更を申請").looks_well("role")
    asker.page.get_by_role("checkbox", name="処理状況を見る").check()
    asker.page.get_by_label("理由").fill("集計の進み具合を見るため")
    button(asker, "申請する")
    asker.heading("役割の内容の変更の申請").looks_well("role-request")
    approver = staff("demo-ise-manager")
    approver.page.goto(asker.page.url)
    button(approver, "承認する")
    said(approver, "承認しました")
    asker.goto(f"{ROOT}/roles/")
    said(asker, "市で変更")
    asker.goto(f"{ROOT}/roles/?on=R8.11.20").heading("役割と操作")
    assert asker.page.get_by_text("市で変更").count() == 0, "as known on a day before"


def test_ids_and_rights_are_reviewed_by_the_keyboard(staff: Any) -> None:
    """S04, control 31."""
    manager = staff("demo-ise-manager")
    manager.goto(f"{ROOT}/reviews/").heading("棚卸し")
    manager.page.get_by_label("名称").fill("令和8年度 後期")
    manager.page.get_by_label("期限").fill("R9.1.31")
    manager.page.keyboard.press("Enter")
    manager.heading("令和8年度 後期").looks_well("review")
    before = manager.tiles()
    keep = manager.page.get_by_role("button", name=re.compile("継続.*窓口（デモ）"))
    keep.focus()
    manager.page.keyboard.press("Enter")
    manager.page.get_by_role("row").filter(has_text="窓口（デモ）").get_by_text("継続").first.wait_for()
    assert manager.tiles()["未確認"] == before["未確認"] - 1
    manager.goto(f"{ROOT}/reviews/").heading("棚卸し").looks_well("reviews")
    manager.goto(f"{ROOT}/unused/").heading("使われていない権限").looks_well("unused")
    manager.goto("/").heading("ホーム")
    said(manager, "棚卸しの未確認")


def test_a_personnel_file_says_the_fate_of_each_row(staff: Any, tmp_path: Path) -> None:
    """S04: what changes nothing says why."""
    path = tmp_path / "人事異動.csv"
    rows = [
        "職員番号,氏名,区分,異動年月日,異動後の所属",
        "777,見本 一郎,異動,R8.12.1,税務課",
        "778,見本 二郎,出張,x,",
    ]
    path.write_text("\r\n".join(rows), encoding="cp932")
    desk = staff("demo-ise-system")
    desk.goto(f"{ROOT}/personnel/").heading("人事異動の取込").looks_well("personnel")
    desk.page.get_by_label("人事異動ファイル").set_input_files(path)
    button(desk, "取り込む")
    desk.heading("人事異動の取込結果").looks_well("personnel-file")
    said(desk, "この職員番号の利用者はいません")
    said(desk, "「区分」の「出張」は使えません")
    desk.goto(f"{ROOT}/shared-ids/").heading("共用ID").looks_well("shared-ids")


def test_a_person_is_opened_for_a_purpose_which_one_key_changes(staff: Any, house: Any) -> None:
    """S05, control 2: the counter loses no click; an address without a purpose asks, and leads back."""
    number = next(
        row["宛名番号"] for row in house.residents.values()
        if row["住民状態"] == "1" and row["支援措置区分"] != "1" and row["生年月日"] > "2018-01-01"
    )  # fmt: skip
    desk = staff("demo-ise-counter")
    desk.menu("住民検索").heading("住民検索")
    desk.page.get_by_label("住民を探す").fill(number)
    found = desk.page.locator("#results").get_by_role("row").filter(has_text=number).get_by_role("link")
    found.click()
    desk.heading("接種台帳")
    bar = desk.page.get_by_role("region", name="本人")
    assert "窓口での相談・交付" in bar.inner_text()
    assert "世帯主" in bar.inner_text()
    address = desk.page.url.partition("?")[0]

    desk.page.keyboard.press("F2")
    desk.heading("何のために開きますか").looks_well("purpose")
    desk.page.keyboard.press("2")
    desk.heading("接種台帳").looks_well("ledger-telephone")
    assert "電話での問合せ" in bar.inner_text()
    assert "世帯主" not in bar.inner_text()
    assert "世帯主" not in desk.page.content()

    desk.menu("住民検索").heading("住民検索")
    desk.page.get_by_label("住民を探す").fill(number)
    found.wait_for()
    desk.page.keyboard.press("F2")
    desk.page.locator(f"#results a[href*='{address.rpartition('/ledger')[2]}?purpose=telephone']").wait_for()
    desk.looks_well("search-purpose")

    other = staff("demo-ise-counter")
    other.page.goto(address)
    other.heading("何のために開きますか")
    other.page.keyboard.press("1")
    other.heading("接種台帳")
