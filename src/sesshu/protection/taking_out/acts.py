"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_REQUEST, _MEDIUM = ("taking_out", "producer", "basis"), ("medium",)

register(
    Sort.EXPORT,
    ("taking-out.request", "持出しの申請", "データの持出しを申請しました", _REQUEST),
    ("taking-out.withdraw", "持出しの取下げ", "持出しの申請を取り下げました", _REQUEST),
    ("taking-out.approve", "持出しの承認", "持出しを承認しました", _REQUEST),
    ("taking-out.refuse", "持出しの却下", "持出しの申請を却下しました", _REQUEST),
    ("taking-out.ready", "持出しファイルの作成", "持ち出すファイルを作り、暗号化しました", _REQUEST),
    ("taking-out.fail", "持出しファイルの作成の失敗", "持ち出すファイルを作れませんでした", _REQUEST),
    ("taking-out.fetch", "持出しファイルの受取", "持ち出すファイルを受け取りました", _REQUEST),
    ("taking-out.passphrase", "合言葉の表示", "持ち出すファイルの合言葉を見ました", _REQUEST),
    ("taking-out.erase", "持出し後の消去の確認", "持ち出したデータの消去を記録しました", _REQUEST),
    ("taking-out.expire", "持出しの期限切れ", "受取りの期限が過ぎたファイルを消しました", _REQUEST),
)
register(
    Sort.ADMINISTRATION,
    ("medium.list", "媒体管理簿の表示", "媒体管理簿を見ました"),
    ("medium.registered", "媒体の登録", "媒体を管理簿に登録しました", _MEDIUM),
    ("medium.lent", "媒体の持出し", "媒体の持出しを記録しました", _MEDIUM),
    ("medium.returned", "媒体の返却", "媒体の返却を記録しました", _MEDIUM),
    ("medium.erased", "媒体の消去", "媒体の消去を記録しました", _MEDIUM),
    ("medium.lost", "媒体の紛失", "媒体の紛失を記録しました", _MEDIUM),
    ("medium.disposed", "媒体の廃棄", "媒体の廃棄を記録しました", _MEDIUM),
)
register(
    Sort.REFUSAL,
    (
        "taking-out.terminal", "許可のない端末での受取りの拒否",
        "持出しを許可されていない端末でファイルを受け取ろうとして、拒否されました", ("taking_out",),
    ),
    (
        "download.held-back", "個人番号のあるファイルの差止め",
        "個人番号とみられる数字があるため、ファイルを渡しませんでした",
    ),
)  # fmt: skip
