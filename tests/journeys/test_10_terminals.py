"""Journey 10: a terminal is asked for, approved by another, used, and lost (S03)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

pytestmark = [pytest.mark.browser]


def show_factor(house: Any) -> None:
    done = house.made.start(module="tests.journeys.shown_factor")
    _, errors = done.communicate()
    assert done.returncode == 0, errors[-2000:]


def ask_for(desk: Any, name: str, kind: str, signing_request: Path | None = None) -> None:
    desk.goto("/administration/terminals/").heading("端末")
    desk.page.get_by_role("link", name="登録を申請する").click()
    desk.heading("端末の登録を申請")
    for label, words in (("名称", name), ("設置場所", "本庁舎1階"), ("管理課", "健康課")):
        desk.page.get_by_label(label).fill(words)
    desk.page.get_by_label("種類").select_option(label=kind)
    if signing_request:
        desk.page.get_by_label("証明書署名要求（CSR）").set_input_files(signing_request)
    desk.page.get_by_role("button", name="申請する").click()


def test_a_terminal_from_request_to_loss(house: Any, staff: Any, tmp_path: Path) -> None:
    engineer, manager = staff("demo-engineer"), staff("demo-manager")
    show_factor(house)
    engineer.goto("/administration/").heading("管理").looks_well("7-administration")
    engineer.page.get_by_role("link", name="端末").first.click()
    engineer.heading("端末").looks_well("7-empty")
    engineer.goto("/administration/terminals/new/").looks_well("7-form")
    engineer.page.get_by_role("button", name="申請する").click()
    engineer.page.get_by_text("入力してください。").first.wait_for()
    engineer.looks_well("7-form-errors")
    ask_for(engineer, "健康課窓口1", "窓口")
    engineer.page.get_by_text("承認を待ってください").wait_for()
    assert engineer.page.get_by_role("button", name="承認する").count() == 0

    manager.goto("/administration/terminals/").heading("端末").looks_well("7-waiting")
    manager.page.get_by_role("link", name="T0001 健康課窓口1").first.click()
    manager.page.get_by_role("button", name="承認する").click()
    manager.page.get_by_text("承認しました。").wait_for()
    manager.looks_well("7-approved")

    engineer.page.reload()
    engineer.page.get_by_role("button", name="証明書を受け取る").click()
    engineer.heading("証明書の受取り").looks_well("7-collected")
    passphrase = engineer.page.locator("main code").inner_text()
    with engineer.page.expect_download() as download:
        engineer.page.get_by_role("link", name="T0001.p12 を保存する").click()
    download.value.save_as(tmp_path / "T0001.p12")
    content = (tmp_path / "T0001.p12").read_bytes()
    key, certificate, _ = pkcs12.load_key_and_certificates(content, passphrase.encode())
    assert key is not None
    assert certificate is not None
    assert "T0001" in certificate.subject.rfc4514_string()

    manager.page.reload()
    manager.page.get_by_role("button", name="紛失を届け出る").click()
    manager.page.get_by_role("dialog").get_by_label("理由").fill("会場に置き忘れ")
    manager.looks_well("7-dialog")
    manager.page.get_by_role("button", name="紛失として止める").click()
    manager.page.get_by_text("使えなくしました").wait_for()
    manager.looks_well("7-lost")


def test_a_terminal_with_a_key_of_its_own(house: Any, staff: Any, tmp_path: Path) -> None:
    engineer, manager = staff("demo-engineer"), staff("demo-manager")
    show_factor(house)
    key = ec.generate_private_key(ec.SECP256R1())
    made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    file = tmp_path / "terminal.csr"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    ask_for(engineer, "会場タブレット1", "会場タブレット", file)
    where = engineer.page.url
    manager.page.goto(where)
    manager.page.get_by_role("button", name="承認する").click()
    manager.page.get_by_text("承認しました。").wait_for()
    engineer.page.reload()
    with engineer.page.expect_download() as download:
        engineer.page.get_by_role("link", name="証明書（PEM）").click()
    download.value.save_as(tmp_path / "terminal.pem")
    certificate = x509.load_pem_x509_certificate((tmp_path / "terminal.pem").read_bytes())
    assert certificate.public_key() == key.public_key()
    engineer.goto("/administration/terminals/?q=タブレット").heading("端末").looks_well("7-found")
    assert engineer.page.get_by_role("row").filter(has_text="会場タブレット1").count() == 1


def test_a_refusal_is_told_plainly(house: Any, staff: Any) -> None:
    desk = staff()
    desk.page.context.set_extra_http_headers({"Client-Cert": ":AAAA:"})
    desk.goto("/sign-in/").heading("この端末は使えません").looks_well("7-refused")
    desk.complaints.clear()  # the browser notes that the page came with 403
