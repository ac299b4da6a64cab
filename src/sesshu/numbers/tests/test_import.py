"""The feed of the resident register into the vault (A06)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.vault import ISE, Api, RunningVault, answered, invented_addressee, invented_number


def load(vault: RunningVault, path: Path, *words: str) -> Any:
    return answered(
        vault.cli("numbers", "import", str(path), "--municipality", ISE, "--json", *words, check=False)
    )


def written(
    path: Path, rows: list[tuple[str, str]], heading: str = "宛名番号,個人番号", encoding: str = "utf-8"
) -> Path:
    path.write_text("\n".join([heading, *(",".join(row) for row in rows), ""]), encoding=encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_file_loaded_twice_changes_nothing(
    vault: RunningVault, api: Api, tmp_path: Path, encoding: str
) -> None:
    rows = [(invented_addressee(), invented_number()) for _ in range(5)]
    path = written(tmp_path / "feed.csv", rows, encoding=encoding)
    assert load(vault, path)["registered"] == 5
    again = load(vault, path)
    assert (again["registered"], again["changed"], again["unchanged"]) == (0, 0, 5)
    assert api.search(rows[3][1]) == rows[3][0]


def test_a_new_number_of_a_known_person_is_a_change(vault: RunningVault, api: Api, tmp_path: Path) -> None:
    old, addressee = api.register()
    new = invented_number()
    assert load(vault, written(tmp_path / "feed.csv", [(addressee, new)]))["changed"] == 1
    assert api.reveal(api.token(addressee)) == new
    assert api.search(old) == addressee


def test_bad_rows_are_named_without_their_number_and_the_others_are_loaded(
    vault: RunningVault, api: Api, tmp_path: Path
) -> None:
    taken, _ = api.register()
    good, twice = (invented_addressee(), invented_number()), invented_number()
    rows = [
        ("9000001", "123456789012"), ("9000002", ""), ("", invented_number()), ("9" * 16, invented_number()),
        (invented_addressee(), taken), good, (invented_addressee(), twice), (invented_addressee(), twice),
    ]  # fmt: skip
    said = load(vault, written(tmp_path / "feed.csv", rows))
    assert said["registered"] == 2
    assert [line.split("行目")[0] for line in said["refused"]] == ["2", "3", "4", "5", "6", "9"]
    assert not any(number and number in str(said) for _, number in rows)
    assert api.search(good[1]) == good[0]


@pytest.mark.parametrize("content", ["", "氏名,住所\nA,B\n", "%PDF-1.7 x"])
def test_another_file_is_refused_whole(vault: RunningVault, tmp_path: Path, content: str) -> None:
    path = tmp_path / "feed.csv"
    path.write_text(content, encoding="utf-8")
    done = vault.cli("numbers", "import", str(path), "--municipality", ISE, check=False)
    assert done.returncode == 2
    assert done.stderr.strip()


def test_the_file_is_erased_when_asked(vault: RunningVault, tmp_path: Path) -> None:
    path = written(tmp_path / "feed.csv", [(invented_addressee(), invented_number())])
    load(vault, path, "--erase-file")
    assert not path.exists()
