"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_RECOVERY = ("recovery", "account", "kind")

register(
    Sort.SIGN_IN,
    ("sign-in", "サインイン", "サインインしました", ("factors", "why")),
    (
        "sign-in.factor", "認証器による確認", "認証器で本人であることを確かめました",
        ("act", "authenticator", "factors", "why"),
    ),
    ("sign-out", "サインアウト", "サインアウトしました"),
    ("session.end", "セッションの終了", "サインインの状態を終わらせました", ("why", "account", "ended")),
    ("password.change", "パスワードの変更", "自分のパスワードを変更しました", ("why",)),
    (
        "authenticator.add", "認証器の登録", "自分の認証器を登録しました",
        ("authenticator", "why"),
    ),
    ("authenticator.remove", "認証器の取外し", "自分の認証器を取り除きました", ("authenticator",)),
    ("enrolment.password", "最初のパスワードの設定", "登録票でパスワードを設定しました", ("ticket",)),
    ("enrolment.done", "利用開始の登録の完了", "登録票で認証器の登録まで終えました", ("ticket",)),
)  # fmt: skip
register(
    Sort.ADMINISTRATION,
    ("sign-in.refusals", "不明なIDの試みの表示", "登録のない利用者IDでの試みの一覧を見ました", ("rows",)),
    ("sign-in.unlock", "サインイン停止の解除", "続けて間違えた利用者の停止を解除しました", ("account",)),
    ("enrolment.ticket", "登録票の発行", "登録票を発行しました", ("account", "kind", "requested_by")),
    ("recovery.request", "再登録の申請", "認証器の再登録を申請しました", (*_RECOVERY, "method")),
    ("recovery.approve", "再登録の承認", "認証器の再登録を承認しました", _RECOVERY),
    ("recovery.refuse", "再登録の差戻し", "認証器の再登録の申請を差し戻しました", _RECOVERY),
    ("recovery.withdraw", "再登録の取下げ", "認証器の再登録の申請を取り下げました", _RECOVERY),
)
