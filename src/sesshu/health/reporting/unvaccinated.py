"""未接種者一覧: residents whose dose of a programme is due on a day and not in the ledger (H06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from sesshu.addressees.choices import Kind, Status
from sesshu.health.catalogue.selectors import programme_name
from sesshu.health.eligibility.choices import WindowKind
from sesshu.health.eligibility.models import Window
from sesshu.health.notices.models import Issue, IssueState
from sesshu.health.reporting import dimensions
from sesshu.health.reporting.listings import (
    Column,
    Listing,
    age_words,
    dwelling_columns,
    person_columns,
)
from sesshu.kernel.dates import months_after
from sesshu.kernel.wareki import to_wareki
from sesshu.protection.tenancy import current


@dataclass(frozen=True)
class UnvaccinatedConditions:
    """What the list is narrowed to. A district never finds the protected: theirs is hidden."""

    programme: str
    on: date
    district: str = ""
    born_from: date | None = None
    born_to: date | None = None
    dose: str = ""
    closes_within_months: int | None = None


def listing(conditions: UnvaccinatedConditions) -> Listing:
    """The list: by kana, the nearest last day told beside each."""
    name = programme_name(conditions.programme)
    return Listing(
        "unvaccinated",
        f"未接種者一覧（{name}）",
        _columns(conditions, name),
        _windows(conditions).order_by("addressee__name_kana", "addressee__number", "pk"),
        _described(conditions, name),
        vars(conditions),
    )


def doses_due(programme: str, on: date) -> tuple[str, ...]:
    """The doses that are due for somebody, to choose from."""
    found = _windows(UnvaccinatedConditions(programme, on)).order_by("dose_number", "dose_label")
    labels = found.values_list("dose_label", flat=True).distinct()
    return tuple(dict.fromkeys(labels))


def _windows(conditions: UnvaccinatedConditions) -> QuerySet[Window]:
    found = Window.objects.filter(
        municipality_code=current(),
        programme=conditions.programme,
        kind=WindowKind.DUE,
        starts_on__lte=conditions.on,
        ends_on__gte=conditions.on,
        addressee__kind=Kind.RESIDENT,
        addressee__status=Status.RESIDENT,
        addressee__merged_into__isnull=True,
        addressee__birth_date__isnull=False,
    ).exclude(addressee__resident_since__gt=conditions.on)
    if conditions.district:
        found = found.alias(by_district=dimensions.district()).filter(by_district=conditions.district)
    if conditions.born_from:
        found = found.filter(addressee__birth_date__gte=conditions.born_from)
    if conditions.born_to:
        found = found.filter(addressee__birth_date__lte=conditions.born_to)
    if conditions.dose:
        found = found.filter(dose_label=conditions.dose)
    if conditions.closes_within_months is not None:
        until = months_after(conditions.on, conditions.closes_within_months)
        found = found.alias(closes_on=Coalesce("last_day", "ends_on")).filter(closes_on__lte=until)
    return found.annotate(notified_on=Subquery(_last_notice(conditions.programme)))


def _last_notice(programme: str) -> QuerySet[Issue, date]:
    issued = Issue.objects.filter(
        addressee=OuterRef("addressee"), programme=programme, state=IssueState.ISSUED
    )
    return issued.order_by("-issued_on").values_list("issued_on", flat=True)[:1]


def _columns(conditions: UnvaccinatedConditions, name: str) -> tuple[Column, ...]:
    on = conditions.on
    return (
        *person_columns(),
        Column("年齢", ("addressee__birth_date",), lambda birth: age_words(birth, on)),
        *dwelling_columns(),
        Column("接種種類", ("programme",), lambda _: name, printed=False, listed=False, width=20),
        Column("回", ("dose_label",), width=10),
        Column("標準期間の始まり", ("recommended_from",), printed=False, listed=False, width=14),
        Column("標準期間の終わり", ("recommended_to",), width=14),
        Column("接種期限", ("last_day",), width=12),
        Column(
            "残り日数",
            ("last_day",),
            lambda last: (last - on).days if last else "",
            printed=False,
            listed=False,
        ),
        Column("最終通知日", ("notified_on",), width=12),
    )


def _described(conditions: UnvaccinatedConditions, name: str) -> tuple[tuple[str, str], ...]:
    words = [("予防接種", name), ("基準日", to_wareki(conditions.on))]
    if conditions.district:
        words.append(("地区", conditions.district))
    if conditions.born_from or conditions.born_to:
        ends = [day.isoformat() if day else "" for day in (conditions.born_from, conditions.born_to)]
        words.append(("生年月日", "〜".join(ends)))
    if conditions.dose:
        words.append(("回", conditions.dose))
    if conditions.closes_within_months is not None:
        words.append(("接種期限", f"{conditions.closes_within_months}か月以内"))
    return tuple(words)
