"""`sesshu demo-data` from the command line."""

import json
from pathlib import Path

import pytest

from sesshu.config.cli import main


def test_it_writes_the_files_and_names_them_in_one_json_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["demo-data", "--municipality", "242039", "--residents", "50", "--seed", "1", "--json"]
    assert main([*words, "--out", str(tmp_path), "--on", "R8.11.22"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["on"] == "2026-11-22"
    for name in ("residents", "changes", "doses"):
        assert Path(printed[name]) == tmp_path / f"{name}.csv"
        assert Path(printed[name]).read_text("utf-8-sig").count("\n") == printed["rows"][name] + 1


@pytest.mark.parametrize(
    ("municipality", "on", "part"), [("131016", "2026-11-22", "131016"), ("242039", "昭和64年1月8日", "昭和")]
)
def test_what_it_cannot_do_it_refuses_in_japanese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], municipality: str, on: str, part: str
) -> None:
    words = ["demo-data", "--municipality", municipality, "--residents", "50", "--seed", "1", "--on", on]
    assert main([*words, "--out", str(tmp_path)]) == 2
    assert part in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == []
