"""A file of inquiries: each line once, its fate in a file, a kill loses nothing (M02, M04)."""

from __future__ import annotations

import csv
import stat
from pathlib import Path
from typing import Any

import pytest

from sesshu.intermediate import inquiry_files, inquiry_results, result_file
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.models import Inquiry, InquiryBatch, Rejection
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.test_dat_file import line
from sesshu.intermediate.tests.world import Core, Other
from sesshu.protocol import points

BY = Caller("t-clerk")


@pytest.fixture
def path(core: Core, tmp_path: Path) -> Path:
    """Ten inquiries about three persons, one of them without a 符号, and two lines that are none."""
    world.get_codes(core, 1, 2)
    lines = [line(団体内統合宛名番号=world.number(n % 3)) for n in range(10)]
    lines[4] = "x"
    lines[7] = line(照会者機関コード=world.OTHER)
    path = tmp_path / "照会_0001.DAT"
    path.write_bytes("".join(f"{each}\r\n" for each in lines).encode())
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, **options: Any) -> dict[str, int]:
    batch = result_file.newest()
    assert batch is not None
    return result_file.write(path, batch, by=BY, told=lambda done: None, **options)


def test_each_line_has_its_fate(path: Path, core: Core, other: Other, tmp_path: Path) -> None:
    batch = inquiry_files.load(path, by=BY)
    assert (batch.lines, batch.accepted, batch.refused, batch.state) == (10, 4, 6, "done")
    assert Inquiry.objects.count() == 4
    world.dispatch()
    shown = {name: world.record()[name] for name in world.PERMITTED}
    first = Inquiry.objects.order_by("line")[0]
    other.bring(other.answer(core.permits[first.processing_number], [shown, shown | {"lot": "=1+1"}]))
    target = tmp_path / "結果.csv"
    counts = write(target)
    found = rows(target)
    assert counts == {"rows": 11, "open": 3}
    assert sorted({int(row["行"]) for row in found}) == list(range(1, 11))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    by_line: dict[int, list[dict[str, str]]] = {}
    for row in found:
        by_line.setdefault(int(row["行"]), []).append(row)
    provided = by_line[first.line or 0]
    assert [row["明細番号"] for row in provided] == ["1", "2"]
    assert [row["lot"] for row in provided] == ["Y001", "'=1+1"]
    assert {(row["照会ステータス(明細)"], row["照会ステータス(特定個人情報名単位)"]) for row in provided} == {
        ("09", "01")
    }
    assert "長さ" in by_line[5][0]["説明"]
    assert "照会者機関コード" in by_line[8][0]["説明"]
    assert "符号" in by_line[1][0]["説明"]
    write(target, take=True)
    assert rows(target)[1]["lot"] == "Y001"
    assert Inquiry.objects.get(pk=first.pk).state == "taken"
    write(target)
    assert "受取済み" in rows(target)[1]["説明"]


def test_the_inquiries_of_a_file_stand_before_no_others(
    path: Path, core: Core, other: Other, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They finish first and are not taken for long; the city's own answers come all the same (M02)."""
    monkeypatch.setattr(inquiry_results, "MOST", 3)
    inquiry_files.load(path, by=BY)
    (accepted,) = world.inquire(world.inquiry(1))
    world.dispatch()
    for permit in core.permits.values():
        other.bring(other.answer(permit, []))
    assert Inquiry.objects.filter(state="answered").count() == 5
    (found,) = world.from_numbers("/ski/results", waiting=True)
    assert found["processing_number"] == accepted["processing_number"]
    assert write(tmp_path / "結果.csv", take=True)["open"] == 0
    assert Inquiry.objects.filter(state="taken").count() == 4
    (found,) = world.from_numbers("/ski/results", waiting=True)
    assert found["processing_number"] == accepted["processing_number"]


def test_loaded_again_a_file_adds_nothing(path: Path) -> None:
    first = inquiry_files.load(path, by=BY)
    again = inquiry_files.load(path, by=BY)
    assert (again.pk, InquiryBatch.objects.count()) == (first.pk, 1)
    assert (Inquiry.objects.count(), Rejection.objects.count()) == (4, 6)


class Killed(BaseException):
    pass


def test_a_killed_run_goes_on_where_it_stopped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inquiry_files, "CHUNK", 3)
    for killed_after in (1, 1, 1):
        reached = 0

        def die(name: str, after: int = killed_after) -> None:
            nonlocal reached
            reached += 1
            if reached == after:
                raise Killed

        monkeypatch.setattr(points, "hook", die)
        with pytest.raises(Killed):
            inquiry_files.load(path, by=BY)
    assert (InquiryBatch.objects.get().lines, InquiryBatch.objects.get().state) == (9, "running")
    monkeypatch.setattr(points, "hook", None)
    told: list[int] = []
    done = inquiry_files.load(path, by=BY, told=told.append)
    assert told == [10]
    assert (done.accepted, done.refused, Inquiry.objects.count()) == (4, 6, 4)


def test_two_processes_do_not_load_one_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inquiry_files, "CHUNK", 3)
    interrupted = False

    def other_process(name: str) -> None:
        nonlocal interrupted
        if not interrupted:
            interrupted = True
            inquiry_files.load(path, by=BY)

    monkeypatch.setattr(points, "hook", other_process)
    with pytest.raises(inquiry_files.BeingLoaded):
        inquiry_files.load(path, by=BY)
    assert Inquiry.objects.count() == 4
