"""Journey 9 (S01, S11; controls 16, 25, 54): from the first installation to a lost authenticator.

A city's house without the demo, real processes, and authenticators of Chromium's DevTools protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.faults.server_side import administrator
from tests.journeys.authenticator import FORGE, Authenticator
from tests.journeys.desk import EXPECTED, Desk
from tests.journeys.enrolling import PASSWORD, enrol, give_password, press
from tests.running import Installation, installation, staff_door

pytestmark = [pytest.mark.browser]
NEW_PASSWORD = "umibe no gakko 77"
SYSTEM, MANAGER, SECOND, CLERK = "tanaka-system", "suzuki-manager", "manager-2", "counter-1"


@dataclass
class Door:
    made: Installation
    address: str
    codes: dict[str, str]

    def query(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with administrator(self.made) as connection:
            done = connection.execute(statement, values)  # type: ignore[arg-type]
            return list(done.fetchall()) if done.description else []


@pytest.fixture(scope="session")
def door(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with ExitStack() as stack:
        home = tmp_path_factory.mktemp("home")
        made = stack.enter_context(installation(home, settings="tests.journeys.sign_in_settings"))
        words = ("--municipality", "242039", "--login", SYSTEM, "--login", MANAGER)
        names = ("--name", "田中 太郎", "--name", "鈴木 一郎")
        first = made.sesshu("accounts", "first", *words, *names)
        assert first.exit_code == 0, first.stderr
        again = made.sesshu("accounts", "first", *words)
        assert (again.exit_code, "すでに登録されています" in again.stderr) == (2, True)
        more = made.start(module="tests.journeys.more_staff")
        _, errors = more.communicate()
        assert more.returncode == 0, errors[-2000:]
        address = stack.enter_context(staff_door(made)).replace("127.0.0.1", "localhost")
        codes = {each["login"]: each["code"] for each in first.data["accounts"]}
        yield Door(made, address, codes)


@pytest.fixture
def sit_down(door: Door, browser: Any) -> Iterator[Callable[[], Desk]]:
    desks: list[Desk] = []

    def opened() -> Desk:
        desks.append(Desk.open(browser, door.address))
        return desks[-1]

    yield opened
    complaints = [each for desk in desks for each in desk.complaints if not EXPECTED.search(each)]
    for desk in desks:
        desk.page.context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def keys() -> dict[str, list[dict[str, Any]]]:
    """What each person's authenticator holds, carried from one test to the next."""
    return {}


def at_desk(
    sit_down: Callable[[], Desk], keys: dict[str, list[dict[str, Any]]], login: str, password: str = PASSWORD
) -> tuple[Desk, Authenticator]:
    """Signed in with password and authenticator."""
    desk = sit_down()
    device = Authenticator.plug_in(desk.page)
    device.take_over(keys[login])
    desk.goto("/sign-in/")
    give_password(desk, login, password)
    desk.heading("ホーム")
    keys[login] = device.credentials()
    return desk, device


def test_the_first_two_administrators_enrol(
    door: Door, sit_down: Callable[[], Desk], keys: dict[str, list[dict[str, Any]]]
) -> None:
    for login in (SYSTEM, MANAGER):
        desk = sit_down()
        device = enrol(desk, login, door.codes[login], look=login == SYSTEM)
        keys[login] = device.credentials()
        press(desk, "サインアウト")
        desk.heading("サインイン").looks_well("sign-in-plain")
    # A code is good once.
    desk = sit_down()
    desk.goto("/sign-in/enrol/")
    desk.page.get_by_label("利用者ID").fill(SYSTEM)
    desk.page.get_by_label("登録コード").fill(door.codes[SYSTEM])
    desk.page.keyboard.press("Enter")
    desk.page.get_by_role("alert").get_by_text("組合せを確かめられません").wait_for()
    desk.looks_well("enrol-refused")


def test_password_then_fingerprint(
    sit_down: Callable[[], Desk], keys: dict[str, list[dict[str, Any]]]
) -> None:
    desk, device = at_desk(sit_down, keys, SYSTEM)
    desk.page.get_by_role("link", name="田中 太郎").click()
    desk.heading("自分のサインイン").looks_well("own")
    press(desk, "サインアウト")
    # Somebody else's finger: the browser says so, the page says what to do, nobody is in.
    device.finger(known=False)
    give_password(desk, SYSTEM)
    desk.heading("認証器による確認")
    desk.page.get_by_text("確認できませんでした").wait_for()
    desk.looks_well("factor-refused")
    desk.goto("/").heading("サインイン")
    # And the owner's, after all, with the button.
    device.finger(known=True)
    desk.goto("/sign-in/factor/").heading("ホーム")
    keys[SYSTEM] = device.credentials()


def test_a_wrong_password_says_what_to_do(sit_down: Callable[[], Desk]) -> None:
    desk = sit_down()
    desk.goto("/sign-in/")
    give_password(desk, "nobody-1", "chigau aikotoba")
    desk.page.get_by_role("alert").get_by_text("サインインできません").wait_for()
    desk.looks_well("sign-in-refused")


def test_s01_a_device_that_verifies_nobody_is_refused(
    door: Door, sit_down: Callable[[], Desk], keys: dict[str, list[dict[str, Any]]]
) -> None:
    """First by the browser; then by the server, when the browser is made to ask for less and to lie."""
    for forced, words in (
        (False, "本人の確認（指紋・顔・暗証番号）をしていない"),
        (True, "認証器を確かめられませんでした"),
    ):
        desk = sit_down()
        desk.page.add_init_script(f"window.forceFlag = {str(forced).lower()};{FORGE}")
        device = Authenticator.plug_in(desk.page, verifies=False)
        device.take_over(keys[MANAGER], count=500)
        desk.goto("/sign-in/")
        give_password(desk, MANAGER)
        desk.page.get_by_text(words).wait_for()
        desk.looks_well("factor-wrong-device" if not forced else "factor-forged")
        desk.goto("/").heading("サインイン")
    logged = door.query("SELECT detail->>'why' FROM protection_auditevent WHERE result = 'refused'")
    assert {row[0] for row in logged} >= {"user-not-verified", "wrong"}


def test_the_same_browser_with_a_real_fingerprint_is_let_in(
    sit_down: Callable[[], Desk], keys: dict[str, list[dict[str, Any]]]
) -> None:
    """The control of the test above: what is changed there is all that keeps it out."""
    desk = sit_down()
    desk.page.add_init_script(f"window.askFor = 'required'; window.forceFlag = true;{FORGE}")
    device = Authenticator.plug_in(desk.page)
    device.take_over(keys[MANAGER], count=500)
    desk.goto("/sign-in/")
    give_password(desk, MANAGER)
    desk.heading("ホーム")
    keys[MANAGER] = device.credentials()


def test_s01_a_lost_authenticator_is_replaced_by_two(
    door: Door, sit_down: Callable[[], Desk], keys: dict[str, list[dict[str, Any]]]
) -> None:
    def recover(login: str, kind: str, look: bool = False) -> str:
        asking, device = at_desk(sit_down, keys, SYSTEM)
        asking.menu("管理").looks_well("administration-sign-in")
        asking.page.get_by_role("link", name="認証器の登録・再登録").click()
        asking.heading("認証器の登録・再登録").looks_well("recoveries")
        asking.page.get_by_role("link", name="申請する").click()
        asking.heading("登録・再登録の申請").looks_well("recovery-form")
        option = asking.page.get_by_label("利用者").locator("option", has_text=f"（{login}）")
        asking.page.get_by_label("利用者").select_option(option.get_attribute("value"))
        asking.page.get_by_label("対面で職員証の写真と照合").check()
        asking.page.get_by_label("確認した内容").fill("庁舎2階の窓口で職員証と顔を見比べた")
        press(asking, "申請する")
        asking.page.get_by_text("別の管理者が承認すると").wait_for()
        asking.looks_well("recoveries-asked")
        keys[SYSTEM] = device.credentials()
        approving, device = at_desk(sit_down, keys, MANAGER)
        approving.goto("/sign-in/recoveries/")
        approving.page.locator("main tbody a").first.click()
        approving.page.get_by_text("承認の前に").wait_for()
        assert kind in approving.page.locator("main").inner_text()
        approving.looks_well("recovery")
        press(approving, "承認して登録コードを出す")
        approving.heading("登録コード").looks_well("code")
        keys[MANAGER] = device.credentials()
        return str(approving.page.locator(".secret-code").inner_text())

    code = recover(CLERK, "新規登録")
    desk = sit_down()
    keys[CLERK] = enrol(desk, CLERK, code).credentials()
    lost = keys[CLERK]
    # The authenticator is lost: the old session, key and password end with the approval.
    code = recover(CLERK, "再登録")
    desk.goto("/").heading("サインイン")
    give_password(desk, CLERK)
    desk.page.get_by_role("alert").get_by_text("サインインできません").wait_for()
    fresh = sit_down()
    keys[CLERK] = enrol(fresh, CLERK, code, NEW_PASSWORD).credentials()
    assert {each["credentialId"] for each in lost}.isdisjoint({each["credentialId"] for each in keys[CLERK]})
    logged = door.query(
        "SELECT e.action, a.login FROM protection_auditevent e"
        " JOIN protection_account a ON a.id = e.account_id WHERE e.action LIKE 'recovery.%%' ORDER BY e.id"
    )
    assert logged == [("recovery.request", SYSTEM), ("recovery.approve", MANAGER)] * 2


def test_a_sensitive_page_asks_anew_and_leads_back(
    door: Door, sit_down: Callable[[], Desk], keys: dict[str, list[dict[str, Any]]]
) -> None:
    desk, device = at_desk(sit_down, keys, CLERK, NEW_PASSWORD)
    desk.page.clock.install()
    desk.goto("/sign-in/own/")
    desk.page.get_by_role("link", name="パスワードを変更する").click()
    desk.heading("パスワードの変更").looks_well("own-password")
    device.finger(known=False)
    desk.goto("/sign-in/again/?next=/sign-in/own/authenticators/add/").heading("もう一度本人の確認")
    desk.page.get_by_text("確認できませんでした").wait_for()
    desk.looks_well("again")
    device.finger(known=True)
    press(desk, "認証器で確認する")
    desk.heading("認証器の追加").looks_well("add")
    # The same device once more: the browser knows it already.
    desk.page.get_by_label("認証器の名前").fill("もう一度")
    press(desk, "認証器を登録する")
    desk.page.get_by_text("すでに登録されています").wait_for()
    keys[CLERK] = device.credentials()


def test_s01_the_idle_end_is_told_before_and_one_comes_back(
    door: Door, sit_down: Callable[[], Desk], keys: dict[str, list[dict[str, Any]]]
) -> None:
    desk, device = at_desk(sit_down, keys, CLERK, NEW_PASSWORD)
    desk.page.clock.install()
    desk.goto("/catalogue/")
    dialog = desk.page.get_by_role("dialog", name="まもなくサインアウトします")
    desk.page.clock.run_for("53:50")
    assert not dialog.is_visible()
    desk.page.clock.run_for("00:20")
    dialog.wait_for()
    assert "あと5分で自動的にサインアウトします" in dialog.inner_text()
    desk.looks_well("idle")
    desk.page.get_by_role("button", name="続ける").click()
    dialog.wait_for(state="hidden")
    # Nothing done for an hour: the server ends the session, the page goes, and sign-in leads back.
    door.query("UPDATE sign_in_session SET seen_at = seen_at - interval '61 minutes'")
    desk.page.clock.run_for("59:10")
    desk.heading("サインイン")
    desk.page.get_by_text("60分間操作がなかったため").wait_for()
    desk.looks_well("sign-in-after-idle")
    give_password(desk, CLERK, NEW_PASSWORD)
    desk.page.wait_for_url("**/catalogue/")
    keys[CLERK] = device.credentials()


def test_locks_and_strays_are_shown_to_administrators(
    door: Door, sit_down: Callable[[], Desk], keys: dict[str, list[dict[str, Any]]]
) -> None:
    wrong = sit_down()
    wrong.goto("/sign-in/")
    for _ in range(5):
        give_password(wrong, CLERK, "chigau aikotoba")
        wrong.page.get_by_role("alert").wait_for()
        wrong.goto("/sign-in/")
    give_password(wrong, CLERK, NEW_PASSWORD)
    wrong.page.get_by_role("alert").get_by_text("サインインできません").wait_for()
    desk, device = at_desk(sit_down, keys, MANAGER)
    desk.goto("/sign-in/signed-in/").heading("サインイン中の利用者").looks_well("signed-in")
    desk.goto("/sign-in/locks/").heading("停止中の利用者ID").looks_well("locks")
    desk.page.get_by_role("row", name="窓口 花子").get_by_role("button").click()
    desk.page.get_by_text("すぐにサインインできます").wait_for()
    keys[MANAGER] = device.credentials()
    give_password(wrong, CLERK, NEW_PASSWORD)
    wrong.heading("認証器による確認").looks_well("factor")
