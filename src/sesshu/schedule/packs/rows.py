"""Reads one row of a pack's file into supporting data (the fields: docs/formats/schedule-pack.md)."""

import dataclasses

from sesshu.schedule.model import Confidence
from sesshu.schedule.packs.fields import Fields
from sesshu.schedule.supporting import (
    Ages,
    Condition,
    Course,
    Dates,
    DoseRow,
    Ground,
    HistoryNeeded,
    LaterWindow,
    Programme,
    Rule,
    Spacing,
    Vaccine,
)
from sesshu.schedule.wording import Phrase

KINDS = ("inactivated", "live-injectable", "live-oral")
ROUTES = ("SC", "IM", "PO", "PC")
_EFFECTS = ("not_valid", "not_routine", "note")
_CONFIDENCE = ("high", "medium", "low")
_ERRORS = ("not_target", "contraindicated")


def programme_row(fields: Fields) -> Programme:
    """A kind of vaccination."""
    row = Programme(
        code=fields.text("code"),
        name=fields.text("name"),
        category=fields.choice("category", ("A", "B")),
        diseases=fields.texts("diseases"),
        whole=fields.flag("whole"),
    )
    fields.done()
    return row


def condition_row(fields: Fields) -> Condition:
    """A circumstance that the municipality recognises."""
    row = Condition(fields.text("code"), fields.text("name"))
    fields.done()
    return row


def vaccine_row(fields: Fields, programmes: dict[str, Programme]) -> Vaccine:
    """A vaccine as records name it."""
    code = fields.text("code")
    row = Vaccine(
        code=code,
        name=Phrase(fields.text("name"), fields.text("name_en", code)),
        kind=fields.choice("kind", KINDS),
        against=fields.texts("against"),
        programmes=fields.texts("programmes", programmes),
    )
    if not row.against or not row.programmes:
        raise fields.error("against", "疾病と接種種類を書いてください。")
    fields.done()
    return row


def spacing_row(fields: Fields, vaccines: dict[str, Vaccine]) -> Spacing:
    """An interval between different vaccines."""
    gap = fields.gap("gap") or ""
    if not gap.endswith("d"):
        raise fields.error("gap", "日数（27d）で書いてください。")
    row = Spacing(
        id=fields.text("id"),
        in_force=fields.dates("in_force") or Dates(),
        previous=frozenset(fields.texts("previous", KINDS)),
        next=frozenset(fields.texts("next", KINDS)),
        gap_days=int(gap[:-1]),
        effect=fields.choice("effect", _EFFECTS),
        article="、".join(_cited(fields)),
        different=fields.flag("different"),
        one_of_them=frozenset(fields.texts("one_of_them", vaccines)),
        without=frozenset(fields.texts("except", vaccines)),
    )
    fields.text("note", "")
    fields.done()
    return row


def later_window_row(fields: Fields, vaccines: dict[str, Vaccine], diseases: frozenset[str]) -> LaterWindow:
    """A window after the ordinary one (施行令3条2項)."""
    within = fields.point("within")
    if within is None:
        raise fields.error("within", "特別の事情がなくなった日からの期間（2y）を書いてください。")
    row = LaterWindow(
        id=fields.text("id"),
        diseases=frozenset(fields.texts("diseases", diseases)),
        in_force=fields.dates("in_force") or Dates(),
        within=within,
        until=fields.point("until"),
        products=frozenset(fields.texts("products", vaccines)),
        course=fields.optional("course"),
        article="、".join(_cited(fields)),
        confidence=_confidence(fields),
    )
    fields.text("note", "")
    fields.done()
    return row


def ground_row(fields: Fields, diseases: frozenset[str]) -> Ground:
    """A ground of exclusion (施行規則2条)."""
    row = Ground(
        code=fields.text("code"),
        name=Phrase(fields.text("name"), fields.text("name_en")),
        diseases=frozenset(fields.texts("diseases", diseases)),
        without=frozenset(fields.texts("except", diseases)),
        in_force=fields.dates("in_force") or Dates(),
        article="、".join(_cited(fields)),
        error=fields.choice("error", _ERRORS),
        named=fields.flag("named"),
        confidence=_confidence(fields),
    )
    fields.text("note", "")
    fields.done()
    return row


def rule_row(
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
    diseases = frozenset(disease for vaccine in vaccines.values() for disease in vaccine.against)
    rule = Rule(
        id=fields.text("id"),
        programme=fields.choice("programme", programmes),
        period=fields.text("period"),
        period_name=fields.text("period_name", ""),
        serves=fields.texts("serves", diseases),
        products=fields.texts("products", vaccines),
        in_force=fields.dates("in_force") or Dates(),
        articles=_cited(fields),
        confidence=_confidence(fields),
        eligible=by_age + eligible,
        born=fields.dates("born") or Dates(),
        not_born=fields.dates("not_born"),
        sex=fields.choice("sex", ("M", "F", ""), "") or None,
        standard=fields.ages("standard"),
        courses=tuple(map(_course, fields.rows("courses"))),
        each=fields.choice("each", ("fiscal-year", "pregnancy", ""), "") or None,
        season=fields.season("season"),
        needs_history=_history(fields.row("needs_history"), vaccines),
        fiscal_ages=fiscal_ages,
        born_until=fields.day("or_born_until"),
        deems_earlier=fields.text("deems_earlier", ""),
        deems_from=fields.day("deems_from"),
        only_if_begun=fields.flag("only_if_begun"),
        counts_outside_window=fields.flag("counts_outside_window"),
        temporary=fields.flag("temporary"),
        ends_counting=fields.flag("ends_counting"),
        beside=fields.texts("beside"),
        note=fields.text("note", ""),
    )
    rule = dataclasses.replace(rule, article="、".join(rule.articles))
    borrowed = fields.texts("doses_of")
    fields.done()
    _check_rule(fields, rule, borrowed)
    return rule, borrowed


def _confidence(fields: Fields) -> Confidence:
    value = fields.choice("confidence", _CONFIDENCE)
    return "high" if value == "high" else "medium" if value == "medium" else "low"


def _unsure(fields: Fields) -> Confidence | None:
    value = fields.choice("unsure_in_later_window", ("medium", "low", ""), "")
    return "medium" if value == "medium" else "low" if value else None


def _cited(fields: Fields) -> tuple[str, ...]:
    articles = fields.texts("articles")
    if not articles:
        raise fields.error("articles", "根拠の条文を書いてください。")
    return articles


def _check_rule(fields: Fields, rule: Rule, borrowed: tuple[str, ...]) -> None:
    if not rule.products or not rule.serves:
        raise fields.error("products", "使うワクチンと疾病を書いてください。")
    if not rule.temporary and not (rule.eligible and (rule.courses or borrowed)):
        raise fields.error("eligible", "対象期間と接種の方法を書いてください。")
    weeks = [end for ages in rule.eligible for end in (ages.start, ages.end)]
    if any((end or "").startswith("week ") != (rule.each == "pregnancy") for end in weeks if end):
        raise fields.error("eligible", "妊娠の週（week 28+0）は each: pregnancy の行だけに書きます。")
    if rule.each == "pregnancy" and not all(weeks):
        raise fields.error("eligible", "妊娠の週は両端を書いてください。")


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
    least, most = fields.counts("count")
    needed = HistoryNeeded(
        products=frozenset(fields.texts("products", vaccines)),
        least=least,
        most=most,
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
    if not course.doses:
        raise fields.error("doses", "回を書いてください。")
    fields.done()
    return course


def _dose(fields: Fields) -> DoseRow:
    under, older = fields.row("ml_under"), fields.row("ml_from")
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
        ml_under=None if under is None else _volume_at(under),
        route=fields.alternatives("route", ROUTES),
        ml_from=None if older is None else _volume_at(older),
        route_from=None if older is None else older.alternatives("route", ROUTES),
        ml_of=fields.volumes("ml_of"),
        gap_after_period=fields.gap_after("gap_after_period"),
        unsure_in_later_window=_unsure(fields),
    )
    for part in (under, older, fields):
        if part is not None:
            part.done()
    return row


def _volume_at(fields: Fields) -> tuple[str, float]:
    """An age and the volume that holds on one side of it."""
    age, ml = fields.point("age"), fields.decimal("ml")
    if age is None or ml is None:
        raise fields.error("age", "年齢と量を書いてください。")
    return age, ml
