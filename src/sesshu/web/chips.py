"""The words, tone and mark of a state. A chip is told by its words and mark, never by colour alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chip:
    """`tone`: accent, success, warning, error, notice, weak, protected. `mark`: a name in mark.html or ""."""

    label: str
    tone: str
    mark: str = ""


_CHIPS = {
    "eligible": Chip("接種対象", "accent", "disc"),
    "not_yet": Chip("時期前", "notice", "clock"),
    "complete": Chip("接種完了", "success", "tick"),
    "aged_out": Chip("対象年齢超過", "weak", "bar"),
    "not_target": Chip("対象外", "weak", "ring"),
    "overdue": Chip("標準期間超過", "warning", "alert"),
    "protected": Chip("支援措置", "protected", "alert"),
    "valid": Chip("有効", "success", "tick"),
    "not_valid": Chip("無効", "error", "cross"),
    "extraneous": Chip("余分", "notice", "alert"),
    "sub_standard": Chip("基準外", "warning", "alert"),
    "routine": Chip("定期", "accent"),
    "voluntary": Chip("任意", "weak"),
    "queued": Chip("待機中", "notice", "clock"),
    "running": Chip("処理中", "accent", "disc"),
    "done": Chip("完了", "success", "tick"),
    "failed": Chip("失敗", "error", "cross"),
    "cancelled": Chip("取消", "weak", "bar"),
    "revoked": Chip("権限の失効で停止", "warning", "alert"),
    "inquiry-queued": Chip("送信待ち", "notice", "clock"),
    "inquiry-asked": Chip("照会中", "accent", "clock"),
    "inquiry-answered": Chip("回答あり", "success", "tick"),
    "inquiry-refused": Chip("提供されず", "warning", "alert"),
    "inquiry-failed": Chip("送れず", "error", "cross"),
    "inquiry-cancelled": Chip("取りやめ", "weak", "bar"),
    "inquiry-closed": Chip("処理済み", "weak", "tick"),
    "provided-same": Chip("同じ記録あり", "weak", "tick"),
    "provided-similar": Chip("似ている記録あり", "warning", "alert"),
    "provided-contradictory": Chip("食い違いあり", "error", "cross"),
    "provided-new": Chip("新しい記録", "accent", "disc"),
    "provided-unknown": Chip("読み替えが必要", "warning", "alert"),
    "exchange-accepted": Chip("受付", "notice", "clock"),
    "exchange-permitted": Chip("回答待ち", "accent", "clock"),
    "exchange-answered": Chip("回答あり", "success", "tick"),
    "exchange-taken": Chip("受取済み", "weak", "tick"),
    "exchange-refused": Chip("拒否", "warning", "alert"),
    "exchange-cancelled": Chip("取りやめ", "weak", "bar"),
    "exchange-expired": Chip("期限切れ", "error", "cross"),
    "exchange-received": Chip("受付", "notice", "clock"),
    "exchange-waiting": Chip("確認待ち", "warning", "alert"),
    "exchange-checked": Chip("決定待ち", "accent", "disc"),
    "exchange-delivered": Chip("送信済み", "success", "tick"),
}


def chip_of(value: str) -> Chip:
    """The chip of a known state; a plain one that shows `value` itself otherwise."""
    return _CHIPS.get(value) or Chip(value, "weak")


def known() -> tuple[str, ...]:
    """Every state that has a chip."""
    return tuple(_CHIPS)
