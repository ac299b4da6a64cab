"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_INQUIRY = ("inquiry", "kind", "provider")

register(
    Sort.LIST,
    ("inquiry.list", "照会の一覧の閲覧", "照会の一覧を見ました"),
    ("inquiry.movers", "転入者の照会の確認", "まとめて照会する転入者を数えました", ("since", "until")),
)
register(Sort.READ, ("inquiry.read", "照会の閲覧", "照会とその回答を見ました", _INQUIRY))
register(
    Sort.CHANGE,
    ("inquiry.ask", "情報照会", "ほかの機関へ照会しました", (*_INQUIRY, "nondisclosure")),
    ("inquiry.ask-many", "まとめての情報照会", "転入者についてまとめて照会しました", ("run", "kind")),
    ("inquiry.cancel", "照会の取りやめ", "照会を取りやめました", _INQUIRY),
    ("inquiry.close", "照会の終了", "照会の処理を終えました", (*_INQUIRY, "closing")),
    (
        "inquiry.decide",
        "回答の処理",
        "照会の回答を処理しました",
        (*_INQUIRY, "decision", "dose", "place", "fate"),
    ),
    (
        "inquiry.undo",
        "回答の処理の取消",
        "回答から登録した記録を取り消しました",
        (*_INQUIRY, "dose", "place"),
    ),
)
register(
    Sort.JOB,
    ("inquiry.sent", "照会の送信", "照会を送りました", ("sent", "refused")),
    ("inquiry.received", "回答の受領", "照会の回答を受け取りました", ("inquiry", "records", "refusal")),
)
register(
    Sort.ADMINISTRATION,
    (
        "institutions.import",
        "照会先の一覧の取込",
        "照会先の機関の一覧を取り込みました",
        ("created", "updated", "unlisted"),
    ),
)
