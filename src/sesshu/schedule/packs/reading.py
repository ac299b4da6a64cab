"""Reads a pack's YAML files into supporting data, refusing what breaks the schema."""

import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from sesshu.schedule.packs.fields import Fields, PackError
from sesshu.schedule.reckoning import Reckoning
from sesshu.schedule.reckoning.japan import JapaneseReckoning
from sesshu.schedule.supporting import (
    Ages,
    Condition,
    Course,
    Dates,
    DoseRow,
    HistoryNeeded,
    Pack,
    Programme,
    Rule,
    Spacing,
    Vaccine,
)
from sesshu.schedule.wording import Phrase

_KINDS = ("inactivated", "live-injectable", "live-oral")
_EFFECTS = ("not_valid", "not_routine", "note")
_CONFIDENCE = ("high", "medium", "low")
_PLAIN = ("vaccines", "programmes", "intervals")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_pack(name: str, folder: Path | None = None) -> Pack:
    """Read ``packs/<name>/*.yaml`` (or the files of ``folder``) into a ``Pack``.

    Errors: ``FileNotFoundError`` if there is no such pack, ``PackError`` naming file, row and field.
    """
    home = folder or Path(__file__).parent / name
    if not (home / "programmes.yaml").is_file():
        raise FileNotFoundError(f"規則の束「{name}」がありません。")
    reckoning = JapaneseReckoning()
    top = {path.stem: _load(path, reckoning) for path in sorted(home.glob("*.yaml"))}
    programmes = {row.code: row for row in map(_programme, top["programmes"].rows("programmes"))}
    conditions = {row.code: row for row in map(_condition, top["programmes"].rows("conditions"))}
    vaccines = {row.code: row for row in (_vaccine(f, programmes) for f in top["vaccines"].rows("vaccines"))}
    spacings = tuple(_spacing(fields, vaccines) for fields in top["intervals"].rows("intervals"))
    files = [stem for stem in [*programmes, *sorted(set(top) - set(programmes))] if stem in top]
    rows = [f for stem in files if stem not in _PLAIN for f in top[stem].rows("rules")]
    drafts = [_rule(fields, programmes, vaccines, conditions) for fields in rows]
    for fields in top.values():
        fields.done()
    rules = tuple(dataclasses.replace(rule, number=n) for n, rule in enumerate(_with_borrowed(drafts)))
    _check_unique(rules)
    return Pack(name, reckoning, programmes, vaccines, rules, spacings, conditions)


def _load(path: Path, reckoning: Reckoning) -> Fields:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a safe loader)
    except yaml.YAMLError as problem:
        raise PackError(f"{path.name}: YAML として読めません（{problem}）。") from problem
    return Fields(content, path.name, reckoning)


def _programme(fields: Fields) -> Programme:
    row = Programme(
        code=fields.text("code"),
        name=fields.text("name"),
        category=fields.choice("category", ("A", "B")),
        diseases=fields.texts("diseases"),
        whole=fields.flag("whole"),
    )
    fields.done()
    return row


def _condition(fields: Fields) -> Condition:
    row = Condition(fields.text("code"), fields.text("name"))
    fields.done()
    return row


def _vaccine(fields: Fields, programmes: dict[str, Programme]) -> Vaccine:
    code = fields.text("code")
    row = Vaccine(
        code=code,
        name=Phrase(fields.text("name"), fields.text("name_en", code)),
        kind=fields.choice("kind", _KINDS),
        against=fields.texts("against"),
        programmes=fields.texts("programmes", programmes),
    )
    fields.done()
    return row


def _spacing(fields: Fields, vaccines: dict[str, Vaccine]) -> Spacing:
    gap = fields.gap("gap") or ""
    if not gap.endswith("d"):
        raise fields.error("gap", "日数（27d）で書いてください。")
    row = Spacing(
        id=fields.text("id"),
        in_force=fields.dates("in_force") or Dates(),
        previous=frozenset(fields.texts("previous", _KINDS)),
        next=frozenset(fields.texts("next", _KINDS)),
        gap_days=int(gap[:-1]),
        effect=fields.choice("effect", _EFFECTS),
        article="、".join(fields.texts("articles")),
        different=fields.flag("different"),
        one_of_them=frozenset(fields.texts("one_of_them", vaccines)),
        without=frozenset(fields.texts("except", vaccines)),
    )
    fields.text("note", "")
    fields.done()
    return row


def _rule(
    fields: Fields,
    programmes: dict[str, Programme],
    vaccines: dict[str, Vaccine],
    conditions: dict[str, Condition],
) -> tuple[Rule, tuple[str, ...]]:
    """A rule and the ids of the rules whose courses it borrows."""
    needed = frozenset(fields.texts("condition", conditions))
    eligible = fields.many_ages("eligible", needed) + _also(fields, conditions)
    fiscal_ages = fields.numbers("fiscal_years_of_age")
    by_age = tuple(Ages(f"fiscal-start {age}y", f"fiscal-end {age}y", needed) for age in fiscal_ages)
    rule = Rule(
        id=fields.text("id"),
        programme=fields.choice("programme", programmes),
        period=fields.text("period"),
        period_name=fields.text("period_name", ""),
        serves=fields.texts("serves"),
        products=fields.texts("products", vaccines),
        in_force=fields.dates("in_force") or Dates(),
        articles=fields.texts("articles"),
        confidence=fields.choice("confidence", _CONFIDENCE),
        eligible=by_age + eligible,
        born=fields.dates("born") or Dates(),
        not_born=fields.dates("not_born"),
        sex=fields.optional("sex"),
        standard=fields.ages("standard"),
        courses=tuple(map(_course, fields.rows("courses"))),
        each=fields.optional("each"),
        season=fields.season("season"),
        needs_history=_history(fields.row("needs_history"), vaccines),
        fiscal_ages=fiscal_ages,
        born_until=fields.day("or_born_until"),
        deems_earlier=fields.text("deems_earlier", ""),
        only_if_begun=fields.flag("only_if_begun"),
        counts_outside_window=fields.flag("counts_outside_window"),
        temporary=fields.flag("temporary"),
        ends_counting=fields.flag("ends_counting"),
        note=fields.text("note", ""),
    )
    rule = dataclasses.replace(rule, article="、".join(rule.articles))
    borrowed = fields.texts("doses_of")
    fields.done()
    _check_rule(fields, rule, borrowed)
    return rule, borrowed


def _check_rule(fields: Fields, rule: Rule, borrowed: tuple[str, ...]) -> None:
    if not rule.articles:
        raise fields.error("articles", "根拠の条文を書いてください。")
    if not rule.products or not rule.serves:
        raise fields.error("products", "使うワクチンと疾病を書いてください。")
    if not rule.temporary and not (rule.eligible and (rule.courses or borrowed)):
        raise fields.error("eligible", "対象期間と接種の方法を書いてください。")


def _also(fields: Fields, conditions: dict[str, Condition]) -> tuple[Ages, ...]:
    part = fields.row("also_eligible")
    if part is None:
        return ()
    ages = part.ages("range", frozenset(part.texts("condition", conditions)))
    part.done()
    return (ages,) if ages else ()


def _history(fields: Fields | None, vaccines: dict[str, Vaccine]) -> tuple[HistoryNeeded, ...]:
    if fields is None:
        return ()
    least, _, most = fields.text("count").partition("..")
    needed = HistoryNeeded(
        products=frozenset(fields.texts("products", vaccines)),
        least=int(least.strip() or 0),
        most=int(most) if most.strip() else None,
        between=fields.dates("between") or Dates(),
    )
    fields.done()
    return (needed,)


def _course(fields: Fields) -> Course:
    course = Course(
        key=fields.text("course"),
        starting=fields.ages("starting"),
        doses=tuple(map(_dose, fields.rows("doses"))),
    )
    fields.done()
    return course


def _dose(fields: Fields) -> DoseRow:
    under = fields.row("ml_under")
    row = DoseRow(
        number=fields.number("number"),
        label=fields.text("label"),
        gap=fields.gap("gap"),
        gap_from=tuple(fields.pairs("gap_from").items()),
        doctor_gap=fields.gap("doctor_gap"),
        latest_gap=fields.gap("latest_gap"),
        unfinished_gap=fields.gap("unfinished_gap"),
        unfinished_doctor_gap=fields.gap("unfinished_doctor_gap"),
        standard_gap=fields.gaps("standard_gap"),
        standard_from_first=fields.gap("standard_from_first"),
        standard=fields.ages("standard"),
        until=fields.point("until"),
        not_before=fields.point("not_before"),
        skip_if_previous_after=fields.point("skip_if_previous_after"),
        ml=fields.decimal("ml"),
        ml_under=None if under is None else (under.text("age"), under.decimal("ml") or 0.0),
        route=fields.optional("route"),
    )
    if under is not None:
        under.done()
    fields.done()
    return row


def _with_borrowed(drafts: list[tuple[Rule, tuple[str, ...]]]) -> list[Rule]:
    """Give a rule that only widens the window (catch-up) one copy for each rule whose doses it uses."""
    known = {rule.id: rule for rule, _ in drafts}
    rules: list[Rule] = []
    for rule, borrowed in drafts:
        if not borrowed:
            rules.append(rule)
        for source in borrowed:
            if source not in known:
                raise PackError(f"{rule.id} の「doses_of」: 行「{source}」がありません。")
            rules.append(_borrow(rule, known[source]))
    return rules


def _borrow(rule: Rule, source: Rule) -> Rule:
    both = Dates(max(rule.in_force.start, source.in_force.start), min(rule.in_force.end, source.in_force.end))
    return dataclasses.replace(
        rule,
        courses=source.courses,
        products=source.products,
        in_force=both,
        needs_history=rule.needs_history + source.needs_history,
    )


def _check_unique(rules: tuple[Rule, ...]) -> None:
    seen: dict[tuple[str, tuple[str, ...], date], str] = {}
    for rule in rules:
        mark = (rule.id, rule.products, rule.in_force.start)
        if mark in seen:
            raise PackError(f"行「{rule.id}」が二度あります。")
        seen[mark] = rule.id
