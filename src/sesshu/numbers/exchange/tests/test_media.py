"""Media for the offline link: encrypted, registered, carried, erased with proof (U04; controls 34–37)."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
import pyzipper
from tests.vault import ISE, KOFU, Api, RunningVault, answered, invented_addressee

from sesshu.numbers.exchange import dat
from sesshu.protocol import codes

HEADING = "宛名番号,照会先機関コード,事務コード,事務手続コード,特定個人情報名コード,照会開始日付,部署コード"
CODES = "JM01000000000025,JT01010000000025," + codes.VACCINATION


def person(api: Api, municipality: str = ISE) -> str:
    addressee = invented_addressee()
    basic = {"name": "見本", "kana": addressee, "sex": "1", "birth_date": "2021-04-01", "address": ""}
    api(
        "/v1/integrated/assign", municipality=municipality,
        persons=[{"addressee_number": addressee, "basic": basic}],
    )  # fmt: skip
    return addressee


def media(vault: RunningVault, act: str, *words: str, municipality: str = ISE) -> Any:
    place = ["--municipality", municipality, *([] if act == "list" else ["--by", "officer"])]
    done = vault.cli("numbers", "media", act, *words, *place, "--json", check=False)
    return answered(done) if done.stdout else done.stderr


def write(vault: RunningVault, folder: Path, *addressees: str, serial: str = "USB-1") -> Any:
    rows = [f"{each},{codes.institution_of(KOFU)},{CODES},2021-04-01,D1" for each in addressees]
    path = folder / "inquiries.csv"
    path.write_text("\n".join([HEADING, *rows, ""]), encoding="utf-8")
    return media(vault, "write", str(path), "--out", str(folder), "--serial", serial)


def opened(path: Path, passphrase: str) -> dict[str, bytes]:
    with pyzipper.AESZipFile(path) as book:
        book.setpassword(passphrase.encode())
        return {info.filename: book.read(info) for info in book.infolist()}


def result_file(folder: Path, rows: list[list[str]], *, encoding: str = "cp932", phrase: str = "p") -> Path:
    path = folder / "SKI_answers.zip"
    content = "".join(",".join(row) + "\r\n" for row in rows).encode(encoding)
    with pyzipper.AESZipFile(path, "w", encryption=pyzipper.WZ_AES) as book:
        book.setpassword(phrase.encode())
        book.writestr("SKI_0001.DAT", content)
    return path


def result(row: dat.InquiryRow, *content: str, status: str = "09") -> list[str]:
    cells = [""] * 26
    cells[1], cells[2] = row.addressee_number.rjust(15, "0"), row.integrated_number
    cells[12], cells[23], cells[24], cells[25] = row.provider, status, "正常に終了", "01"
    return [*cells, *content]


def test_inquiries_are_written_encrypted_and_registered(
    vault: RunningVault, api: Api, tmp_path: Path
) -> None:
    one, two, theirs = person(api), person(api), person(api, KOFU)
    said = write(vault, tmp_path, one, theirs, two)
    assert (said["rows"], said["files"], len(said["refused"])) == (2, 1, 1)
    assert said["refused"][0].startswith("3行目")
    path = Path(said["path"])
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as book, pytest.raises((RuntimeError, NotImplementedError)):
        book.read(book.infolist()[0])
    ((name, content),) = opened(path, said["passphrase"]).items()
    assert name.endswith("_0001.DAT")
    rows = dat.parsed(content)
    assert len({row.integrated_number for row in rows}) == 2
    # The intermediate server has no business with the 宛名番号.
    assert {row.addressee_number for row in rows} == {"0"}
    assert not {one.encode(), two.encode()} & set(content.replace(b"\r\n", b",").split(b","))
    assert {row.inquirer for row in rows} == {codes.institution_of(ISE)}
    assert rows[0].starts_on == "20210401"
    assert all(len(row.integrated_number) == 15 for row in rows)
    (listed,) = [each for each in media(vault, "list")["media"] if each["id"] == said["medium"]]
    assert (listed["serial_number"], listed["rows"], listed["erased_at"]) == ("USB-1", 2, None)
    assert said["passphrase"] not in str(listed)


def test_a_medium_is_open_until_its_erasure_is_proved(vault: RunningVault, api: Api, tmp_path: Path) -> None:
    number = str(write(vault, tmp_path, person(api))["medium"])
    assert "空です" in str(media(vault, "carried", number, "--to", " "))
    assert media(vault, "carried", number, "--to", "県センター")["medium"] == int(number)
    assert "記録済み" in str(media(vault, "carried", number, "--to", "県センター"))
    erased = ["erased", number, "--method", "上書き消去"]
    assert "別の人" in str(media(vault, *erased, "--seen-by", "officer"))
    assert "ありません" in str(media(vault, *erased, "--seen-by", "second", municipality=KOFU))
    assert media(vault, *erased, "--seen-by", "second")["medium"] == int(number)
    assert "消去済み" in str(media(vault, *erased, "--seen-by", "second"))
    (listed,) = [each for each in media(vault, "list")["media"] if each["id"] == int(number)]
    assert (listed["erased_by"], listed["erasure_seen_by"], listed["carried_to"]) == (
        "officer", "second", "県センター",
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_results_come_back_under_the_business_s_number_alone(
    vault: RunningVault, api: Api, tmp_path: Path, encoding: str
) -> None:
    one, theirs = person(api), person(api, KOFU)
    made = write(vault, tmp_path, one)
    (row,) = dat.parsed(next(iter(opened(Path(made["path"]), made["passphrase"]).values())))
    swapped = dat.InquiryRow(theirs, row.integrated_number, *["x"] * 8)
    path = result_file(
        tmp_path,
        [result(row, "MR", "20220501"), result(swapped), result(row, status="99")],
        encoding=encoding,
    )
    phrase = tmp_path / "phrase"
    phrase.write_text("p\n", encoding="utf-8")
    words = ["--out", str(tmp_path), "--serial", "USB-2", "--passphrase-file", str(phrase)]
    said = media(vault, "read", str(path), *words)
    assert said["rows"] == 2
    assert len(said["refused"]) == 1
    assert "2行目" in said["refused"][0]
    ((_, content),) = opened(Path(said["path"]), said["passphrase"]).items()
    text = content.decode("utf-8-sig")
    assert row.integrated_number not in text
    lines = text.splitlines()
    assert lines[1].startswith(f"{one},{codes.institution_of(KOFU)},正常,正常に終了,MR,20220501")
    assert "異常" in lines[2]
    assert "すでに" in str(media(vault, "read", str(path), *words))


def test_the_intermediate_server_s_own_form_is_read_too(
    vault: RunningVault, api: Api, tmp_path: Path
) -> None:
    one = person(api)
    made = write(vault, tmp_path, one)
    (row,) = dat.parsed(next(iter(opened(Path(made["path"]), made["passphrase"]).values())))
    heading = (
        "行,団体内統合宛名番号,提供者機関コード,処理通番,照会ステータス(明細),"
        "照会ステータス(特定個人情報名単位),状態,説明,vaccine"
    )
    number = row.integrated_number
    said = [heading, f"1,{number},{row.provider},p1,09,01,回答済み,{number}の回答,MR", ""]
    path = tmp_path / "from_intermediate.zip"
    with pyzipper.AESZipFile(path, "w", encryption=pyzipper.WZ_AES) as book:
        book.setpassword(b"p")
        book.writestr("results.csv", "\r\n".join(said).encode("utf-8-sig"))
    phrase = tmp_path / "phrase"
    phrase.write_text("p", encoding="utf-8")
    words = ["--out", str(tmp_path), "--serial", "USB-4", "--passphrase-file", str(phrase)]
    done = media(vault, "read", str(path), *words)
    ((_, content),) = opened(Path(done["path"]), done["passphrase"]).items()
    first, second = content.decode("utf-8-sig").splitlines()
    assert first.startswith("宛名番号,提供者機関コード,照会結果,メッセージ,行,処理通番,状態,vaccine")
    assert second.startswith(f"{one},{row.provider},正常,●")
    assert second.endswith(",MR")
    assert number not in second


def test_what_cannot_be_read_is_refused_and_writes_nothing(
    vault: RunningVault, api: Api, tmp_path: Path
) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_text("wrong", encoding="utf-8")
    words = ["--out", str(tmp_path), "--serial", "USB-3", "--passphrase-file", str(phrase)]
    row = dat.InquiryRow("1", "1" * 15, *["x"] * 8)
    good = result_file(tmp_path, [result(row)])
    assert "合言葉" in str(media(vault, "read", str(good), *words))
    plain = tmp_path / "plain.zip"
    with zipfile.ZipFile(plain, "w") as book:
        book.writestr("a.DAT", "x")
    assert "暗号化されていない" in str(media(vault, "read", str(plain), *words))
    broken = tmp_path / "broken.zip"
    broken.write_bytes(io.BytesIO(b"nothing").getvalue())
    assert "壊れています" in str(media(vault, "read", str(broken), *words))
    short = result_file(tmp_path, [["1", "2"]], phrase="wrong")
    assert "項目が2個" in str(media(vault, "read", str(short), *words))
    strangers = result_file(tmp_path, [result(row)], phrase="wrong")
    assert "読み込める行がありません" in str(media(vault, "read", str(strangers), *words))
    assert list(tmp_path.glob("*_results.zip")) == []
    empty = write(vault, tmp_path, invented_addressee())
    assert "書き出せる行がありません" in str(empty)
