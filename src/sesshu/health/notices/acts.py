"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

register(
    Sort.READ,
    ("notices.preview", "印刷内容の確認", "印刷する予診票を確かめました", ("extraction",)),
)
register(
    Sort.PRINT,
    ("notices.issue", "予診票・通知の発行", "予診票や通知を発行しました", ("issue", "run", "extraction")),
    ("notices.print", "予診票の印刷", "予診票を印刷しました", ("issue",)),
    ("notices.prepare", "印刷の準備", "予診票の印刷を準備しました", ("run", "dropped")),
    ("notices.download", "印刷ファイルの出力", "印刷ファイルを取り出しました", ("run",)),
)
register(
    Sort.CHANGE,
    ("notices.cancelled", "発行の取消", "発行した予診票を取り消しました", ("issue",)),
    ("notices.returned", "返戻の記録", "届かなかった通知を記録しました", ("issue",)),
    ("notices.cancel-run", "印刷の取消", "印刷した分の発行をすべて取り消しました", ("run",)),
)
