"""What the core writes into its log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_CALL = ("institution", "refused")

register(
    Sort.CHANGE,
    ("network.codes", "符号の付与", "取得番号により符号を付与しました", _CALL),
    ("network.invalidated", "符号の失効", "符号を失効させました", _CALL),
    (
        "network.permits",
        "提供許可証の発行",
        "照会を照合リストと照合しました",
        (*_CALL, "list_version", "repeated"),
    ),
    ("network.outcomes", "提供結果の記録", "提供の結果を記録しました", _CALL),
    (
        "network.correction",
        "記録の訂正の通知",
        "情報提供等記録の訂正を相手方へ回付しました",
        ("institution", "receiver"),
    ),
)
register(
    Sort.READ,
    (
        "network.list-given",
        "照合リストの配信",
        "照会許可用照合リストを配信しました",
        ("institution", "list_version"),
    ),
    ("network.directory-given", "機関一覧の配信", "機関一覧を配信しました", ("institution",)),
)
register(
    Sort.REFUSAL,
    (
        "network.refused",
        "ネットワークへの通信の拒否",
        "通信を受け付けませんでした",
        ("door", "institution", "part"),
    ),
    (
        "network.undelivered",
        "配信できない通信",
        "機関が受け取らなかった通信を取り下げました",
        ("institution", "sort", "reference"),
    ),
)
register(
    Sort.ADMINISTRATION,
    ("network.enrolled", "機関の登録", "機関をネットワークに登録しました", ("institution", "kind")),
    ("network.disabled", "機関の停止", "機関の接続を止めました", ("institution",)),
    (
        "network.list-published",
        "照合リストの公開",
        "照会許可用照合リストの新しい版を公開しました",
        ("list_version", "from"),
    ),
    (
        "network.expired",
        "保存期間を過ぎた記録の消去",
        "保存期間を過ぎた情報提供等記録を消去しました",
        ("before",),
    ),
)
