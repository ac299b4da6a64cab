"""What staff of this server do, in words for its log."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_ASKED = ("conditions", "shown")

register(
    Sort.LIST,
    ("intermediate.inquiry-list", "照会の一覧", "照会の一覧を見ました", _ASKED),
    ("intermediate.provision-list", "提供の一覧", "提供の一覧を見ました", _ASKED),
    ("intermediate.record-list", "情報提供等記録の一覧", "情報提供等記録を調べました", _ASKED),
    ("intermediate.flag-list", "フラグの一覧", "自動応答不可・不開示の状態を見ました", _ASKED),
    ("intermediate.registration-list", "副本の登録状況の一覧", "副本の登録状況を見ました", _ASKED),
)
register(
    Sort.READ,
    ("intermediate.inquiry-read", "中間サーバーの照会の閲覧", "照会の状態を見ました", ("inquiry",)),
    ("intermediate.provision-read", "提供の閲覧", "提供の状態を見ました", ("provision",)),
    ("intermediate.record-read", "情報提供等記録の閲覧", "情報提供等記録を見ました", ("record",)),
    ("intermediate.registration-read", "副本の登録の閲覧", "副本の登録の内訳を見ました", ("manifest",)),
    ("intermediate.list-read", "照合リストの閲覧", "照会許可用照合リストを見ました", ("version",)),
    ("intermediate.system-read", "稼動状況の閲覧", "中間サーバーの稼動状況を見ました", ("part",)),
)
register(
    Sort.PRINT,
    ("intermediate.disclosure", "開示用の写しの作成", "情報提供等記録の開示用の写しを作りました", ("shown",)),
)
register(
    Sort.CHANGE,
    ("intermediate.opinion", "提供の確認", "提供してよいかを確かめて決定者に回しました",
     ("provision", "provide")),
    ("intermediate.sent-back", "提供の差戻し", "提供の確認を差し戻しました", ("provision",)),
)  # fmt: skip
register(
    Sort.ADMINISTRATION,
    ("intermediate.notice-ended", "お知らせの終了", "お知らせの表示を終えました", ("notice",)),
)
