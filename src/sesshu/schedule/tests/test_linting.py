"""``sesshu schedule lint`` names what is wrong in a pack, by file, row and field (requirement H20)."""

import contextlib
import json
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sesshu.schedule import packs
from sesshu.schedule.cli import main
from sesshu.schedule.packs.fields import PackError
from sesshu.schedule.packs.linting import lint
from sesshu.schedule.packs.reading import read_pack

JP = Path(packs.__file__).parent / "jp"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(JP, tmp_path / "jp"))


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_h20_the_pack_jp_has_no_finding() -> None:
    assert lint(JP) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "field"),
    [
        ("hib.yaml", "gap: 27d", "gap: 27", "hib-2013", "gap"),
        ("hib.yaml", "gap: 27d", "gap: 99999999d", "hib-2013", "gap"),
        ("hib.yaml", "eligible: 2m .. 60m", "eligible: 2m .. 60 months", "hib-2013", "eligible"),
        ("hib.yaml", "eligible: 2m .. 60m", "eligible: 60m .. 2m", "hib-2013", "eligible"),
        ("hib.yaml", "products: [Hib]", "products: [Hip]", "hib-2013", "products"),
        ("hib.yaml", "serves: [hib]", "serves: [hip]", "hib-2013", "serves"),
        ("hib.yaml", "articles: [施行令1", "articles: [] # [", "hib-2013", "articles"),
        ("bcg.yaml", "route: PC", "route: through the skin", "bcg-2013", "route"),
        ("covid.yaml", "season: '10-01", "season: '13-01", "covid-routine-r6", "season"),
        ("hpv.yaml", "count: '.. 0'", "count: none", "hpv2v-2013", "count"),
        ("hpv.yaml", "{1: 5m}", "{first: 5m}", "hpv2v-2013", "gap_from"),
        ("hpv.yaml", "{1: 5m}", "{3: 5m}", "hpv2v-2013", "gap_from"),
        ("hpv.yaml", "sex: F", "sex: W", "hpv2v-2013", "sex"),
        ("hib.yaml", "deems_from: '2010-11-26'", "deems_from: 'November 2010'", "hib-2013", "deems_from"),
        ("je.yaml", "{p1: 6d}", "{p1: 6 days}", "je-p2-2007-2009", "gap_after_period"),
        ("je.yaml", "{p1: 6d}", "{p3: 6d}", "je-p2-2007-2009", "gap_after_period"),
        ("je.yaml", "{p1: 6d}", "[p1]", "je-p2-2007-2009", "gap_after_period"),
        ("covid.yaml", "（RNA・XEC）: 0.6", "（RNA・XEC）: none", "covid-routine-r7", "ml_of"),
        (
            "zoster.yaml",
            "unsure_in_later_window: medium",
            "unsure_in_later_window: maybe",
            "zoster-rzv-2026",
            "unsure_in_later_window",
        ),
        (
            "je.yaml",
            "beside: [je-p1-pre2014, je-p1-2014]",
            "beside: [gone]",
            "je-special-2007-2009",
            "beside",
        ),
        ("je.yaml", "  beside: [je-p1-pre2014, je-p1-2014]\n", "", "je-special-2007-2009", "in_force"),
        ("hepb.yaml", "age: 10y", "age: ten", "hepb-2016", "age"),
        ("pcv.yaml", "in_force: '2014-04-01 .. ", "in_force: '2014-05-01 .. ", "pcv13-2014", "in_force"),
        ("pcv.yaml", "in_force: '2014-04-01 .. ", "in_force: '2014-04-01 .. 2013-", "pcv13-2014", "in_force"),
        ("rsv-maternal.yaml", "week 28+0", "week 28", "rs-maternal-2026", "eligible"),
        ("rsv-maternal.yaml", "each: pregnancy", "each: fiscal-year", "rs-maternal-2026", "eligible"),
        ("hpv.yaml", "doses_of: [hpv2v-2014", "doses_of: [hpv2v-2015", "hpv-catchup-2022", "doses_of"),
        (
            "hpv.yaml",
            "doses_of: [hpv2v-2014",
            "doses_of: [hpv-catchup-ext-2025, hpv2v-2014",
            "",
            "",
        ),
        ("long-term-illness.yaml", "course: from-12m", "course: from-13m", "later-hib", "course"),
        ("exclusions.yaml", "diseases: [tuberculosis]", "diseases: [cold]", "keloid", "diseases"),
        ("vaccines.yaml", "kind: live-oral", "kind: live-nasal", "OPV", "kind"),
        ("programmes.yaml", "category: A", "category: C", "dpt-ipv-hib", "category"),
        ("programmes.yaml", "diseases: [varicella]", "diseases: [mumps]", "varicella", "diseases"),
    ],
)
def test_h20_each_finding_names_its_row_and_field(
    copy: Path, file: str, old: str, new: str, row: str, field: str
) -> None:
    change(copy, file, old, new)
    found = lint(copy)
    if row:
        assert any((f.row, f.field) == (row, field) for f in found), [str(f) for f in found]
    for finding in found:
        assert finding.problem


def test_h20_several_broken_rows_are_all_named(copy: Path) -> None:
    change(copy, "hib.yaml", "gap: 27d", "gap: often")
    change(copy, "je.yaml", "confidence: medium", "confidence: sure")
    change(copy, "mr.yaml", "rules:\n", "rules: [\n")
    assert {f.file for f in lint(copy)} == {"mr.yaml"}
    change(copy, "mr.yaml", "rules: [\n", "rules:\n")
    assert {(f.file, f.row) for f in lint(copy)} == {("hib.yaml", "hib-2013"), ("je.yaml", "je-p1-pre2014")}


def test_h20_rules_that_borrow_in_a_circle_are_told(copy: Path) -> None:
    borrowed = "doses_of: [hpv2v-2014, hpv4v-2014, hpv9v-3dose-2023]"
    change(copy, "hpv.yaml", borrowed, "doses_of: [hpv-catchup-ext-2025]")
    assert lint(copy) == []  # borrowing from one that borrows is no circle
    change(copy, "hpv.yaml", borrowed, "doses_of: [hpv-catchup-2022]")
    (found,) = lint(copy)
    assert found.field == "doses_of"
    assert "hpv-catchup-2022 → hpv-catchup-ext-2025 → hpv-catchup-2022" in found.problem
    with pytest.raises(PackError, match="借り合って"):
        read_pack("jp", copy)


def test_h20_a_yaml_that_holds_itself_is_a_clear_error(copy: Path) -> None:
    (copy / "bcg.yaml").write_text("rules: &loop\n- *loop\n", encoding="utf-8")
    assert [f.file for f in lint(copy)] == ["bcg.yaml"]
    with pytest.raises(PackError, match=r"bcg\.yaml"):
        read_pack("jp", copy)


def test_h20_the_command_prints_a_line_each(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "lint"]) == 0
    assert capsys.readouterr().out == "jp: 問題は見つかりませんでした。\n"
    change(copy, "hib.yaml", "gap: 27d", "gap: often")
    assert main(["schedule", "lint", "--pack", str(copy), "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["file"], finding["row"], finding["field"]) == ("hib.yaml", "hib-2013", "gap")
    assert main(["schedule", "lint", "--pack", str(copy / "nowhere")]) == 2


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5000), st.floats(), st.text(max_size=8), st.just([]),
    st.sampled_from(["2m .. 60m", "60m ..", "..", "day 42", "week 99+9", "9999-12-31", "0d", "1900m", "{}"]),
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_h20_a_pack_with_any_value_anywhere_is_read_or_refused_never_a_crash(
    copy: Path, data: st.DataObject
) -> None:
    file = data.draw(st.sampled_from(sorted(path.name for path in JP.glob("*.yaml"))))
    content = yaml.safe_load((JP / file).read_text(encoding="utf-8"))
    place = content
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        below = place[key]
        if not isinstance(below, dict | list) or not below or data.draw(st.integers(0, 3)) == 0:
            place[key] = data.draw(SCALARS)
            break
        place = below
    (copy / file).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    try:
        broken = lint(copy)
        with contextlib.nullcontext() if not broken else contextlib.suppress(PackError):
            read_pack("jp", copy)
    finally:
        shutil.copy(JP / file, copy / file)
