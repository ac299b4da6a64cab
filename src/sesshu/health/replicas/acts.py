"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

register(Sort.LIST, ("replica.list", "副本の登録状況の閲覧", "副本の登録状況を見ました"))
register(Sort.READ, ("exchange.flags-read", "提供の設定の閲覧", "自動応答不可・不開示の設定を見ました"))
register(
    Sort.CHANGE,
    (
        "exchange.flags",
        "提供の設定",
        "自動応答不可・不開示を設定しました",
        ("no_auto_reply", "nondisclosure"),
    ),
    ("replica.retry", "副本の再送", "受け付けられなかった副本を送り直しました", ("entries",)),
)
register(
    Sort.JOB,
    (
        "replica.send",
        "副本の送信",
        "副本などを中間サーバーへ送りました",
        ("process", "path", "sent", "refused", "digest"),
    ),
    (
        "replica.rebuild",
        "副本の登録のやり直し",
        "足りない副本を登録の対象にしました",
        ("persons", "records", "again"),
    ),
)
