"""What is written of integrated numbers into the vault's log."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_CALL = ("request", "caller", "terminal")

register(
    Sort.READ,
    (
        "numbers.integrated-find",
        "統合宛名の照会",
        "団体内統合宛名の付番の有無と基本情報を照会しました",
        _CALL,
    ),
    ("numbers.integrated-history", "統合宛名の名寄せ履歴", "団体内統合宛名の名寄せの履歴を見ました", _CALL),
)
register(
    Sort.CHANGE,
    ("numbers.integrated-assign", "統合宛名番号の付番", "団体内統合宛名番号の付番を求めました", _CALL),
    ("numbers.integrated-update", "統合宛名の更新", "団体内統合宛名の基本情報を更新しました", _CALL),
    ("numbers.integrated-merge", "統合宛名の名寄せ", "団体内統合宛名を名寄せしました", _CALL),
    ("numbers.integrated-unmerge", "統合宛名の名寄せの解除", "団体内統合宛名の名寄せを解除しました", _CALL),
    ("numbers.integrated-end", "統合宛名の保存期間の終了", "団体内統合宛名との結付けを終えました", _CALL),
)
