"""What each fate means, in one line that a clerk can act on."""

from __future__ import annotations

from sesshu.health.eligibility.choices import Fate

EXPLANATIONS: dict[str, str] = {
    Fate.MERGED: "別の宛名番号に統合されています。",
    Fate.UNREGISTERED: "住民登録のない方（住登外者・共有者・事業所）です。",
    Fate.DEAD: "亡くなった方です。通知しません。",
    Fate.MOVED_OUT: "転出した方です。通知しません。",
    Fate.REMOVED: "職権消除などで住民でなくなった方です。",
    Fate.NOT_RESIDENT_YET: "基準日より後に住民となった方です。",
    Fate.PROTECTIVE_MEASURE: "支援措置の対象者です。一括の通知はせず、担当者が個別に対応します。",
    Fate.NO_BIRTH_DATE: "生年月日が分からないため判定できません。",
    Fate.COMPLETE: "必要な回数の接種を終えています。",
    Fate.NOT_YET: "対象の年齢または接種間隔に達していません。",
    Fate.AGED_OUT: "対象の期間を過ぎています。",
    Fate.NOT_TARGET: "年齢・性別などの要件に当てはまらないか、対象から除かれる事由が記録されています。",
    Fate.OUTSIDE_CONDITIONS: "指定した回・地区・生年月日などの条件に当てはまりません。",
    Fate.NOT_OVERDUE: "標準的な接種期間の途中です。",
    Fate.REFUSED: "接種を希望しないと届け出ています。",
    Fate.RETURNED: "前回の通知が返戻されています。住所を確認してください。",
    Fate.NOTIFIED_BEFORE: "同じ回の通知が発行済みで、まだ有効です。",
    Fate.UNDELIVERABLE: "住所が登録されていません。",
}
