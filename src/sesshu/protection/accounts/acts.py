"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

_ACCOUNT, _ASKED, _DECIDED = ("account",), ("request", "account"), ("request", "kind", "account")
_NARROWED, _RIGHT = ("account", "narrowing", "on"), ("campaign", "grant", "rights")
_FATES = ("applied", "repeated", "asked", "stranger", "rejected")

register(
    Sort.ADMINISTRATION,
    ("accounts.list", "利用者一覧の表示", "利用者の一覧を見ました", ("accounts",)),
    ("accounts.read", "利用者の表示", "ある利用者の権限と履歴を見ました", _ACCOUNT),
    ("accounts.unused", "使われていない権限の表示", "使われていない利用者と権限の一覧を見ました"),
    ("accounts.request-read", "権限の申請の表示", "権限についての申請を見ました", ("request",)),
    ("accounts.request.open", "利用者登録の申請", "利用者の登録を申請しました", _ASKED),
    ("accounts.request.grant", "権限付与の申請", "権限の付与を申請しました", _ASKED),
    ("accounts.request.resume", "利用再開の申請", "利用の再開を申請しました", _ASKED),
    ("accounts.request.role", "役割変更の申請", "役割の内容の変更を申請しました", _ASKED),
    ("accounts.request.shared-ids", "共用IDの申請", "共用IDを認めるかどうかの変更を申請しました", _ASKED),
    ("accounts.request.approved", "権限の申請の承認", "権限についての申請を承認しました", _DECIDED),
    ("accounts.request.refused", "権限の申請の却下", "権限についての申請を却下しました", _DECIDED),
    ("accounts.request.taken-back", "権限の申請の取下げ", "権限についての申請を取り下げました", _DECIDED),
    ("accounts.first", "最初の利用者の登録", "市の最初の利用者を登録しました", ("account", "role")),
    ("accounts.suspend", "利用者の停止", "利用者を停止しました", _NARROWED),
    ("accounts.transfer", "異動の登録", "利用者の異動を登録し、権限の終わりを決めました", _NARROWED),
    ("accounts.retire", "退職の登録", "利用者の退職を登録し、権限の終わりを決めました", _NARROWED),
    ("accounts.withdraw", "権限の取消", "利用者の権限を取り消しました", ("account", "grant", "role")),
    ("accounts.contract", "委託契約の登録", "委託契約を登録しました", ("contract",)),
    ("accounts.contract-end", "委託契約の打切り", "委託契約を打ち切りました", ("contract", "on")),
    ("accounts.on-duty", "共用IDの使用者の届出", "共用IDを使うのが誰かを届け出ました"),
    (
        "accounts.shared-member-end", "共用IDの使用者の解除", "共用IDを使う人から外しました",
        ("account", "member"),
    ),
    ("accounts.personnel", "人事異動ファイルの取込", "人事異動のファイルを取り込みました", ("file", *_FATES)),
    ("accounts.review.start", "棚卸しの開始", "利用者と権限の棚卸しを始めました", ("campaign", "rights")),
    ("accounts.review.kept", "棚卸しでの継続", "棚卸しで権限の継続を確認しました", _RIGHT),
    ("accounts.review.withdrawn", "棚卸しでの取消", "棚卸しで権限の取消を決めました", _RIGHT),
    (
        "accounts.review.sign-off", "棚卸しの締め", "利用者と権限の棚卸しを締めました",
        ("campaign", "unconfirmed"),
    ),
    (
        "accounts.review.lock", "棚卸しの期限切れ", "期限までに確認されなかった権限を止めました",
        ("campaign", "rights"),
    ),
)  # fmt: skip
