"""The rules that notice unusual use, as data: words, thresholds, what is grave (S10, controls 32, 72)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sesshu.protection.trail.models import RuleSetting


@dataclass(frozen=True, slots=True)
class Rule:
    """``thresholds``: name to (value, its words). A grave one waits for nobody's routine."""

    code: str
    title: str
    explanation: str
    thresholds: dict[str, tuple[int, str]] = field(default_factory=dict)
    grave: bool = False


RULES = (
    Rule(
        "volume-day", "1日の閲覧人数が多い",
        "同じ日に開いた人数が、本人のふだん（過去28日）と同じ役割の職員のふだんの両方を大きく超えたとき",
        {"persons": (60, "最低人数"), "deviations": (5, "本人の平均からの標準偏差の倍数"),
         "percent": (220, "同じ役割の平均に対する割合（%）")},
    ),
    Rule(
        "volume-hour", "1時間の閲覧人数が多い", "1時間に開いた人数が、本人の1日の平均に近いとき",
        {"persons": (45, "最低人数"), "percent": (75, "本人の1日の平均に対する割合（%）")},
    ),
    Rule(
        "off-hours", "時間外・休日の閲覧", "執務時間の外、土日、年末年始、市の閉庁日に人を開いたとき",
        {"persons": (10, "人数"), "opens": (7, "執務の始め（時）"), "closes": (20, "執務の終わり（時）")},
    ),
    Rule("own-household", "自分・同一世帯・同一住所の人の閲覧",
         "登録された職員本人、同じ世帯、または同じ住所で同じ姓の人を開いたとき", {"persons": (1, "人数")},
         grave=True),
    Rule("colleague", "同僚の閲覧", "宛名を登録したほかの職員を探して開き、登録も印刷もしなかったとき",
         {"persons": (1, "人数")}),
    Rule("protected", "支援措置対象者の閲覧が多い", "支援措置の対象者を続けて開いたとき",
         {"persons": (4, "1日の人数")}, grave=True),
    Rule("walking", "番号順の閲覧", "宛名番号の順に続けて人を開いたとき",
         {"persons": (8, "続いた人数"), "step": (3, "番号の間隔"), "minutes": (60, "時間（分）")}),
    Rule("repeated", "同じ人を繰り返し閲覧", "登録も印刷もしないまま、同じ人を何度も開いたとき",
         {"times": (6, "1日の回数"), "minutes": (5, "別の回と数える間隔（分）")}),
    Rule("leaving", "異動・退職が決まった後の閲覧",
         "異動や退職の予定日が登録された利用者が、多くの人を開いたとき",
         {"persons": (30, "1日の人数")}),
    Rule("refusals", "拒否が多い", "権限のない画面や、存在しない番号を何度も開こうとしたとき",
         {"times": (15, "1日の回数")}, grave=True),
    Rule("export-at-night", "時間外のファイル出力・一括印刷",
         "執務時間の外に、一覧をファイルにしたり、多人数分をまとめて印刷したりしたとき",
         {"times": (1, "回数"), "opens": (7, "執務の始め（時）"), "closes": (20, "執務の終わり（時）")},
         grave=True),
)  # fmt: skip
BY_CODE = {rule.code: rule for rule in RULES}
Thresholds = dict[str, dict[str, int]]


def defaults() -> Thresholds:
    """Every rule with its own thresholds."""
    return {rule.code: {name: value for name, (value, _) in rule.thresholds.items()} for rule in RULES}


def in_force() -> Thresholds:
    """The current municipality's rules that are switched on, with its thresholds."""
    found = defaults()
    for setting in RuleSetting.objects.all():
        if not setting.enabled:
            found.pop(setting.rule, None)
        elif setting.rule in found:
            own: dict[str, Any] = setting.thresholds
            found[setting.rule] |= {name: int(own[name]) for name in found[setting.rule] if name in own}
    return found
