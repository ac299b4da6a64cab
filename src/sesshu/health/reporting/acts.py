"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_ASKED, _FILE = ("conditions",), ("conditions", "format")

register(
    Sort.LIST,
    ("unvaccinated.show", "未接種者一覧の閲覧", "未接種者一覧を見ました", _ASKED),
    ("roster.show", "接種名簿の閲覧", "接種名簿を見ました", _ASKED),
    ("doses.show", "集計の内訳（接種）の閲覧", "集計した接種の内訳を見ました", _ASKED),
    ("residents.show", "集計の内訳（住民）の閲覧", "集計した住民の内訳を見ました", _ASKED),
)
register(
    Sort.EXPORT,
    ("unvaccinated.export", "未接種者一覧の出力", "未接種者一覧をファイルにしました", _FILE),
    ("roster.export", "接種名簿の出力", "接種名簿をファイルにしました", _FILE),
    ("doses.export", "集計の内訳（接種）の出力", "集計した接種の内訳をファイルにしました", _FILE),
    ("residents.export", "集計の内訳（住民）の出力", "集計した住民の内訳をファイルにしました", _FILE),
    ("list.fetch", "一覧ファイルの取出し", "作成した一覧ファイルを取り出しました", ("file",)),
    ("report.export", "報告の出力", "地域保健・健康増進事業報告をファイルにしました", ("fiscal_year",)),
    ("report.pivot", "集計表の出力", "集計表をファイルにしました", ("format",)),
)
register(
    Sort.CHANGE,
    ("report.keep", "報告の確定", "報告の数字を保存しました", ("fiscal_year", "version")),
)
