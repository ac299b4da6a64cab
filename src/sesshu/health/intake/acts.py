"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

register(Sort.READ, ("results.review", "結果の確認", "医療機関の結果を確かめました"))
register(
    Sort.CHANGE,
    ("results.upload", "結果ファイルの受領", "医療機関の結果ファイルを受け取りました", ("batch", "file")),
    ("results.decide", "結果の行の判断", "結果の行の扱いを決めました", ("batch", "row", "decision")),
    ("results.accept", "注意のある行の受入れ", "注意のある行をまとめて受け入れました", ("batch",)),
    (
        "results.commit", "結果の登録", "医療機関の結果を台帳に登録しました",
        ("batch", "file", "created", "replaced", "failed"),
    ),
    ("results.discard", "結果ファイルの破棄", "医療機関の結果ファイルを破棄しました", ("batch",)),
    (
        "results.import", "結果の取込", "接種結果のファイルを取り込みました",
        ("provider", "file", "created", "updated", "unchanged", "rejected", "repeated"),
    ),
)  # fmt: skip
