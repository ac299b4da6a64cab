"""A child moves in; the former city is asked, its doses come into the ledger (M02, M06, M17)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.opening import ISE
from tests.numbers_double import dose

pytestmark = [pytest.mark.browser]
LISTED = """種別,団体コード,機関コード,都道府県名,名称,読み仮名
municipality,192015,,山梨県,甲府市,コウフシ
municipality,242012,,三重県,津市,ツシ
welfare_office,,0324201200000000,三重県,津市福祉事務所,ツシフクシジムショ
"""


@pytest.fixture(scope="module")
def movers(house: Any, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """Those who moved in from Kofu by the file of changes, children first; whom one may ask is loaded."""
    folder: Path = tmp_path_factory.mktemp("exchange")
    (folder / "institutions.csv").write_text(LISTED, encoding="utf-8")
    listed = house.made.sesshu("institutions", "import", folder / "institutions.csv", "--municipality", ISE)
    assert (listed.exit_code, listed.data["created"]) == (0, 3), listed.stderr
    changes = house.folder / ISE / "changes.csv"
    assert house.made.sesshu("residents", "import", changes, "--municipality", ISE).exit_code in (0, 1)
    rows = [row for row in house.rows("changes") if row["異動事由"] == "02"]
    assert all(row["転入前住所_市区町村コード"] == "192015" for row in rows)
    return sorted(rows, key=lambda row: row["生年月日"], reverse=True)


def ledger_of(desk: Any, number: str) -> None:
    desk.menu("住民検索")
    desk.page.get_by_label("住民を探す").fill(number)
    desk.page.get_by_role("table", name="検索結果").get_by_role("link").first.click()
    desk.heading("接種台帳")


def panel(desk: Any) -> Any:
    return desk.page.locator("#inquiry-panel")


def test_m02_the_former_city_is_asked_and_answers(staff: Any, house: Any, movers: Any) -> None:
    """By keyboard alone, without a reload: from the button to the dose."""
    number = movers[0]["宛名番号"]
    house.door.answers[number] = [
        dose(programme="hepb", administered_on="2026-09-10", vaccine="HepB", lot="HB100", volume_ml="0.25",
             route="SC", provider="甲府見本小児科", doctor="例示 二郎", dose_number="1"),
        dose(programme="rota", administered_on="2026-09-10", vaccine="なぞのワクチン"),
    ]  # fmt: skip
    house.door.silent = True
    desk = staff("demo-ise-numbers")
    ledger_of(desk, number)
    panel(desk).get_by_text("甲府市").wait_for()
    desk.looks_well("inquiry-ledger")
    panel(desk).get_by_role("button", name="前住所地へ照会").focus()
    desk.page.keyboard.press("Enter")
    panel(desk).get_by_text("送信待ち").or_(panel(desk).get_by_text("照会中")).first.wait_for()
    desk.looks_well("inquiry-waiting")
    house.door.silent = False
    desk.until("the answer shows by itself", panel(desk).get_by_text("回答あり"))
    panel(desk).get_by_role("link", name="予防接種の記録").focus()
    desk.page.keyboard.press("Enter")
    desk.heading("予防接種の記録の照会").looks_well("inquiry-answer")
    desk.page.get_by_text("新しい記録").first.wait_for()
    desk.page.get_by_role("button", name="新しい記録1件をすべて登録").focus()
    desk.page.keyboard.press("Enter")
    desk.page.get_by_text("新しい記録1件を台帳に登録しました。").wait_for()
    unknown = desk.page.get_by_role("table", name="提供された記録と台帳の記録").get_by_role("row").nth(1)
    unknown.get_by_text("理由をつけて決める").click()
    unknown.get_by_label("理由").fill("母子健康手帳にない")
    unknown.get_by_role("button", name="登録しない").click()
    desk.page.get_by_text("登録しないことにしました。").wait_for()
    desk.looks_well("inquiry-decided")
    desk.page.get_by_role("link", name="接種台帳を開く").click()
    desk.heading("接種台帳")
    desk.page.get_by_role("table", name="接種の記録", exact=True).get_by_text("HB100").wait_for()


def test_m02_an_exemption_is_asked_about_with_its_basis(staff: Any, house: Any, movers: Any) -> None:
    """M17: only what the order lists, each with its article; whom one asks is found as one types."""
    number = movers[1]["宛名番号"]
    house.door.answers[number] = "no_person"
    desk = staff("demo-ise-numbers")
    ledger_of(desk, number)
    panel(desk).get_by_role("link", name="照会先を選んで照会").click()
    desk.heading("ほかの機関へ照会する")
    desk.page.get_by_label("生活保護", exact=True).check()
    desk.page.get_by_label("照会先を探す").fill("ツシ")
    desk.page.get_by_label("津市福祉事務所").check()
    desk.looks_well("inquiry-new")
    desk.page.get_by_role("button", name="照会する").click()
    desk.until("the refusal shows by itself", desk.page.get_by_text("照会先に該当する方がいません"))
    desk.page.get_by_text("次にできること").wait_for()
    desk.looks_well("inquiry-refused")
    desk.page.get_by_role("button", name="文書で照会することにした").click()
    desk.page.get_by_text("照会の処理を終えました。").wait_for()


def test_m02_all_who_moved_in_are_asked_about(staff: Any, house: Any, movers: Any) -> None:
    """Counted first; then followed to the end without a reload."""
    desk = staff("demo-ise-numbers")
    desk.menu("照会").heading("照会")
    desk.page.get_by_role("link", name="転入者をまとめて照会").click()
    desk.page.get_by_label("転入日（から）").fill("R8.11.22")
    desk.page.get_by_label("転入日（まで）").fill("R8.11.22")
    desk.page.get_by_role("button", name="人数を確かめる").click()
    desk.page.get_by_text("この期間の転入者").wait_for()
    desk.looks_well("inquiry-movers")
    counted = desk.tiles()
    assert counted["転入した方"] >= counted["照会する方"] > 0
    desk.page.get_by_role("button", name="人について照会する").click()
    desk.heading("転入者の照会の進み具合")
    desk.until("all are answered", desk.page.get_by_text("すべての照会が終わりました"))
    desk.looks_well("inquiry-run")
    desk.menu("照会").heading("照会").looks_well("inquiry-list")
    name = movers[-1]["氏名"].replace("　", "")
    desk.page.get_by_label("照会を探す").fill(name)
    desk.page.get_by_role("table", name="照会の一覧").get_by_role("row").nth(1).wait_for()


def test_m06_the_replicas_are_kept_and_what_was_refused_is_seen(staff: Any, house: Any, movers: Any) -> None:
    """The engineer begins; the clerk sees how far it is and protects a person."""
    number = movers[0]["宛名番号"]
    house.door.unassigned.add(number)
    begun = house.made.sesshu("replicas", "rebuild", "--municipality", ISE)
    assert begun.data["records"] > 100, begun.stderr
    sent = house.made.sesshu("replicas", "send", "--municipality", ISE)
    assert sent.exit_code == 1
    desk = staff("demo-ise-numbers")
    desk.menu("照会").page.get_by_role("link", name="副本の登録状況").click()
    desk.heading("副本の登録状況").looks_well("replicas-refused")
    desk.page.get_by_text("個人番号が登録されていません").first.wait_for()
    house.door.unassigned.clear()
    desk.page.get_by_role("button", name="すべて送り直す").click()
    desk.page.get_by_text("送信待ちに戻しました").wait_for()
    house.made.sesshu("replicas", "send", "--municipality", ISE)
    checked = house.made.sesshu("replicas", "check", "--municipality", ISE)
    assert (checked.exit_code, checked.data["agrees"]) == (0, True), checked.data
    assert len(house.door.standing(number)) == 1
    ledger_of(desk, number)
    panel(desk).get_by_role("link", name="提供の設定").click()
    desk.heading("提供の設定")
    desk.page.get_by_label("自動応答不可にする").check()
    desk.page.get_by_role("button", name="保存する").click()
    desk.page.get_by_text("理由を入力してください").first.wait_for()
    desk.page.get_by_label("理由").fill("本人の申出")
    desk.page.get_by_role("button", name="保存する").click()
    desk.page.get_by_text("提供の設定を保存しました").wait_for()
    desk.looks_well("replica-flags")
    house.made.sesshu("replicas", "send", "--municipality", ISE)
    assert house.door.flags[number]["no_auto_reply"]
    assert house.door.problems == []
