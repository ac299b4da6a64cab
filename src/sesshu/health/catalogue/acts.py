"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

register(
    Sort.CHANGE,
    ("catalogue.programme", "独自事業の登録", "市独自の予防接種を登録・変更しました", ("programme", "at")),
    ("catalogue.product", "ワクチン製品の登録", "ワクチンの製品を登録しました", ("product",)),
    ("catalogue.lot", "ロットの登録", "ワクチンのロットを登録しました", ("lot",)),
    ("catalogue.recall", "ロットの回収", "ロットの回収を記録・解除しました", ("lot", "recalled")),
)
