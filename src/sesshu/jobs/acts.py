"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_KEYS = ("job", "kind")

register(
    Sort.JOB,
    ("job.plan", "処理の依頼", "処理を依頼しました", _KEYS),
    ("job.cancel", "処理の取消の依頼", "処理の取消を求めました", _KEYS),
    ("job.done", "処理の完了", "依頼した処理が終わりました", _KEYS),
    ("job.failed", "処理の失敗", "依頼した処理が失敗しました", _KEYS),
    ("job.cancelled", "処理の取消", "依頼した処理が取り消されました", _KEYS),
    ("job.queued", "処理のやり直し", "依頼した処理がやり直しに回りました", _KEYS),
)
