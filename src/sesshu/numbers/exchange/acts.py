"""What is written of the exchange into the vault's log: who asked, for how many, never what passed."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_CALL = ("request", "caller", "terminal")

register(
    Sort.READ,
    ("numbers.exchange-results", "情報照会の結果の受取", "情報照会の結果を求めました", _CALL),
    ("numbers.exchange-records", "情報提供等記録の照会", "情報提供等記録を求めました", _CALL),
)
register(
    Sort.CHANGE,
    ("numbers.exchange-inquiries", "情報照会の依頼", "情報照会を中間サーバーへ送りました", _CALL),
    ("numbers.exchange-taken", "情報照会の結果の受領", "情報照会の結果を受領済みにしました", _CALL),
    ("numbers.exchange-cancel", "情報照会の取りやめ", "情報照会を取りやめました", _CALL),
    ("numbers.exchange-replicas", "副本の登録の依頼", "副本を中間サーバーへ送りました", _CALL),
    ("numbers.exchange-flags", "提供の制限の依頼", "自動応答不可・不開示の設定を送りました", _CALL),
)
register(
    Sort.JOB,
    ("numbers.codes-acquire", "符号の取得の依頼", "符号の取得を求めました"),
    ("numbers.codes-invalidate", "符号の失効の依頼", "符号の失効を求めました"),
)
register(
    Sort.EXPORT,
    ("numbers.medium-write", "連携媒体への書出し", "情報照会を媒体に書き出しました", ("medium",)),
    ("numbers.medium-read", "連携媒体からの読込み", "情報照会の結果を媒体から読み込みました", ("medium",)),
)
register(
    Sort.CHANGE,
    ("numbers.medium-carry", "連携媒体の搬送", "連携媒体の搬送を記録しました", ("medium",)),
    ("numbers.medium-erase", "連携媒体の消去", "連携媒体の消去を記録しました", ("medium",)),
)
