"""What this room writes into the log, in words. The vault's own log holds its side under the same request."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_REQUEST = ("request",)

register(Sort.SEARCH, ("number.search", "個人番号による検索", "個人番号で住民を探しました", _REQUEST))
register(Sort.READ, ("number.reveal", "個人番号の表示", "個人番号を表示しました", _REQUEST))
register(
    Sort.ADMINISTRATION,
    (
        "number.reconcile",
        "個人番号の利用記録の照合",
        "個人番号の利用記録を保管庫と照合しました",
        ("both", "city", "vault"),
    ),
)
register(
    Sort.CHANGE,
    ("number.register", "個人番号の登録", "個人番号を登録しました", _REQUEST),
    ("number.change", "個人番号の変更", "個人番号を変更しました", _REQUEST),
)
