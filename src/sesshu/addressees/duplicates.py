"""Who may be one person under two numbers: proposals for 名寄せ, never more than proposals.

Twins (one household, one birth, two names) are never proposed. People under a protective measure are not
compared by address for those who may not see it: the proposal itself would tell that two addresses agree.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from sesshu.addressees.masked import AddresseeView, may_see_protected, views_of
from sesshu.addressees.models import Addressee
from sesshu.addressees.selectors import is_protected
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

MOST = 200
REASONS = {"1": "生年月日と氏名が同じ", "2": "生年月日と読み仮名が同じ", "3": "氏名と住所が同じ"}
_NOT_TWINS = """
    NOT (one.household_number = other.household_number AND one.household_number <> ''
         AND one.birth_date = other.birth_date AND one.name <> other.name)
"""
# The first word of a name's key is the whole name, folded.
_SQL = f"""
    WITH people AS MATERIALIZED (
        SELECT id, number, name, birth_date, household_number, address_key,
            split_part(name_key, ' ', 2) AS folded,
            translate(name_kana, ' 　', '') AS kana
        FROM addressees_addressee
        WHERE municipality_code = %(municipality)s AND merged_into_id IS NULL AND kind IN ('1', '2')
    )
    SELECT one.id, other.id, '1' AS why
    FROM people one JOIN people other USING (birth_date, folded)
    WHERE one.id < other.id
    UNION
    SELECT one.id, other.id, '2'
    FROM people one JOIN people other USING (birth_date, kana)
    WHERE one.id < other.id AND one.kana <> '' AND one.folded <> other.folded AND {_NOT_TWINS}
    UNION
    SELECT one.id, other.id, '3'
    FROM people one JOIN people other USING (folded, address_key)
    WHERE one.id < other.id AND one.address_key <> '' AND one.birth_date IS DISTINCT FROM other.birth_date
        AND NOT (one.id = ANY(%(hidden)s) OR other.id = ANY(%(hidden)s))
    ORDER BY 3, 1, 2 LIMIT %(most)s
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two addressees and why they may be one person."""

    one: AddresseeView
    other: AddresseeView
    why: str

    @property
    def sides(self) -> tuple[AddresseeView, AddresseeView]:
        return self.one, self.other


def proposals(*, by: Account | None, most: int = MOST) -> list[Proposal]:
    """Pairs to look at, the surest kind first."""
    protected = is_protected()
    hidden = [] if may_see_protected(by) else sorted(protected)
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"municipality": current(), "hidden": hidden, "most": most})
        pairs = cursor.fetchall()
    ids = sorted({pk for one, other, _ in pairs for pk in (one, other)})
    people = Addressee.objects.filter(municipality_code=current(), pk__in=ids)
    views = {view.pk: view for view in views_of(people, protected=protected, by=by)}
    audit.record("addressee.duplicates", by=by, subjects=ids, purpose="名寄せ候補の表示")
    return [Proposal(views[one], views[other], REASONS[why]) for one, other, why in pairs]
