"""What is written of 住登外者 into the vault's log."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_CALL = ("request", "caller", "terminal")

register(
    Sort.SEARCH, ("numbers.unregistered-find", "住登外者の照会", "住登外者の基本情報を照会しました", _CALL)
)
register(
    Sort.REFUSAL,
    ("numbers.unregistered-refused", "住登外者の処理の拒否", "住登外者の処理を受け付けませんでした", _CALL),
)
register(
    Sort.CHANGE,
    ("numbers.unregistered-new", "住登外者の付番", "住登外者宛名番号を付番しました", _CALL),
    ("numbers.unregistered-use", "住登外者の更新", "住登外者の情報を登録しました", _CALL),
    ("numbers.unregistered-join", "住登外者の名寄せ", "住登外者を名寄せしました", _CALL),
    ("numbers.unregistered-split", "住登外者の名寄せの解除", "住登外者の名寄せを解除しました", _CALL),
)
