"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

register(
    Sort.LIST,
    ("targets.list", "対象者一覧の閲覧", "対象者の一覧を見ました", ("extraction",)),
    ("schedule.impact", "改正の影響の確認", "改正で判定が変わる人を調べました", ("from", "to", "list")),
)
register(
    Sort.CHANGE,
    ("targets.extract", "対象者の抽出", "対象者を抽出しました", ("extraction", "programme", "on")),
    ("targets.add", "対象者の追加", "対象者を手で追加しました", ("extraction", "row")),
    ("targets.remove", "対象者の除外", "対象者を一覧から外しました", ("extraction", "row")),
    ("targets.undo", "対象者の変更の取消", "対象者の追加・除外を取り消しました", ("extraction", "row")),
    ("eligibility.refresh", "対象者情報の更新", "接種の対象者情報を更新しました", ("generation",)),
)
