"""What this server writes into its log, in words: every operation of its door and of its staff."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_CALL = ("caller", "terminal", "request")

register(
    Sort.READ,
    ("intermediate.results", "照会結果の引渡し", "照会結果を引き渡しました", _CALL),
    ("intermediate.records", "市のシステムへの情報提供等記録の提供", "情報提供等記録を求めました", _CALL),
    ("intermediate.own-view", "本人への情報提供等記録の提供", "本人に示す情報提供等記録を求めました", _CALL),
    ("intermediate.state", "中間サーバーの状態の照会", "中間サーバーの状態を求めました", _CALL),
    ("intermediate.preview", "提供前の内容の確認", "提供しようとする内容を見ました", ("provision",)),
)
register(
    Sort.CHANGE,
    ("intermediate.codes", "符号の取得依頼", "符号の取得を依頼しました", (*_CALL, "asked")),
    ("intermediate.codes-stored", "符号の受信", "符号が届きました", _CALL),
    ("intermediate.codes-invalidated", "中間サーバーの符号の失効", "符号を失効させました", _CALL),
    ("intermediate.inquiries", "照会の受付", "照会を受け付けました", (*_CALL, "accepted", "batch")),
    ("intermediate.cancelled", "中間サーバーの照会の取りやめ", "照会を取りやめました", _CALL),
    ("intermediate.taken", "照会結果の受取り", "照会結果の受取りを記録しました", _CALL),
    ("intermediate.permitted", "提供許可証の受信", "提供許可証を確かめました", (*_CALL, "refused")),
    ("intermediate.permits", "提供の求めの受信", "提供の求めを確かめました", (*_CALL, "states")),
    ("intermediate.answers", "回答の受信", "回答を確かめました", (*_CALL, "states")),
    ("intermediate.answered", "回答の作成", "副本から回答を作りました", _CALL),
    ("intermediate.delivered", "回答の送信", "回答を送信しました", (*_CALL, "refused")),
    ("intermediate.expired", "期限切れ", "期限を過ぎた照会または提供を終えました", (*_CALL, "side")),
    ("intermediate.replicas", "副本の登録", "副本を登録しました",
     (*_CALL, "process", "manifest", "stored", "withdrawn", "known", "refused")),
    ("intermediate.flags", "自動応答不可・不開示の設定", "自動応答不可または不開示を設定しました", _CALL),
    ("intermediate.approve", "提供の承認", "提供を承認しました", ("provision",)),
    ("intermediate.withhold", "提供の不承認", "提供しないことにしました", ("provision",)),
    ("intermediate.correct", "情報提供等記録の訂正", "情報提供等記録を訂正しました", ("record", "field")),
    ("intermediate.corrections", "訂正の通知の受信", "情報提供等記録の訂正の通知を受けました",
     (*_CALL, "states")),
)  # fmt: skip
register(
    Sort.REFUSAL,
    ("intermediate.misdirected", "ほかの団体あての通信", "ほかの団体あての通信を受け付けませんでした", _CALL),
    ("intermediate.stranger", "許可のない接続", "許可のない接続を受け付けませんでした",
     (*_CALL, "reason")),
)  # fmt: skip
register(
    Sort.ADMINISTRATION,
    ("intermediate.list", "照合リストの受信", "照会許可用照合リストを登録しました", ("version",)),
    ("intermediate.directory", "機関の一覧の受信", "機関の一覧を登録しました", ("institutions",)),
    ("intermediate.expiry", "保存期間満了の削除", "保存期間を過ぎた情報を削除しました",
     ("records", "inquiries", "provisions", "acquisitions", "replicas", "persons")),
    ("intermediate.notice", "お知らせの登録", "お知らせを登録しました", ("notice",)),
)  # fmt: skip
