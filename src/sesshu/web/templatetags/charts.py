"""`{% bar_chart data %}`, `{% stacked_chart data %}`, `{% line_chart data %}`."""

from __future__ import annotations

from typing import Any

from django import template

from sesshu.web import line_drawing
from sesshu.web.charts import BarChart, LineChart, StackedChart, bar_widths, colour_of, parts

register = template.Library()


@register.inclusion_tag("web/components/bar_chart.html")
def bar_chart(chart: BarChart) -> dict[str, Any]:
    return {"chart": chart, "rows": zip(chart.bars, bar_widths(chart), strict=True)}


@register.inclusion_tag("web/components/stacked_chart.html")
def stacked_chart(chart: StackedChart) -> dict[str, Any]:
    rows = []
    for row, pieces in zip(chart.rows, parts(chart), strict=True):
        urls = row.urls or ("",) * len(row.values)
        rows.append((row.label, zip(row.values, urls, strict=True), pieces))
    return {"chart": chart, "rows": rows, "legend": _legend(chart.series)}


@register.inclusion_tag("web/components/line_chart.html")
def line_chart(chart: LineChart) -> dict[str, Any]:
    table = [(label, [line.values[i] for line in chart.lines]) for i, label in enumerate(chart.labels)]
    return {"chart": chart, "drawing": line_drawing.draw(chart), "table": table}


def _legend(names: tuple[str, ...]) -> list[tuple[int, str]]:
    return [(colour_of(index), name) for index, name in enumerate(names)]
