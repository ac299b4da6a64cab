"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

register(Sort.SEARCH, ("addressee.search", "住民検索", "住民を検索しました", ("by",)))
register(
    Sort.READ,
    ("addressee.read", "住民情報の閲覧", "住民情報を見ました"),
    ("addressee.history", "異動履歴の閲覧", "異動履歴を見ました"),
    ("addressee.changes", "取込結果の閲覧", "取込で変わった人を見ました"),
    ("addressee.duplicates", "名寄せ候補の閲覧", "同じ人かもしれない組を見ました"),
)
register(
    Sort.CHANGE,
    ("addressee.register", "住登外者の登録", "住登外者を登録しました"),
    ("addressee.update", "住民情報の変更", "住民情報を変更しました", ("items",)),
    ("addressee.merge", "名寄せ", "二つの宛名を一人にまとめました", ("merge",)),
    ("addressee.unmerge", "名寄せの取消", "名寄せを取り消しました", ("merge",)),
    ("addressee.protect", "支援措置の登録", "支援措置を登録しました", ("measure", "starts_on")),
    ("addressee.unprotect", "支援措置の終了", "支援措置を終了しました", ("measure", "ends_on")),
    (
        "residents.import", "住民ファイルの取込", "住民ファイルを取り込みました",
        ("kind", "rows", "created", "updated", "unchanged", "late", "rejected", "held_back", "absent",
         "repeated"),
    ),
)  # fmt: skip
register(
    Sort.EXPORT,
    ("residents.import.errors", "取込エラー一覧の出力", "住民ファイルの取込エラー一覧を出力しました"),
)
