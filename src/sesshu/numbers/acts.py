"""What the vault writes into its log, in words: every operation of its door, done or refused."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_CALL = ("request", "caller", "terminal")

register(
    Sort.READ,
    ("numbers.reveal", "保管庫の番号の表示", "トークンから個人番号を取り出しました", _CALL),
    ("numbers.history", "保管庫の番号の履歴", "個人番号の登録と変更の履歴を見ました", _CALL),
    ("numbers.erase-state", "保管庫の消去の状態", "個人番号の消去の状態を確かめました", _CALL),
    ("numbers.alarms", "保管庫の重複警告の照会", "確認待ちの重複警告を求めました", _CALL),
    ("numbers.accesses", "保管庫の利用記録の照合", "個人番号の利用記録を求めました", _CALL),
)
register(Sort.SEARCH, ("numbers.search", "保管庫の番号による検索", "個人番号から宛名番号を探しました", _CALL))
register(Sort.EXPORT, ("numbers.resolve", "保管庫の番号の一括取得", "個人番号を一括で取り出しました", _CALL))
register(
    Sort.CHANGE,
    ("numbers.register", "保管庫への番号の登録", "個人番号を保管庫に登録しました", _CALL),
    ("numbers.change", "保管庫の番号の変更", "保管庫の個人番号を変更しました", _CALL),
    ("numbers.load", "保管庫への番号の取込", "個人番号のファイルを保管庫に取り込みました", _CALL),
    ("numbers.load-codes", "保管庫への住民票コードの取込", "住民票コードを保管庫に取り込みました", _CALL),
    ("numbers.duplicate", "保管庫の重複の検知", "登録済みの個人番号が届き、登録しませんでした", _CALL),
    ("numbers.alarm-resolved", "保管庫の重複警告の確認", "重複警告の確認結果を記録しました", _CALL),
    ("numbers.token", "保管庫のトークンの発行", "目的ごとのトークンを求めました", _CALL),
    ("numbers.erase-request", "保管庫の番号の消去の申請", "個人番号の消去を申請しました", _CALL),
    ("numbers.erase", "保管庫の番号の消去の承認", "個人番号の消去を承認しました", _CALL),
)
