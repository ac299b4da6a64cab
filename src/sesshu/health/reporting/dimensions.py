"""What doses can be counted by: each dimension is one SQL text, so that a count and its list agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, F, Func, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from sesshu.addressees.choices import Sex
from sesshu.addressees.models import ProtectiveMeasure
from sesshu.health.catalogue.selectors import national_programmes, short_name
from sesshu.health.providers.models import Provider
from sesshu.health.reporting.community_health import UNKNOWN_AGE
from sesshu.kernel import clock
from sesshu.kernel.masking import HIDDEN
from sesshu.kernel.wareki import to_wareki_short
from sesshu.protection.tenancy import current
from sesshu.web.naming import name_of


class LawAge(Func):
    """Whole years by law on a day: the year is complete on the eve of the birthday (年齢計算ニ関スル法律)."""

    template = "date_part('year', age(%(expressions)s))::integer"
    arg_joiner = " + 1, "
    output_field = IntegerField()


def law_age() -> Coalesce:
    """Age by law on the day of the dose, for filters that must not meet an unknown."""
    return Coalesce(LawAge("date", "addressee__birth_date"), Value(UNKNOWN_AGE))


class Month(Func):
    """``2026-04`` of a date."""

    template = "to_char(%(expressions)s, 'YYYY-MM')"
    output_field = TextField()


def protected_ids() -> QuerySet[ProtectiveMeasure, int]:
    """The addressees under a protective measure (支援措置) today, as a subquery."""
    today = clock.today()
    return ProtectiveMeasure.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), municipality_code=current(), starts_on__lte=today
    ).values_list("addressee_id", flat=True)


def district(addressee: str = "addressee") -> Case:
    """The district; that of a protected person is nobody's to see, in a count neither."""
    column, key = (f"{addressee}__district", f"{addressee}_id") if addressee else ("district", "pk")
    return Case(
        When(**{f"{key}__in": protected_ids()}, then=Value(HIDDEN)),
        default=F(column),
        output_field=TextField(),
    )


@dataclass(frozen=True)
class Dimension:
    """``expression`` makes the text to group by; ``words`` gives its wording for many values at once."""

    name: str
    title: str
    expression: Callable[[], Any]
    words: Callable[[set[str]], dict[str, str]]
    order: Callable[[str], Any] = str


def _text(column: str) -> Callable[[], Any]:
    return lambda: _known(Cast(column, TextField()))


def _known(text: Any) -> Coalesce:
    return Coalesce(text, Value(""), output_field=TextField())


def _flag(column: str) -> Callable[[], Any]:
    return lambda: Case(When(**{column: True}, then=Value("1")), default=Value("0"), output_field=TextField())


def _each(word: Callable[[str], str]) -> Callable[[set[str]], dict[str, str]]:
    return lambda values: {value: word(value) for value in values}


def _provider() -> Any:
    known = Concat(Value("#"), Cast("provider_id", TextField()), output_field=TextField())
    return Case(
        When(provider__isnull=False, then=known), default=F("provider_name"), output_field=TextField()
    )


def _provider_words(values: set[str]) -> dict[str, str]:
    ids = [int(value[1:]) for value in values if value[:1] == "#" and value[1:].isdigit()]
    names = Provider.objects.filter(municipality_code=current(), pk__in=ids).values_list("pk", "name")
    known = {f"#{pk}": name for pk, name in names}
    return {value: known.get(value, value) or "（医療機関の記録なし）" for value in values}


def month_words(value: str) -> str:
    """R8年4月 of ``2026-04``."""
    era, month, _ = to_wareki_short(date.fromisoformat(f"{value}-01")).split(".")
    return f"{era}年{int(month)}月"


def _place_of_programme(code: str) -> tuple[int, str]:
    places = [item.code for item in national_programmes()]
    return (places.index(code) if code in places else len(places), code)


def _number(value: str) -> tuple[bool, int]:
    return (not value, int(value or 0))


DIMENSIONS: dict[str, Dimension] = {
    item.name: item
    for item in (
        Dimension(
            "programme",
            "予防接種",
            _text("verdict__programme"),
            _each(short_name),
            _place_of_programme,
        ),
        Dimension("dose", "回", _text("verdict__dose_label"), _each(lambda v: v or "（回なし）")),
        Dimension("vaccine", "ワクチン", _text("vaccine"), _each(lambda v: name_of("vaccine", v))),
        Dimension(
            "age",
            "接種時の年齢",
            lambda: _known(Cast(LawAge("date", "addressee__birth_date"), TextField())),
            _each(lambda v: f"{v}歳" if v else "不詳"),
            _number,
        ),
        Dimension("sex", "性別", _text("addressee__sex"), _each(lambda v: str(Sex(v).label))),
        Dimension("district", "地区", district, _each(lambda v: v or "（地区なし）")),
        Dimension("provider", "医療機関", _provider, _provider_words),
        Dimension("month", "接種月", lambda: Month("date"), _each(month_words)),
        Dimension("setting", "個別・集団", _flag("group"), _each(lambda v: "集団" if v == "1" else "個別")),
        Dimension(
            "outside", "市内・市町外", _flag("outside_municipality"),
            _each(lambda v: "市町外" if v == "1" else "市内"),
        ),
        Dimension(
            "routine",
            "定期・任意",
            _flag("verdict__routine"),
            _each(lambda v: "定期" if v == "1" else "任意"),
        ),
    )
}  # fmt: skip
