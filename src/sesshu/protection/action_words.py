"""What each action lets somebody do, in words that an approver understands: (label, explanation)."""

from __future__ import annotations

from sesshu.protection.actions import Action as A

WORDS: dict[str, tuple[str, str]] = {
    A.ADDRESSEE_SEARCH: ("住民を探す", "氏名・生年月日・住所などで住民を探し、一覧で見ます。"),
    A.ADDRESSEE_READ: ("住民の宛名を見る", "住所・世帯・電話番号・異動履歴を、目的に必要な範囲で見ます。"),
    A.ADDRESSEE_WRITE: (
        "宛名を登録・変更する",
        "住登外者の登録、電話番号の変更、支援措置の登録と終了をします。",
    ),
    A.ADDRESSEE_IMPORT: (
        "住民ファイルを取り込む",
        "住民基本台帳からのファイルを読み込み、全住民の情報を更新します。",
    ),
    A.ADDRESSEE_MERGE: ("名寄せをする", "同じ人の2つの宛名を1つにまとめ、取り消します。"),
    A.PROTECTED_READ: (
        "支援措置対象者の住所を見る",
        "DV等の支援措置で隠している住所・世帯・電話番号を見ます。",
    ),
    A.LEDGER_READ: ("接種台帳を見る", "住民一人ひとりの接種記録・予診の記録を見ます。"),
    A.LEDGER_WRITE: ("接種記録を登録・訂正する", "接種や予診のみの記録を登録し、訂正し、取り消します。"),
    A.RESULTS_IMPORT: (
        "接種結果ファイルを取り込む",
        "医療機関から届いたファイルを確かめ、台帳に登録します。",
    ),
    A.TARGETS_EXTRACT: ("対象者を抽出して印刷する", "対象者を選び出し、予診票や通知をまとめて印刷します。"),
    A.NOTICES_PRINT: ("窓口で予診票を交付する", "窓口で一人分の予診票を発行し、再発行します。"),
    A.LISTS_EXPORT: (
        "一覧を出力する",
        "未接種者一覧や接種名簿など、多くの住民の一覧を画面・ファイル・紙に出します。",
    ),
    A.REPORT_READ: ("集計と報告を見る", "件数や接種率を見ます。個人は見えません。"),
    A.REPORT_KEEP: ("報告値を確定する", "国・県への報告の数値を確定し、保存します。"),
    A.CATALOGUE_READ: (
        "予防接種・医療機関の一覧を見る",
        "接種種類、ワクチン、ロット、医療機関の登録内容を見ます。",
    ),
    A.CATALOGUE_WRITE: (
        "予防接種・医療機関を登録する",
        "接種種類、ワクチン、ロット、医療機関を登録・変更します。",
    ),
    A.JOBS_READ: ("処理状況を見る", "時間のかかる処理の進み具合を見ます。"),
    A.AUDIT_READ: ("操作記録を見る", "だれが、いつ、どの目的で、何をしたかの記録を見ます。"),
    A.AUDIT_REVIEW: ("操作記録を点検する", "操作記録を定期に点検し、結果を残します。"),
    A.ACCOUNTS_READ: ("利用者と権限を見る", "利用者の一覧、持っている権限、その履歴を見ます。"),
    A.ACCOUNTS_REQUEST: (
        "利用者と権限を申請する",
        "利用者の登録や権限の付与を申請し、停止や異動を登録します。",
    ),
    A.ACCOUNTS_APPROVE: ("利用者と権限を承認する", "他の人が申請した登録・付与を承認し、または却下します。"),
    A.ACCOUNTS_REVIEW: (
        "利用者と権限を棚卸しする",
        "利用者IDと権限の点検を始め、一つずつ継続・取消を決めます。",
    ),
    A.ROLES_WRITE: ("役割の内容の変更を申請する", "役割に含まれる操作を変える申請をします。"),
    A.FACTORS_RECOVER: (
        "認証手段を再登録させる",
        "本人確認のうえ、失くした認証手段を無効にし、登録し直させます。",
    ),
    A.TERMINALS_REQUEST: ("端末の登録を申請する", "業務に使う端末の登録・変更を申請します。"),
    A.TERMINALS_APPROVE: ("端末の登録を承認する", "他の人が申請した端末を承認し、または止めます。"),
    A.TERMINALS_READ: ("端末の一覧を見る", "登録された端末、その状態と期限を見ます。"),
    A.TERMINALS_STOP: ("端末を止める", "紛失・廃止した端末を、すぐに使えなくします。"),
    A.NUMBER_WRITE: ("個人番号を登録する", "本人確認の方法を記録したうえで、個人番号を登録・訂正します。"),
    A.NUMBER_SEARCH: (
        "個人番号で探す",
        "示された個人番号から、その人の宛名を探します。番号は画面に出ません。",
    ),
    A.NUMBER_REVEAL: ("個人番号を表示する", "理由を記録したうえで、個人番号そのものを画面に出します。"),
    A.KEYS_MANAGE: ("暗号鍵を管理する", "暗号鍵の作成・更新・廃棄をします。住民の情報は見えません。"),
    A.RETENTION_REQUEST: ("保存期間の終わった記録の消去を申請する", "消去する範囲を決めて申請します。"),
    A.RETENTION_APPROVE: ("消去を承認する", "他の人が申請した消去を承認します。消去は元に戻せません。"),
    A.TAKING_OUT_REQUEST: ("持出しを申請する", "情報を媒体やファイルで外へ持ち出すことを申請します。"),
    A.TAKING_OUT_APPROVE: ("持出しを承認する", "他の人が申請した持出しを承認します。"),
    A.MEDIA_WRITE: ("媒体を管理する", "承認された媒体の登録、貸出し、返却、消去を記録します。"),
    A.TERMINALS_READ: ("端末を見る", "登録されている端末と、その申請・使われ方を見ます。"),
    A.TERMINALS_STOP: ("端末を止める", "失くした端末などを、すぐに使えなくします。"),
    A.EXCHANGE_INQUIRE: (
        "情報照会をする",
        "転入者の接種記録などを、情報提供ネットワークシステムでほかの機関へ照会し、取りやめます。",
    ),
    A.EXCHANGE_DECIDE: (
        "照会の回答を処理する",
        "届いた回答を台帳の記録と見比べ、一件ずつ台帳に登録するか決めます。",
    ),
    A.EXCHANGE_FLAGS: (
        "副本と提供の設定を管理する",
        "副本の登録状況を見て送り直し、自動応答不可と不開示を設定します。",
    ),
}


def label(action: str) -> str:
    """The action's name; the code itself of one that no longer exists."""
    return WORDS[action][0] if action in WORDS else action


def explanation(action: str) -> str:
    return WORDS[action][1] if action in WORDS else ""
