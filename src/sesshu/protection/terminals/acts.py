"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_TERMINAL = ("terminal", "kind")
_APPLICATION = (*_TERMINAL, "application", "asked")

register(
    Sort.ADMINISTRATION,
    ("terminal.request", "端末の申請", "端末の登録または証明書を申請しました", _APPLICATION),
    ("terminal.approve", "端末の承認", "端末の申請を承認しました", _APPLICATION),
    ("terminal.turn-down", "端末の不承認", "端末の申請を承認しませんでした", _APPLICATION),
    ("terminal.first", "最初の端末の登録", "市の最初の端末を登録しました", _APPLICATION),
    ("terminal.issue", "端末の証明書の発行", "端末の証明書を発行しました", (*_APPLICATION, "serial")),
    ("terminal.lost", "端末の紛失の届出", "端末の紛失を届け出て、使えなくしました", _TERMINAL),
    ("terminal.taking-out-end", "端末の持出しの許可の取消", "端末の持出しの許可を取り消しました", _TERMINAL),
    ("terminal.retire", "端末の廃止", "端末を廃止しました", _TERMINAL),
)
register(
    Sort.REFUSAL,
    (
        "terminal.refused", "端末の拒否", "使えない端末からの接続が拒否されました",
        ("reason", "address", "serial", "terminal"),
    ),
)  # fmt: skip
