"""How a person enrols and signs in with password and authenticator, step by step on the screen."""

from __future__ import annotations

from tests.journeys.authenticator import Authenticator
from tests.journeys.desk import Desk

PASSWORD = "tsubaki no hana 38"


def press(desk: Desk, button: str) -> None:
    desk.page.get_by_role("button", name=button, exact=True).click()


def show_code(desk: Desk, login: str, code: str, password: str = PASSWORD, *, look: bool = False) -> None:
    """The first two steps of an enrolment, by keyboard alone."""
    desk.goto("/sign-in/")
    desk.page.get_by_role("link", name="登録票を受け取った方").press("Enter")
    desk.heading("利用者の登録")
    if look:
        desk.looks_well("enrol-code")
    desk.page.get_by_label("利用者ID").fill(login)
    desk.page.get_by_label("登録コード").fill(code)
    desk.page.keyboard.press("Enter")
    desk.heading("パスワードの登録")
    if look:
        desk.looks_well("enrol-password")
    desk.page.get_by_label("新しいパスワード", exact=False).first.fill(password)
    desk.page.get_by_label("新しいパスワード（確認）").fill(password)
    desk.page.keyboard.press("Enter")
    desk.heading("認証器の登録")
    if look:
        desk.looks_well("enrol-authenticator")


def enrol(
    desk: Desk, login: str, code: str, password: str = PASSWORD, *, look: bool = False
) -> Authenticator:
    device = Authenticator.plug_in(desk.page)
    show_code(desk, login, code, password, look=look)
    desk.page.get_by_label("認証器の名前").fill("席の指紋リーダー")
    desk.page.keyboard.press("Enter")
    desk.heading("ホーム")
    return device


def give_password(desk: Desk, login: str, password: str = PASSWORD) -> None:
    desk.page.get_by_label("利用者ID").fill(login)
    desk.page.get_by_label("パスワード").fill(password)
    desk.page.keyboard.press("Enter")
