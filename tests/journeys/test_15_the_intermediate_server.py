"""Journey 15: an intermediate server's staff decide, read, correct and run it; a person sees the own view
(M05, M09, M10, M12; controls 53-56)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import PASSWORD
from tests.journeys.desk import Desk
from tests.journeys.opening_intermediate import ISE
from tests.running import Installation, installation, intermediate_door

pytestmark = [pytest.mark.browser]
NUMBER = "{:0<14}{{}}".format("9").format


@pytest.fixture(scope="module")
def server(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, str]]:
    with ExitStack() as stack:
        made = stack.enter_context(installation(tmp_path_factory.mktemp("home")))
        opening = made.start(module="tests.journeys.opening_intermediate")
        _, errors = opening.communicate()
        assert opening.returncode == 0, errors[-3000:]
        opened = made.sesshu("intermediate", "staff", "demo-accounts", "--municipality", ISE)
        assert opened.exit_code == 0, opened.stderr
        yield made, stack.enter_context(intermediate_door(made, ISE))


@pytest.fixture
def sit(server: tuple[Installation, str], browser: Any) -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def sit_down(login: str = "") -> Desk:
        desk = Desk.open(browser, server[1])
        desks.append(desk)
        if login:
            desk.sign_in(f"demo-{login}", PASSWORD)
        return desk

    yield sit_down
    complaints = [complaint for desk in desks for complaint in desk.complaints]
    for desk in desks:
        desk.page.context.close()
    assert [each for each in complaints if "status of 400" not in each] == []


def test_two_persons_decide_with_the_keyboard_alone(sit: Any) -> None:
    desk = sit("desk")
    desk.looks_well("im-home")
    assert desk.tiles()["提供の確認待ち"] == 1
    desk.menu("提供の確認待ち").heading("提供の確認待ち").looks_well("im-provisions")
    desk.page.get_by_role("link", name=re.compile("の提供を開く")).focus()
    desk.page.keyboard.press("Enter")
    desk.heading("提供の確認")
    assert desk.page.get_by_role("cell", name="LOT-1").is_visible()
    desk.looks_well("im-provision-check")
    desk.page.get_by_label("提供してよい").focus()
    desk.page.keyboard.press("Space")
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.type("本人の同意を電話で確かめた")
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Enter")
    desk.page.get_by_text("決定者に回しました").wait_for()

    decider = sit("decider")
    decider.menu("提供の確認待ち")
    decider.page.get_by_role("link", name=re.compile("の提供を開く")).click()
    decider.heading("提供の確認")
    decider.looks_well("im-provision-decide")
    assert decider.page.get_by_text("本人の同意を電話で確かめた").is_visible()
    decider.page.get_by_role("button", name="提供を承認する").focus()
    decider.page.keyboard.press("Enter")
    decider.page.get_by_text("決定しました").wait_for()
    decider.goto("/exchange/provisions/?show=all").heading("提供の確認待ち").looks_well("im-provisions-past")


def test_records_are_found_corrected_and_copied_for_the_person(sit: Any) -> None:
    clerk = sit("records")
    clerk.menu("情報提供等記録").heading("情報提供等記録").looks_well("im-records-empty")
    clerk.page.get_by_label("団体内統合宛名番号").fill(NUMBER(2))
    clerk.page.keyboard.press("Enter")
    clerk.page.get_by_role("button", name="この人に渡す写しを作る").wait_for()
    clerk.looks_well("im-records")
    assert NUMBER(2) not in clerk.page.url
    clerk.page.get_by_role("row", name=re.compile("提供.*甲府市")).get_by_role("link").first.click()
    clerk.heading("情報提供等記録の内容").looks_well("im-record")
    clerk.page.get_by_label("訂正する項目").select_option(label="提供した件数")
    clerk.page.get_by_label("正しい値").fill("2")
    clerk.page.get_by_label("訂正の理由").fill("数え誤り")
    clerk.page.get_by_role("button", name="訂正を記録して通知する").click()
    clerk.page.get_by_text("訂正を記録しました").wait_for()
    clerk.looks_well("im-record-corrected")
    clerk.menu("情報提供等記録")
    clerk.page.get_by_label("団体内統合宛名番号").fill(NUMBER(2))
    clerk.page.keyboard.press("Enter")
    clerk.page.get_by_role("button", name="この人に渡す写しを作る").click()
    clerk.heading("情報提供等記録（本人開示用）").looks_well("im-disclosure")
    clerk.page.emulate_media(media="print")
    assert not clerk.page.get_by_role("button", name="印刷・PDFで保存").is_visible()


def test_an_operator_runs_it_and_sees_nobody(sit: Any) -> None:
    operator = sit("operator")
    for entry, heading, name in (
        ("照会", "照会", "im-inquiries"), ("副本", "副本の登録状況", "im-registrations"),
        ("照合リスト", "照会許可用照合リスト", "im-lists"), ("システム管理", "システム管理", "im-system"),
    ):  # fmt: skip
        operator.menu(entry).heading(heading).looks_well(name)
        assert NUMBER("")[:12] not in operator.page.content()
    for tab, heading in (("バッチ", "バッチ"), ("統計", "利用の統計"), ("保存期間の削除", "保存期間の削除")):
        operator.page.get_by_role("link", name=tab).click()
        operator.heading(heading).looks_well(f"im-{tab}")
    operator.page.get_by_role("link", name="お知らせ").click()
    operator.heading("運用のお知らせ")
    operator.page.locator("textarea").fill("今夜22時から1時間停止します")
    operator.page.get_by_label("表示を終える日").fill("2199-12-31")
    operator.page.get_by_role("button", name="登録する").click()
    operator.page.get_by_text("お知らせを登録しました").wait_for()
    operator.looks_well("im-notices")
    operator.menu("照合リスト").page.get_by_role("link", name="第3版").click()
    operator.heading("照合リスト 第3版").looks_well("im-list")
    operator.menu("照会").page.get_by_role("cell").get_by_role("link").or_(
        operator.page.locator("tbody th a")
    ).first.click()
    operator.heading("照会の状態").looks_well("im-inquiry")
    operator.menu("副本").page.locator("tbody a").first.click()
    operator.heading("副本の登録の内訳").looks_well("im-registration")
    desk = sit("desk").menu("フラグ").heading("フラグの状態").looks_well("im-flags")
    assert desk.page.get_by_role("cell", name=NUMBER(1)).or_(desk.page.get_by_text(NUMBER(1))).count()
    officer = sit("security").goto("/administration/trail/").heading("操作記録の検索")
    officer.page.get_by_role("cell", name="提供前の内容の確認").first.wait_for()
    officer.goto("/administration/trail/person/").heading("この人を誰が見たか")
    officer.page.get_by_label("団体内統合宛名番号").fill(NUMBER(1))
    officer.page.keyboard.press("Enter")
    officer.page.get_by_role("heading", name=f"団体内統合宛名番号 {NUMBER(1)}").wait_for()
    assert officer.page.get_by_text("（demo-desk）").count()
    officer.goto("/administration/accounts/roles/").looks_well("im-roles")
    assert officer.page.get_by_text("情報連携担当").count()
    assert not officer.page.get_by_text("窓口", exact=True).count()


def test_a_resident_sees_who_asked_about_her(server: tuple[Installation, str], sit: Any) -> None:
    made, _ = server
    given = made.sesshu("intermediate", "staff", "own-view", "--municipality", ISE, "--person", NUMBER(2))
    assert given.exit_code == 0, given.stderr
    visitor = sit().goto("/own/").heading("わたしの情報のやりとり").looks_well("own-start")
    visitor.page.get_by_label("確認コード").fill(given.data["code"])
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_text("甲府市が、あなたの「予防接種の記録」を").first.wait_for()
    visitor.looks_well("own-records")
    assert NUMBER(2) not in visitor.page.content()
    hidden = made.sesshu("intermediate", "staff", "own-view", "--municipality", ISE, "--person", NUMBER(3))
    visitor.goto("/own/").page.get_by_label("確認コード").fill(hidden.data["code"])
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_text("記録はありません").wait_for()
    visitor.goto("/own/").page.get_by_role("button", name="この人の確認コードを発行する").click()
    visitor.page.get_by_role("button", name="記録を見る").click()
    visitor.page.get_by_text("件あります").or_(visitor.page.get_by_text("記録はありません")).wait_for()


def test_an_installation_knows_no_such_page(server: tuple[Installation, str], tmp_path: Path) -> None:
    made, _ = server
    plain = Installation(made.home, settings="sesshu.config.settings.production")
    said = plain.sesshu("intermediate", "staff", "own-view", "--municipality", ISE, "--person", NUMBER(2))
    assert said.exit_code == 2
    assert "デモ専用" in said.stderr
