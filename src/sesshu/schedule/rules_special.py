"""The parts of the rules page that are not of one programme: later windows, exclusions, unsure rows."""

from collections.abc import Iterator
from datetime import date

from sesshu.schedule.supporting import Dates, Ground, LaterWindow, Pack

CONFIDENCE = {"high": "高", "medium": "中", "low": "低"}
_ERRORS = {"not_target": "対象者の間違い", "contraindicated": "受けることが適当でない者への接種"}


def later_windows(pack: Pack) -> Iterator[str]:
    """長期療養特例, a row for each window."""
    yield from (
        "## 長期療養特例",
        "",
        "対象であった間に特別の事情（"
        + "、".join(one.name for one in pack.circumstances.values())
        + "）があり、",
        "受けることができなかったと認められた者の、特別の事情がなくなった日から数える期間です。",
        "ここにない疾病にはありません。",
        "",
        "| 行 | 疾病 | ワクチン | 期間 | 年齢の限り | 受けていない者の方法 | 施行 | 根拠 | 確かさ |",
        "|---|---|---|---|---|---|---|---|---|",
    )
    for window in pack.later_windows:
        yield f"| {' | '.join(_later(pack, window))} |"
    yield ""


def _later(pack: Pack, window: LaterWindow) -> list[str]:
    until = pack.reckoning.describe(window.until) + "まで" if window.until else ""
    within = window.within.replace("y", "年").replace("m", "月")
    return [
        f"`{window.id}`",
        "・".join(sorted(window.diseases)),
        "・".join(sorted(window.products)),
        f"なくなった日から起算して{within}",
        until,
        window.course or "",
        days(window.in_force),
        window.article,
        CONFIDENCE[window.confidence],
    ]


def grounds(pack: Pack) -> Iterator[str]:
    """対象から除かれる者, a row for each ground."""
    yield from (
        "## 対象から除かれる者",
        "",
        "見つけるのは医師と市で、システムは登録されたものだけを使います。混合ワクチンは、除かれない疾病に対して使えます。",
        "",
        "| 事由 | 内容 | 疾病 | 施行 | 受けたとき | 根拠 | 確かさ |",
        "|---|---|---|---|---|---|---|",
    )
    for ground in pack.grounds.values():
        cells = [
            f"`{ground.code}`",
            ground.name,
            _about(ground),
            days(ground.in_force),
            _ERRORS[ground.error],
        ]
        yield f"| {' | '.join([*cells, ground.article, CONFIDENCE[ground.confidence]])} |"
    yield ""


def _about(ground: Ground) -> str:
    if ground.diseases:
        return "・".join(sorted(ground.diseases))
    without = f"（{'・'.join(sorted(ground.without))}を除く）" if ground.without else ""
    return ("登録した疾病" if ground.named else "全て") + without


def unsure(pack: Pack) -> Iterator[str]:
    """The rows that are not fully founded, so that somebody may find the text."""
    yield from (
        "## 原文で確かめきれていない行",
        "",
        "判定の理由にも「確認できていません」と出ます。",
        "",
        "| 行 | 確かさ | 施行 | 説明 |",
        "|---|---|---|---|",
    )
    seen: set[str] = set()
    for rule in pack.rules:
        if rule.confidence != "high" and rule.id not in seen:
            seen.add(rule.id)
            cells = [f"`{rule.id}`", CONFIDENCE[rule.confidence], days(rule.in_force), rule.note]
            yield f"| {' | '.join(cells)} |"
    yield ""


def days(span: Dates) -> str:
    """A stretch of days in words."""
    start = "" if span.start == date.min else f"{span.start}から"
    end = "" if span.end == date.max else f"{span.end}まで"
    return start + end or "期限なし"
