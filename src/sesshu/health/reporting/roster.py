"""接種名簿: the doses given in a period, with lot, institution and doctor (H03)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from sesshu.health.catalogue.selectors import programme_name, programmes
from sesshu.health.ledger.models import Dose, Route
from sesshu.health.providers.selectors import provider
from sesshu.health.reporting.dose_selection import DoseSelection
from sesshu.health.reporting.listings import (
    Column,
    Listing,
    Shown,
    age_words,
    dwelling_columns,
    person_columns,
)
from sesshu.protection.tenancy import current
from sesshu.web.naming import name_of

GROUP, INDIVIDUAL = "group", "individual"


@dataclass(frozen=True)
class RosterConditions:
    """The period, both days inclusive, and what it is narrowed to; "" and None leave everything in."""

    start: date
    end: date
    programme: str = ""
    provider_code: str = ""
    setting: str = ""
    outside: bool | None = None
    routine: bool | None = None


def listing(conditions: RosterConditions) -> Listing:
    """The list in the order of the days; voided doses are left out."""
    name = programme_name(conditions.programme) if conditions.programme else "すべての予防接種"
    return Listing(
        "roster",
        f"接種名簿（{name}）",
        roster_columns(),
        _doses(conditions).order_by("date", "addressee__number", "pk"),
        _described(conditions, name),
        vars(conditions),
    )


def selected(selection: DoseSelection, title: str) -> Listing:
    """The doses behind a number, as the same list."""
    found = selection.queryset().annotate(listed_programme=Coalesce("verdict__programme", "programme"))
    return Listing(
        "doses",
        title,
        roster_columns(),
        found.order_by("date", "addressee__number", "pk"),
        selection.described(),
        vars(selection),
    )


def _doses(conditions: RosterConditions) -> QuerySet[Dose]:
    found = Dose.objects.filter(
        municipality_code=current(), voided_at__isnull=True, date__range=(conditions.start, conditions.end)
    ).annotate(listed_programme=Coalesce("verdict__programme", "programme"))
    if conditions.programme:
        found = found.filter(listed_programme=conditions.programme)
    if conditions.provider_code:
        found = found.filter(provider__code=conditions.provider_code)
    if conditions.setting in (GROUP, INDIVIDUAL):
        found = found.filter(group=conditions.setting == GROUP)
    if conditions.outside is not None:
        found = found.filter(outside_municipality=conditions.outside)
    if conditions.routine is not None:
        found = found.filter(verdict__routine=conditions.routine)
    return found


def roster_columns() -> tuple[Column, ...]:
    """The columns of every list of doses."""
    # Asked once: a row of a city's own programme must not ask the database for its name.
    names = {item.code: item.short_name for item in programmes()}
    return (
        Column("接種年月日", ("date",), width=12),
        *person_columns(),
        Column("接種時年齢", ("addressee__birth_date", "date"), age_words),
        *dwelling_columns(listed=False),
        Column("接種種類", ("listed_programme",), lambda code: names.get(code, code), width=16),
        Column("回", ("verdict__dose_label",), lambda label: label or "", width=10),
        Column("定期・任意", ("verdict__routine",), _law, width=10),
        Column("ワクチン", ("product_name", "vaccine"), _vaccine, width=24),
        Column("製造販売業者", ("maker",), printed=False, listed=False, width=18),
        Column("ロット番号", ("lot_number",), width=12),
        Column("有効期限", ("expires_on",), printed=False, listed=False, width=12),
        Column(
            "接種量（mL）",
            ("volume_ml",),
            lambda ml: "" if ml is None else f"{ml}",
            printed=False,
            listed=False,
        ),
        Column(
            "接種方法",
            ("route",),
            lambda code: Route(code).label if code else "",
            printed=False,
            listed=False,
        ),
        Column("接種部位", ("site",), printed=False, listed=False),
        Column("医療機関コード", ("provider__code",), printed=False, listed=False, width=14),
        Column(
            "医療機関名", ("provider__name", "provider_name"), lambda known, said: known or said, width=26
        ),
        Column("接種医師名", ("doctor",), width=14),
        Column("予診医師名", ("screening_doctor",), printed=False, listed=False, width=14),
        Column(
            "個別・集団", ("group",), lambda group: "集団" if group else "個別", printed=False, listed=False
        ),
        Column(
            "市町外",
            ("outside_municipality",),
            lambda far: "市町外" if far else "",
            printed=False,
            listed=False,
        ),
        Column(
            "公費", ("publicly_funded",), lambda paid: "公費" if paid else "", printed=False, listed=False
        ),
        Column(
            "集計対象", ("counted",), lambda yes: "対象" if yes else "対象外", printed=False, listed=False
        ),
        Column("受付番号", ("receipt_number",), printed=False, listed=False, width=16),
    )


def _law(routine: bool | None) -> Shown:
    return "判定待ち" if routine is None else "定期" if routine else "任意"


def _vaccine(product: str, code: str) -> Shown:
    return product or name_of("vaccine", code)


def _described(conditions: RosterConditions, name: str) -> tuple[tuple[str, str], ...]:
    words = [("予防接種", name), ("期間", f"{conditions.start.isoformat()} 〜 {conditions.end.isoformat()}")]
    if conditions.provider_code:
        known = provider(conditions.provider_code)
        words.append(("医療機関", known.name if known else conditions.provider_code))
    if conditions.setting:
        words.append(("個別・集団", "集団" if conditions.setting == GROUP else "個別"))
    if conditions.outside is not None:
        words.append(("市内・市町外", "市町外" if conditions.outside else "市内"))
    if conditions.routine is not None:
        words.append(("区分", "定期" if conditions.routine else "任意"))
    return tuple(words)
