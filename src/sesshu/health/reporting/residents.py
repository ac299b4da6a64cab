"""The residents behind a denominator or a birth year, as a list."""

from __future__ import annotations

from sesshu.health.reporting.cohorts import ResidentSelection, counting_day
from sesshu.health.reporting.listings import Column, Listing, age_words, dwelling_columns, person_columns


def selected(selection: ResidentSelection, title: str) -> Listing:
    """The residents of a selection by kana."""
    day = counting_day(selection.fiscal_year)
    columns = (
        *person_columns(""),
        Column("年齢", ("birth_date",), lambda birth: age_words(birth, day)),
        *dwelling_columns(""),
    )
    found = selection.queryset().order_by("name_kana", "number")
    return Listing("residents", title, columns, found, selection.described(), selection.asked(), person="")
