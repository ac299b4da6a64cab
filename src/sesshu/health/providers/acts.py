"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

register(
    Sort.CHANGE,
    ("provider.save", "医療機関の登録", "医療機関を登録・変更しました", ("provider", "at")),
    ("provider.provisional", "医療機関の仮登録", "医療機関を仮登録しました", ("provider",)),
    ("provider.doctor", "医師の登録", "医師を登録しました", ("provider",)),
)
