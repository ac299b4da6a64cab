"""Writes ``docs/rules/jp.md`` from the pack, in words a nurse can check against the law.

``python -m sesshu.schedule.rules_page docs/rules/jp.md`` writes it; a test fails when it is out of date.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from sesshu.schedule.packs import load_pack
from sesshu.schedule.rules_special import CONFIDENCE, days, grounds, later_windows, unsure
from sesshu.schedule.supporting import Ages, Course, Dates, DoseRow, Pack, Programme, Rule
from sesshu.schedule.wording import ROUTES

_KINDS = {"inactivated": "不活化等", "live-injectable": "注射生", "live-oral": "経口生"}
_EFFECTS = {
    "not_valid": "違反は無効かつ定期外",
    "not_routine": "違反は定期外（回数には数える）",
    "note": "注意のみ",
}


def page(pack: Pack) -> str:
    """The whole page, as Markdown."""
    lines = [
        "# 定期接種の規則一覧",
        "",
        "この頁は規則の束（`src/sesshu/schedule/packs/jp/`）から作られます。直すときは束を直してください。",
        "期間の両端はその日を含みます。「N日以上」は間に N 日を空けること（次は N+1 日目から）です。",
        "「達した日」は年齢計算に関する法律による日（応当日の前日）です。",
        "",
        *_vaccines(pack),
        *_spacings(pack),
        *later_windows(pack),
        *grounds(pack),
        *unsure(pack),
    ]
    for programme in pack.programmes.values():
        lines += _programme(pack, programme)
    return "\n".join(lines).rstrip() + "\n"


def _vaccines(pack: Pack) -> Iterator[str]:
    yield from ("## ワクチン", "", "| コード | 名称 | 種別 | 定期に使えた日 |", "|---|---|---|---|")
    for vaccine in pack.vaccines.values():
        spans = ["、".join(_listed(pack, vaccine.code, p)) for p in vaccine.programmes]
        yield f"| {vaccine.code} | {vaccine.name} | {_KINDS[vaccine.kind]} | {'<br>'.join(spans)} |"
    yield ""


def _listed(pack: Pack, product: str, programme: str) -> Iterator[str]:
    rules = [r for r in pack.rules if product in r.products and r.programme == programme and not r.temporary]
    for span in _joined(rule.in_force for rule in rules):
        yield f"{pack.programmes[programme].name} {days(span)}"


def _joined(spans: Iterable[Dates]) -> list[Dates]:
    found: list[Dates] = []
    for span in sorted(spans, key=lambda span: span.start):
        if found and span.start.toordinal() <= found[-1].end.toordinal() + 1:
            found[-1] = Dates(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _spacings(pack: Pack) -> Iterator[str]:
    yield from (
        "## 異なるワクチンの間隔",
        "",
        "| 期間 | 前 | 次 | 間隔 | 扱い | 根拠 |",
        "|---|---|---|---|---|---|",
    )
    for spacing in pack.spacings:
        before, after = (
            "・".join(_KINDS[kind] for kind in _KINDS if kind in kinds)
            for kinds in (spacing.previous, spacing.next)
        )
        if spacing.one_of_them:
            after += f"（一方が{'・'.join(sorted(spacing.one_of_them))}）"
        if spacing.without:
            after += f"（{'・'.join(sorted(spacing.without))}を除く）"
        cells = [
            days(spacing.in_force),
            before,
            after,
            f"{spacing.gap_days}日以上",
            _EFFECTS[spacing.effect],
            spacing.article,
        ]
        yield f"| {' | '.join(cells)} |"
    yield ""


def _programme(pack: Pack, programme: Programme) -> Iterator[str]:
    kind = "A類" if programme.category == "A" else "B類"
    yield from (f"## {programme.name}（`{programme.code}`、{kind}）", "")
    seen: set[str] = set()
    for rule in pack.rules:
        if rule.programme == programme.code and rule.id not in seen:
            seen.add(rule.id)
            yield from _rule(pack, rule, [r for r in pack.rules if r.id == rule.id])


def _rule(pack: Pack, rule: Rule, same: list[Rule]) -> Iterator[str]:
    products = list(dict.fromkeys(product for one in same for product in one.products))
    span = Dates(min(one.in_force.start for one in same), max(one.in_force.end for one in same))
    title = "、".join([*([rule.period_name] if rule.period_name else []), *products])
    yield from (
        f"### {title}: {days(span)}",
        "",
        f"- 行: `{rule.id}`（確かさ: {CONFIDENCE[rule.confidence]}）",
    )
    yield from (f"- {line}" for line in _who(pack, rule))
    yield f"- 根拠: {rule.article}"
    if rule.beside:
        yield f"- 次の行に優先: {'、'.join(f'`{other}`' for other in rule.beside)}"
    if rule.deems_earlier:
        since = f"（{rule.deems_from}から。それより前は{_undeemed(rule)}）" if rule.deems_from else ""
        yield f"- 施行前の接種も回数に数える: {rule.deems_earlier}{since}"
    if rule.note:
        yield f"- {rule.note}"
    yield ""
    for one in same:
        if len(same) > 1:
            yield from (f"{'・'.join(one.products)}を使うとき", "")
        for course in one.courses:
            yield from _course(pack, course)


def _who(pack: Pack, rule: Rule) -> Iterator[str]:
    for ages in rule.eligible:
        names = "又は".join(pack.conditions[code].name for code in sorted(ages.conditions))
        yield f"対象: {_ages(pack, ages)}" + (f"（{names}）" if names else "")
    if rule.born_until:
        yield f"対象: {rule.born_until}までに生まれた者（施行中）"
    if rule.born != Dates():
        yield f"生年月日: {days(rule.born)}"
    if rule.not_born is not None:
        yield f"生年月日が次の者を除く: {days(rule.not_born)}"
    if rule.sex:
        yield "性別: " + ("女" if rule.sex == "F" else "男")
    if rule.each:
        yield "毎年度に1回" if rule.each == "fiscal-year" else "妊娠ごとに1回"
    if rule.season:
        (month, day), (last_month, last_day) = rule.season
        yield f"時期: {month}月{day}日から{last_month}月{last_day}日まで"
    for needed in rule.needs_history:
        most = "" if needed.most is None else f"{needed.most}回まで"
        count = "・".join(part for part in (f"{needed.least}回以上" if needed.least else "", most) if part)
        when = "" if needed.between == Dates() else f"{days(needed.between)}に"
        products = "・".join(sorted(needed.products))
        yield (
            f"{when}{products}を{count}受けた者" if needed.most != 0 else f"{when}{products}を受けていない者"
        )
    if rule.standard is not None:
        yield f"標準: {_ages(pack, rule.standard)}"


def _course(pack: Pack, course: Course) -> Iterator[str]:
    if course.starting is not None:
        yield from (f"1回目が{_ages(pack, course.starting)}のとき", "")
    yield from ("| 回 | 間隔 | 条件 | 標準 | 量 | 方法 |", "|---|---|---|---|---|---|")
    for row in course.doses:
        cells = [f"{row.number} {row.label}", _gap(pack, row), _limits(pack, row), _standard(pack, row)]
        yield f"| {' | '.join([*cells, _volume(pack, row), _route(pack, row)])} |"
    yield ""


def _undeemed(rule: Rule) -> str:
    return "任意の接種として数える" if rule.counts_outside_window else "数えない"


def _gap(pack: Pack, row: DoseRow) -> str:
    wording = pack.reckoning.describe_gap
    parts = [f"前の回から{wording(row.gap)}以上"] if row.gap else []
    parts += [f"{number}回目から{wording(gap)}以上" for number, gap in row.gap_from]
    if row.gap_after_period:
        period, gap = row.gap_after_period
        parts.append(f"{_period_name(pack, row, period)}の最後の回から{wording(gap)}以上")
    if row.doctor_gap:
        parts.append(f"医師が必要と認めれば{wording(row.doctor_gap)}以上")
    if row.latest_gap:
        parts.append(f"{wording(row.latest_gap)}まで（当時の法定）")
    if row.unfinished_gap:
        parts.append(f"初回が終わらず期限を過ぎたときは{wording(row.unfinished_gap)}以上")
    return "<br>".join(parts)


def _limits(pack: Pack, row: DoseRow) -> str:
    wording, parts = pack.reckoning.describe, []
    if row.until:
        parts.append(f"{wording(row.until)}まで。過ぎたら行わない")
    if row.not_before:
        parts.append(f"{wording(row.not_before)}から")
    if row.skip_if_previous_after:
        parts.append(f"前の回が{wording(row.skip_if_previous_after)}を過ぎたら行わない")
    return "<br>".join(parts)


def _standard(pack: Pack, row: DoseRow) -> str:
    wording, parts = pack.reckoning.describe_gap, []
    if row.standard is not None:
        parts.append(_ages(pack, row.standard))
    if row.standard_gap is not None:
        start, end = row.standard_gap
        parts.append("から".join(filter(None, [start and wording(start), end and wording(end) + "まで"])))
    if row.standard_from_first:
        parts.append(f"1回目から{wording(row.standard_from_first)}")
    return "<br>".join(parts)


def _period_name(pack: Pack, row: DoseRow, period: str) -> str:
    """The name of another period of the row's own programme."""
    own = {rule.programme for rule in pack.rules for course in rule.courses if row in course.doses}
    names = (r.period_name for r in pack.rules if r.period == period and r.programme in own)
    return next(filter(None, names), period)


def _volume(pack: Pack, row: DoseRow) -> str:
    if row.ml_of:
        return "<br>".join(f"{product} {ml:g}mL" for product, ml in row.ml_of)
    if row.ml is None:
        return ""
    parts = []
    for side, limit in (("未満", row.ml_under), ("以上", row.ml_from)):
        if limit is not None:
            age = pack.reckoning.describe(limit[0]).removesuffix("に達した日")
            parts.append(f"{age}{side} {limit[1]:g}mL")
    return f"{row.ml:g}mL" + (f"（{'、'.join(parts)}）" if parts else "")


def _route(pack: Pack, row: DoseRow) -> str:
    routes = _routes(row.route)
    if row.ml_from is not None and row.route_from:
        age = pack.reckoning.describe(row.ml_from[0]).removesuffix("に達した日")
        routes += f"（{age}以上 {_routes(row.route_from)}）"
    return routes


def _routes(codes: str | None) -> str:
    return "又は".join(ROUTES[route] for route in (codes or "").split("|") if route)


def _ages(pack: Pack, ages: Ages) -> str:
    def wording(expression: str) -> str:
        if expression.startswith("week "):
            weeks, days = expression.removeprefix("week ").split("+")
            return f"妊娠{weeks}週{days}日"
        return expression if expression[:4].isdigit() else pack.reckoning.describe(expression)

    start = f"{wording(ages.start)}から" if ages.start else ""
    return start + (f"{wording(ages.end)}まで" if ages.end else "")


def main(words: list[str]) -> int:
    """Write the page to the file named."""
    if len(words) != 1:
        sys.stderr.write("書き出すファイルを1つ指定してください。\n")
        return 2
    Path(words[0]).write_text(page(load_pack("jp")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
