"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_ROTATED, _DESTRUCTION = ("version", "asked_by"), ("destruction", "by")

register(
    Sort.ADMINISTRATION,
    ("keys.rotate", "鍵の更新", "市区町村の鍵を新しくしました", _ROTATED),
    ("keys.rotate-root", "ルート鍵の更新", "ルート鍵を新しくしました", _ROTATED),
    ("keys.carried", "鍵の写しの取込", "復元したデータベースに鍵の写しを入れました", ("keys",)),
    ("keys.destroy-request", "鍵の廃棄の申請", "鍵の廃棄を申請しました", _DESTRUCTION),
    ("keys.destroy", "鍵の廃棄の承認", "鍵の廃棄を承認し、鍵を削除しました", _DESTRUCTION),
    ("keys.destroy-refuse", "鍵の廃棄の却下", "鍵の廃棄の申請を却下しました", _DESTRUCTION),
    ("keys.empty", "市区町村のデータの消去", "市区町村のデータを表ごとに消去しました", ("order", "table")),
    ("keys.destroyed", "鍵の廃棄の完了", "鍵の廃棄を終え、廃棄証明を作りました", ("destruction", "roots")),
)
