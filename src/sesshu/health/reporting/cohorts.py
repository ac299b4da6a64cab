"""The residents behind a denominator: who was a target in a year, who of a birth year has the dose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet

from sesshu.addressees.choices import Kind
from sesshu.addressees.models import Addressee
from sesshu.health.ledger.models import Dose
from sesshu.health.reporting import dimensions
from sesshu.health.reporting.dose_selection import UnknownSelection
from sesshu.health.reporting.measures import Measure, measure_of
from sesshu.kernel import clock, dates
from sesshu.kernel.wareki import to_wareki_short
from sesshu.protection.tenancy import current

PARTS = {"all": "住民", "done": "接種済み", "undone": "未接種"}


def counting_day(fiscal_year: int) -> date:
    """The day whose residents are the targets: the year's last day, today while the year runs."""
    return min(dates.fiscal_year_end(fiscal_year), clock.today())


def residents_on(day: date) -> QuerySet[Addressee]:
    """Those who were residents on a day, by what is known now."""
    return Addressee.objects.filter(
        Q(resident_since__isnull=True) | Q(resident_since__lte=day),
        Q(removed_on__isnull=True) | Q(removed_on__gt=day),
        municipality_code=current(),
        kind=Kind.RESIDENT,
        merged_into__isnull=True,
    )


def born_in(measure: Measure, fiscal_year: int) -> Q:
    """The births of the measure's cohort; nobody where it has none."""
    if measure.cohort is None:
        return Q(pk__in=())
    ranges = [Q(birth_date__range=births) for births in measure.cohort.births(fiscal_year)]
    found = reduce(or_, ranges)
    return found & Q(sex=measure.sex) if measure.sex else found


def has_dose(measure: Measure, until: date) -> Exists:
    """Whether a resident has the dose by a day: valid, or routine by the law of its day.

    Of a dose that is given every year, that of the day's fiscal year counts.
    """
    since = dates.fiscal_year_start(dates.fiscal_year(until)) if measure.is_yearly else date.min
    given = Dose.objects.filter(
        Q(verdict__evaluation="valid") | Q(verdict__routine=True),
        addressee=OuterRef("pk"),
        voided_at__isnull=True,
        date__range=(since, until),
        verdict__programme__in=measure.programmes,
        verdict__dose_label=measure.dose,
    )
    return Exists(given.filter(vaccine__in=measure.vaccines) if measure.vaccines else given)


@dataclass(frozen=True)
class ResidentSelection:
    """Residents of a measure's cohort in a year, or of one birth year with or without the dose."""

    measure: Measure
    fiscal_year: int
    district: str | None = None
    birth_year: int | None = None
    part: str = "all"

    def queryset(self) -> QuerySet[Addressee]:
        """The residents themselves."""
        day = counting_day(self.fiscal_year)
        found = residents_on(day)
        if self.birth_year is None:
            found = found.filter(born_in(self.measure, self.fiscal_year))
        else:
            found = found.filter(birth_year_condition(self.measure, self.birth_year))
        if self.district is not None:
            found = found.alias(by_district=dimensions.district("")).filter(by_district=self.district)
        if self.part == "all":
            return found
        done = has_dose(self.measure, day)
        return found.filter(done) if self.part == "done" else found.filter(~done)

    def asked(self) -> dict[str, object]:
        """The conditions as values."""
        return {**vars(self), "measure": self.measure.code}

    def address(self) -> str:
        """The query part of the address that means this selection."""
        pairs = [("measure", self.measure.code), ("year", str(self.fiscal_year)), ("part", self.part)]
        if self.district is not None:
            pairs.append(("district", self.district))
        if self.birth_year is not None:
            pairs.append(("born", str(self.birth_year)))
        return urlencode(pairs)

    @classmethod
    def from_address(cls, given: Any) -> ResidentSelection:
        """Read what :meth:`address` wrote (a ``QueryDict``).

        :raises UnknownSelection: when it names no measure, year or part.
        """
        try:
            fiscal_year, born = int(given["year"]), given.get("born")
            measure = measure_of(given["measure"], fiscal_year)
            birth_year = int(born) if born else None
        except (KeyError, ValueError):
            raise UnknownSelection("年度を読み取れません。") from None
        if measure is None or given.get("part", "all") not in PARTS or not 1900 <= fiscal_year <= 2200:
            raise UnknownSelection("集計の対象を読み取れません。")
        return cls(measure, fiscal_year, given.get("district"), birth_year, given.get("part", "all"))

    def described(self) -> tuple[tuple[str, str], ...]:
        """The conditions in words."""
        words = [("予防接種", self.measure.name), ("年度", f"{self.fiscal_year}年度")]
        if self.birth_year is not None:
            words += [("出生", birth_year_words(self.birth_year)), ("接種", PARTS[self.part])]
        else:
            words.append(("区分", "対象者"))
        if self.district is not None:
            words.append(("地区", self.district or "（地区なし）"))
        return (*words, ("基準日", counting_day(self.fiscal_year).isoformat()))


def birth_year_condition(measure: Measure, birth_year: int) -> Q:
    """Births of one fiscal year, 2 April to 1 April: the children of one school year (学校教育法17条1項)."""
    found = Q(birth_date__range=(date(birth_year, 4, 2), date(birth_year + 1, 4, 1)))
    return found & Q(sex=measure.sex) if measure.sex else found


def birth_year_words(birth_year: int) -> str:
    first, last = date(birth_year, 4, 2), date(birth_year + 1, 4, 1)
    return f"{to_wareki_short(first)}〜{to_wareki_short(last)}生"
