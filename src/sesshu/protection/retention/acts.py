"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_RUN = ("run", "rule")

register(
    Sort.ADMINISTRATION,
    ("retention.overview", "保存期間の表示", "保存期間と消去の一覧を見ました"),
    ("retention.list", "消去対象の表示", "消去するものの一覧を見ました", ("run",)),
    ("retention.holds", "消去の保留の表示", "消去を保留しているものの一覧を見ました"),
    ("retention.request", "消去の申請", "保存期間が終わったものの消去を申請しました", _RUN),
    ("retention.exclude", "消去からの除外", "消去の一覧から除外し、保留にしました", _RUN),
    ("retention.release", "消去の保留の解除", "消去の保留を解除しました", ("hold",)),
    ("retention.withdraw", "消去の申請の取下げ", "消去の申請を取り下げました", _RUN),
    ("retention.approve", "消去の承認", "消去を承認しました", _RUN),
    ("retention.refuse", "消去の却下", "消去の申請を却下しました", _RUN),
)
register(
    Sort.JOB,
    ("retention.erase", "消去", "保存期間が終わったものを消去しました", _RUN),
    ("retention.whole", "市区町村の消去の申請", "市区町村のすべてのデータの消去を申請しました", _RUN),
    ("retention.done", "消去の完了", "消去を終え、消去の証明を作りました", _RUN),
)
