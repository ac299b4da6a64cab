"""Where the marks of charts lie."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from sesshu.web import line_drawing
from sesshu.web.charts import (
    Bar,
    BarChart,
    Cell,
    Line,
    LineChart,
    StackedChart,
    StackedRow,
    bar_widths,
    parts,
    ticks,
)


def bars(*values: float | None, maximum: float | None = None) -> BarChart:
    return BarChart("接種率", "予防接種", ("率",), tuple(Bar("x", v, (Cell("1"),)) for v in values), maximum)


def test_the_largest_bar_is_full_and_the_others_in_proportion() -> None:
    assert bar_widths(bars(50, 25, None, 0)) == ("100.00", "50.00", "0.00", "0.00")


def test_a_fixed_maximum_is_kept_and_never_passed() -> None:
    assert bar_widths(bars(50, 130, maximum=100)) == ("50.00", "100.00")


def test_bars_of_nothing_draw_nothing() -> None:
    assert bar_widths(bars(0, None)) == ("0", "0")


def test_the_parts_of_a_row_stand_one_after_another() -> None:
    chart = StackedChart(
        "回数", "年度", ("完了", "途中"), (StackedRow("R5", (3, 1)), StackedRow("R6", (1, 1))), shares=False
    )
    first, second = parts(chart)
    assert [(p.x, p.width) for p in first] == [("0.00", "75.00"), ("75.00", "25.00")]
    assert [(p.x, p.width) for p in second] == [("0.00", "25.00"), ("25.00", "25.00")]


@given(st.floats(min_value=0.001, max_value=1e9))
def test_ticks_reach_the_top_in_few_even_steps(top: float) -> None:
    marks = ticks(top)
    assert marks[0] == 0
    assert marks[-1] >= top * 0.999
    assert 3 <= len(marks) <= 8
    steps = [later - earlier for earlier, later in pairwise(marks)]
    assert max(steps) == pytest.approx(min(steps))


def lines(*series: tuple[float | None, ...]) -> LineChart:
    labels = tuple(str(n) for n in range(len(series[0])))
    return LineChart("率", "月", labels, tuple(Line(f"系列{n}", s) for n, s in enumerate(series)), top=100)


def test_a_missing_value_breaks_the_line() -> None:
    (line,) = line_drawing.draw(lines((10, 20, None, 40, 50))).lines
    assert line.path.count("M") == 2
    assert len(line.points) == 4


def test_names_at_the_end_do_not_cover_one_another_and_stay_inside() -> None:
    drawing = line_drawing.draw(lines((1, 2), (1, 2), (1, 2), (1, 0)))
    heights = sorted(line.name_y for line in drawing.lines if line.name_y is not None)
    assert len(heights) == 4
    assert all(later - earlier >= line_drawing.LABEL_GAP for earlier, later in pairwise(heights))
    assert heights[-1] <= line_drawing.BOTTOM


def test_a_line_without_any_value_has_no_name() -> None:
    assert line_drawing.draw(lines((None, None), (1, 2))).lines[0].name_y is None


def test_one_point_stands_in_the_middle() -> None:
    (line,) = line_drawing.draw(lines((50,))).lines
    middle = (line_drawing.LEFT + line_drawing.WIDTH - line_drawing.RIGHT) / 2
    assert line.points == ((middle, (line_drawing.TOP + line_drawing.BOTTOM) / 2),)


def test_the_table_says_what_the_line_draws() -> None:
    html = Template("{% load charts %}{% line_chart c %}").render(Context({"c": lines((10.5, None))}))
    assert '<td class="number">10.5</td>' in html
    assert '<td class="number">－</td>' in html


def test_labels_are_escaped_in_every_chart() -> None:
    evil = "<script>"
    charts = {
        "bar_chart": BarChart(evil, evil, (evil,), (Bar(evil, 1, (Cell(evil),)),)),
        "stacked_chart": StackedChart(evil, evil, (evil,), (StackedRow(evil, (1,)),)),
        "line_chart": LineChart(evil, evil, (evil,), (Line(evil, (1.0,)),)),
    }
    for tag, chart in charts.items():
        html = Template("{% load charts %}{% " + tag + " c %}").render(Context({"c": chart}))
        assert evil not in html
        assert "&lt;script&gt;" in html
