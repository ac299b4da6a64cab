"""From the files to the list on the command line, with no command between (H05)."""

from __future__ import annotations

import argparse

import pytest

from sesshu.addressees import cli as residents
from sesshu.addressees.columns import RESIDENT_COLUMNS
from sesshu.health.eligibility import cli, impact_cli
from sesshu.health.intake import cli as results
from sesshu.health.intake.columns import RESULT_COLUMNS
from sesshu.kernel.command import Refused
from sesshu.kernel.csv_writer import write_csv
from sesshu.protection.models import AuditEvent
from sesshu.protection.tenancy import acting_for

pytestmark = pytest.mark.usefixtures("db")
ISE = "242039"


def run(room, *words):
    parser = argparse.ArgumentParser()
    room.add_commands(parser.add_subparsers())
    arguments = parser.parse_args([str(word) for word in words])
    return arguments.handler(arguments)


def rows(columns, *known):
    names = [column.name for column in columns]
    return names, [[one.get(name, "") for name in names] for one in known]


def person(number, **more):
    return {
        "宛名番号": f"{number:010d}", "世帯番号": "1", "宛名種別": "1", "氏名": f"見本　{number}号",
        "氏名_読み仮名": "ミホン　ゴウ", "性別": "2", "生年月日": "2025-08-01", "住所_市区郡町村名": "伊勢市",
        "住所_町字": "見本町", "住民状態": "1", "住民となった年月日": "2025-08-01",
    } | more  # fmt: skip


def given(number, **more):
    who = person(number)
    kept = ("宛名番号", "氏名", "氏名_読み仮名", "生年月日")
    return {name: who[name] for name in kept} | {
        "結果区分": "1", "接種種類": "mr", "接種年月日": "2026-09-01", "ワクチンコード": "MR",
        "ロット番号": "HF101", "接種量": "0.5",
    } | more  # fmt: skip


def targets(*more):
    words = ("targets", "--municipality", ISE, "--programme", "mr", "--on", "2026-11-22", *more)
    return run(cli, *words)


def test_h05_residents_then_results_then_targets(tmp_path):
    write_csv(
        tmp_path / "r.csv",
        *rows(RESIDENT_COLUMNS, *(person(n) for n in range(1, 6)), person(6, 住民状態="3")),
    )
    run(residents, "residents", "import", tmp_path / "r.csv", "--municipality", ISE)
    assert targets().data["targets"] == 5
    write_csv(tmp_path / "d.csv", *rows(RESULT_COLUMNS, given(1), given(2)))
    done = run(
        results, "results", "import", tmp_path / "d.csv", "--municipality", ISE, "--provider", "2410000001"
    )
    assert done.data["created"] == 2
    found = targets()
    assert found.data["targets"] == 3
    assert (found.data["excluded"]["not_yet"], found.data["excluded"]["dead"]) == (2, 1)
    assert found.data["addressees"] == 6
    assert "対象者 3人" in found.text
    assert run(cli, "eligibility", "check", "--municipality", ISE, "--all").data["differing"] == 0
    refreshed = run(cli, "eligibility", "refresh", "--municipality", ISE, "--all")
    assert refreshed.data["persons"] == 6


def test_h05_an_unknown_programme_or_city_is_refused():
    with pytest.raises(Refused, match="「polio」はありません"):
        run(cli, "targets", "--municipality", ISE, "--programme", "polio", "--on", "2026-11-22")
    with pytest.raises(Refused):
        run(cli, "targets", "--municipality", "242030", "--programme", "mr", "--on", "2026-11-22")


@pytest.mark.parametrize(
    "words", [("--dose", "2"), ("--district", "例示地区"), ("--born-to", "令和7年7月1日")]
)
def test_h05_conditions_come_from_the_command_line(tmp_path, words):
    write_csv(tmp_path / "r.csv", *rows(RESIDENT_COLUMNS, person(1)))
    run(residents, "residents", "import", tmp_path / "r.csv", "--municipality", ISE)
    assert targets(*words).data["excluded"]["outside_conditions"] == 1


def test_h20_an_amendment_is_seen_over_the_citys_residents(tmp_path):
    """Who lives here now, with the doses of the ledger; the dead are not among them."""
    write_csv(
        tmp_path / "r.csv",
        *rows(RESIDENT_COLUMNS, *(person(n) for n in range(1, 5)), person(5, 住民状態="3")),
    )
    run(residents, "residents", "import", tmp_path / "r.csv", "--municipality", ISE)
    write_csv(tmp_path / "d.csv", *rows(RESULT_COLUMNS, given(1)))
    run(results, "results", "import", tmp_path / "d.csv", "--municipality", ISE, "--provider", "2410000001")
    points = ("--from", "jp@2026-07-30", "--to", "jp@2026-07-31", "--programme", "mr")
    told = run(
        impact_cli, "schedule", "impact", *points, "--municipality", ISE, "--out", tmp_path / "list.csv"
    )
    assert (told.data["persons"], told.data["changed"]) == (4, 4)
    assert [(c["change"], c["count"]) for c in told.data["changes"]] == [("becomes_eligible", 4)]
    assert (tmp_path / "list.csv").read_text(encoding="utf-8-sig").count("0000000001") == 1
    with acting_for(ISE):
        assert len(AuditEvent.objects.get(action="schedule.impact").subjects) == 4
    later = ("--from", "jp@2026-08-31", "--to", "jp@2026-09-02", "--programme", "mr")
    told = run(impact_cli, "schedule", "impact", *later, "--municipality", ISE)
    assert [(c["change"], c["reason_to"], c["count"]) for c in told.data["changes"]] == [
        ("stops", "window", 1)
    ]


def test_h20_an_impact_needs_to_know_the_city():
    with pytest.raises(Refused, match="--municipality"):
        run(impact_cli, "schedule", "impact", "--from", "jp@2026-07-30", "--to", "jp@2026-07-31")
