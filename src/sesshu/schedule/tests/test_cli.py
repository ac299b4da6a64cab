"""``schedule status`` as a clerk and a script use it (requirement H03)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sesshu.schedule.cli import main

FIELDS = {"programme", "status", "next_dose", "eligible_from", "eligible_to", "earliest", "recommended_from"}


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["schedule", "status", *words])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_h03_one_person_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(
        capsys,
        "--birth",
        "2026-05-10",
        "--sex",
        "F",
        "--dose",
        "2026-07-06=PCV20",
        "--on",
        "2026-07-20",
        "--json",
    )
    answer = json.loads(out)
    assert code == 0
    assert answer["doses"][0]["evaluation"] == "not_valid"
    assert set(answer["doses"][0]["reasons"][0]) == {"code", "text", "text_en", "article"}
    assert len(answer["programmes"]) == 20
    assert answer["programmes"][0].keys() >= {*FIELDS, "recommended_to", "reasons"}
    assert answer["programmes"][0]["eligible_from"] == "2026-07-09"


def test_h03_a_table_for_people_and_dates_in_the_japanese_calendar(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = run(
        capsys, "--birth", "令和8年5月10日", "--sex", "女", "--dose", "R8.7.9=DPT-IPV-Hib", "--on", "R8.7.20"
    )
    assert code == 0
    assert "五種混合" in out
    assert "2026-07-30" in out


def test_h03_long_illness_exclusions_and_routes_from_words_and_from_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ("--birth", "2020-06-15", "--on", "2026-01-10", "--programme", "pcv", "--json")
    _, out, _ = run(capsys, *words, "--illness-ended", "2025-12-10=pcv")
    assert json.loads(out)["programmes"][0]["eligible_to"] == "2026-06-14"
    _, out, _ = run(capsys, *words, "--illness-ended", "2025-12-10", "--exclusion", "anaphylaxis=pcv")
    assert json.loads(out)["programmes"][0]["status"] == "not_target"
    line = {
        "birth": "2020-06-15",
        "on": "2026-01-10",
        "long_term_illness": [{"began": "2020-12-01", "ended": "2025-12-10", "kind": "illness"}],
        "exclusions": [{"ground": "fever", "start": "2026-01-09", "end": "2026-01-11"}],
        "doses": [{"date": "2024-06-20", "vaccine": "JE", "route": "IM"}],
    }
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps(line), encoding="utf-8")
    _, out, _ = run(capsys, "--from", str(file), "--json", "--programme", "pcv")
    answer = json.loads(out)
    assert answer["doses"][0]["error"] == "route"
    assert (answer["programmes"][0]["status"], answer["programmes"][0]["earliest"]) == (
        "not_yet",
        "2026-01-12",
    )


def test_h03_pregnancy_conditions_and_chosen_programmes(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--birth", "1964-05-22", "--sex", "F", "--on", "2026-06-22", "--json")
    _, out, _ = run(capsys, *words, "--condition", "hiv", "--due-date", "2026-08-01", "--programme", "zoster")
    assert [p["status"] for p in json.loads(out)["programmes"]] == ["eligible"]
    _, out, _ = run(capsys, *words, "--due-date", "2026-08-01", "--programme", "rsv-maternal")
    assert json.loads(out)["programmes"][0]["eligible_to"] == "2026-07-10"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--birth", "2026-02-30", "--sex", "F"), "生年月日"),
        (("--birth", "2026-02-20", "--sex", "X"), "性別"),
        (("--birth", "2026-02-20", "--dose", "2026-04-20"), "接種日=ワクチンコード"),
        (("--birth", "2026-02-20", "--condition", "tall"), "該当事由"),
        (("--birth", "2026-02-20", "--illness-ended", "soon"), "特別の事情"),
        (("--birth", "2026-02-20", "--illness-ended", "2026-03-01=mumps"), "接種種類"),
        (("--birth", "2026-02-20", "--exclusion", "bad-luck"), "対象外の事由"),
        (("--birth", "2026-02-20", "--exclusion", "had-disease"), "concerns"),
        (("--birth", "2026-02-20", "--programme", "mumps"), "接種種類"),
        (("--sex", "F"), "--birth"),
        (("--from", "no-such-file.jsonl"), "no-such-file.jsonl"),
        (("--no-such-option",), "引数"),
    ],
)
def test_h03_bad_arguments_are_refused(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    code, out, err = run(capsys, *words, "--on", "2026-11-22", "--json")
    assert code == 2
    assert message in json.loads(out)["error"]
    assert message in err
    code, out, err = run(capsys, *words, "--on", "2026-11-22")
    assert (code, out) == (2, "")
    assert message in err


def test_h03_an_unknown_birth_is_answered(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--birth", "不詳", "--sex", "F", "--on", "2026-11-22", "--json")
    assert code == 0
    assert {p["reasons"][0]["code"] for p in json.loads(out)["programmes"]} == {"birth_unknown"}


def test_h03_many_at_once_a_line_each(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = [
        {"id": "a", "birth": "2026-05-10", "sex": "F", "on": "2026-07-20", "doses": ["2026-07-09=RV1"]},
        {"id": "b", "birth": "2026-05-40", "sex": "F", "on": "2026-07-20"},
        {"id": "c", "birth": None, "on": "2026-07-20", "doses": [{"date": "2026-07-09", "vaccine": "MR"}]},
    ]
    file = tmp_path / "ask.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n\nnot json\n", encoding="utf-8")
    code, out, _ = run(capsys, "--from", str(file), "--json")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [answer.get("id") for answer in answers] == ["a", "b", "c", None]
    assert [("error" in answer) for answer in answers] == [False, True, False, True]
    assert "2行目" in answers[1]["error"]
    assert answers[0]["doses"][0]["programme"] == "rota"
    good = tmp_path / "good.jsonl"
    good.write_text(json.dumps(rows[0]), encoding="utf-8")
    assert run(capsys, "--from", str(good))[0] == 0


@pytest.mark.parametrize(
    "row",
    [
        [],
        {"sex": "F"},
        {"birth": 20260510},
        {"birth": "2026-05-10", "doses": "2026-07-09=RV1"},
        {"birth": "2026-05-10", "doses": [{"vaccine": "RV1"}]},
        {"birth": "2026-05-10", "doses": [{"date": "2026-07-09", "vaccine": "RV1", "volume_ml": "a"}]},
        {"birth": "2026-05-10", "doses": [7]},
        {"birth": "2026-05-10", "conditions": ["tall"]},
    ],
)
def test_h03_a_bad_line_never_stops_the_rest(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, row: object
) -> None:
    good = {"birth": "2026-05-10", "on": "2026-07-20"}
    file = tmp_path / "ask.jsonl"
    file.write_text(f"{json.dumps(row)}\n{json.dumps(good)}\n", encoding="utf-8")
    code, out, _ = run(capsys, "--from", str(file))
    first, second = (json.loads(line) for line in out.splitlines())
    assert code == 1
    assert "error" in first
    assert "programmes" in second


def test_h03_needs_no_django() -> None:
    script = (
        "import sys; from sesshu.schedule.cli import main;"
        "main(['schedule','status','--birth','2026-05-10','--on','2026-07-20','--json']);"
        "assert 'django' not in sys.modules, 'django was imported'"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
