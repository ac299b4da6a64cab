"""Every part of a screen once, for builders of screens and for the tests. Not in a city's installation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sesshu.kernel import clock
from sesshu.web import chips
from sesshu.web.charts import Bar, BarChart, Cell, Line, LineChart, StackedChart, StackedRow
from sesshu.web.fields import DateField
from sesshu.web.forms import StaffForm


class SampleForm(StaffForm):
    code = forms.CharField(label="予診票番号", help_text="14桁。読取機で読むと次の欄へ移ります。")
    given_on = DateField(label="接種年月日")
    lot = forms.CharField(label="ロット番号", required=False)
    place = forms.ChoiceField(
        label="接種部位", choices=[("", "選んでください"), ("L", "左上腕"), ("R", "右上腕")]
    )
    result = forms.ChoiceField(
        label="結果区分", choices=[("1", "接種"), ("2", "予診のみ")], widget=forms.RadioSelect, initial="1"
    )
    kinds = forms.MultipleChoiceField(
        label="出力するもの",
        choices=[("a", "台帳"), ("b", "宛名"), ("c", "集計")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    outside = forms.BooleanField(label="市外で接種した", required=False)
    note = forms.CharField(label="メモ", widget=forms.Textarea({"rows": 3}), required=False)
    file = forms.FileField(label="結果ファイル", help_text="CSV（UTF-8 または Shift_JIS）、20MBまで")

    def clean_lot(self) -> str:
        raise ValidationError(
            "ロット番号に使えない文字があります。",
            params={"row": 12, "column": "ロット番号", "remedy": "半角の英数字で入力してください。"},
        )


ROWS = [
    ("0000000101", "見本 はな子", "ミホン ハナコ", "R5.4.2", "eligible", 2, ""),
    ("0000000102", "見本 つばさ", "ミホン ツバサ", "R7.12.30", "not_yet", 0, ""),
    ("0000000103", "例示 みなと", "レイジ ミナト", "R3.1.15", "complete", 4, "is-warned"),
    ("0000000104", "例示 さくら", "レイジ サクラ", "H27.8.9", "aged_out", 1, "is-wrong"),
    ("0000000105", "試行 あおい", "シコウ アオイ", "H20.2.29", "not_target", 0, "is-void"),
]
COVERAGE = BarChart(
    "予防接種別の接種率",
    "予防接種",
    ("対象者", "接種者", "接種率"),
    (
        Bar("五種混合", 96.2, (Cell("1,204", "#"), Cell("1,158", "#"), Cell("96.2%"))),
        Bar("麻しん風しん（第1期）", 93.4, (Cell("1,187", "#"), Cell("1,109", "#"), Cell("93.4%"))),
        Bar("ヒトパピローマウイルス", 41.8, (Cell("612", "#"), Cell("256", "#"), Cell("41.8%"))),
        Bar("風しん（第5期）", None, (Cell("0"), Cell("0"), Cell("－"))),
    ),
    maximum=100,
)
BY_COHORT = StackedChart(
    "出生年度別の接種回数",
    "出生年度",
    ("完了", "途中", "未接種"),
    (
        StackedRow("令和5年度", (1020, 96, 41), ("#", "#", "#")),
        StackedRow("令和6年度", (944, 133, 52)),
        StackedRow("令和7年度", (310, 702, 118)),
    ),
)
BY_MONTH = LineChart(
    "月別の接種率",
    "月",
    ("4月", "5月", "6月", "7月", "8月", "9月", "10月"),
    (
        Line("麻しん風しん第1期", (61.0, 70.5, 78.2, 84.0, 88.8, 91.0, 93.4)),
        Line("麻しん風しん第2期", (12.0, 31.5, 48.0, 61.2, 70.9, 80.3, 88.0)),
        Line("ヒトパピローマ", (8.0, 14.0, None, 22.0, 29.5, 36.0, 41.8)),
    ),
    unit="%",
    top=100,
)


@require_GET
@login_required
def gallery(request: HttpRequest) -> HttpResponse:
    for level, words, tags in (
        (messages.SUCCESS, "接種記録を1件登録しました。", "undo:/components/"),
        (messages.WARNING, "2行に確認が必要な値があります。", ""),
        (messages.ERROR, "ファイルを読み取れませんでした。", ""),
    ):
        messages.add_message(request, level, words, extra_tags=tags)
    return render(request, "web/gallery.html", _samples(request))


def _samples(request: HttpRequest) -> dict[str, Any]:
    return {
        "today": clock.today(),
        "form": SampleForm({"code": "242039", "given_on": "R8.11.31", "lot": "あ"}),
        "blank": SampleForm(auto_id="blank_%s"),
        "chips": chips.known(),
        "rows": ROWS,
        "page": Paginator(range(1234), 50).get_page(request.GET.get("page", 7)),
        "tabs": [
            {"label": "台帳", "url": "#", "current": True},
            {"label": "発行履歴", "url": "#", "count": 3},
            {"label": "世帯", "url": "#"},
        ],
        "items": [
            ("宛名番号", "0000000101"),
            ("性別", "女"),
            ("世帯番号", "000000000000777"),
            ("地区", "見本地区"),
        ],
        "steps": ["ファイルを選ぶ", "内容を確かめる", "取り込む", "結果"],
        "coverage": COVERAGE,
        "by_cohort": BY_COHORT,
        "by_month": BY_MONTH,
    }
