"""What protection itself and this room write into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_REQUEST = ("method", "status", "view", "needs", "numbers")

register(
    Sort.READ,
    ("page.open", "画面の表示", "画面を開きました", _REQUEST),
)
register(
    Sort.REFUSAL,
    (
        "access.refused",
        "権限・宛先のない操作の拒否",
        "許されない画面や番号を開こうとして拒否されました",
        _REQUEST,
    ),
    (
        "limit.reached",
        "操作の回数の超過",
        "短い間に操作を繰り返したため、しばらく受け付けませんでした",
        ("action",),
    ),
    (
        "upload.refused",
        "ファイルの受取りの拒否",
        "ウイルス検査を通らなかったため、ファイルを受け取りませんでした",
    ),
    ("access.refused-more", "拒否の多発", "短い間に多数の拒否を受けました", ("minute", "more")),
    ("form.refused", "入力の拒否", "入力の誤りのため登録されませんでした", _REQUEST),
)
register(
    Sort.CHANGE,
    ("form.sent", "変更のない送信", "画面を送信しましたが、変更はありませんでした", _REQUEST),
)
register(
    Sort.ADMINISTRATION,
    ("audit.search", "操作記録の検索", "操作記録を検索しました", ("conditions", "shown")),
    ("audit.person", "閲覧者の確認", "ある人を誰が見たかを確かめました", ("shown",)),
    ("audit.person-file", "閲覧者一覧の出力", "ある人を誰が見たかの一覧を出力しました", ("format", "rows")),
    ("audit.export", "操作記録の書出し", "操作記録の全体を書き出しました"),
    ("audit.verify", "操作記録の検証", "操作記録を検証しました", ("size", "findings", "checkpoints")),
    ("audit.checkpoint", "操作記録への署名", "操作記録に署名しました"),
    ("audit.witness", "証人の登録・取消", "操作記録の証人を登録または取り消しました", ("witness", "active")),
    ("audit.cosigned", "証人の署名の取込", "証人の署名を取り込みました", ("witness", "size")),
    (
        "audit.staff-person",
        "職員本人の宛名の登録",
        "職員本人の宛名を登録または削除しました",
        ("account", "known"),
    ),
    ("audit.rule", "検知規則の変更", "検知規則を変更しました", ("rule", "enabled", "thresholds")),
    ("audit.alert-raised", "警告の発生", "ふだんと違う使い方を検知しました", ("alert", "rule", "account")),
    ("audit.alert", "警告の確認", "警告を確認しました", ("alert", "state", "note")),
    ("audit.review-open", "点検の開始", "操作記録の点検を始めました", ("review", "month", "seed", "size")),
    ("audit.review-draw", "点検対象の抽出", "点検する操作を抽出しました", ("review", "items")),
    ("audit.review-find", "点検の所見", "点検の所見を記録しました", ("item", "finding", "note")),
    ("audit.review-sign", "点検の承認", "操作記録の点検を承認しました", ("review", "items", "improper")),
    ("audit.review-read", "点検の表示", "点検する操作を表示しました", ("review",)),
)
