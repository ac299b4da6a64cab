"""Search as staff type: one box for name, kana, birth, 宛名番号, household, address, all combined."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from sesshu.addressees.choices import Status
from sesshu.addressees.masked import AddresseeView, may_see_protected, views_of
from sesshu.addressees.models import Addressee, ProtectiveMeasure
from sesshu.addressees.terms import Term, terms
from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

MOST = 50
# Of a search this wide ("ア") no ranking helps; staff add a word instead.
_CANDIDATES = 500


@dataclass(frozen=True, slots=True)
class Found:
    """The best matches. `more`: there are others; add a word."""

    people: list[AddresseeView]
    more: bool = False

    @property
    def protected(self) -> int:
        return sum(person.protected for person in self.people)


def search(text: str, *, by: Account | None, most: int = MOST) -> Found:
    """The people that match every word of `text`, best first; who was shown goes to the audit log.

    A person under a protective measure is never found by address or household, except by those who may
    see these.
    """
    words = terms(text)
    if not words:
        return Found([])
    protected = _protected_today()
    hidden = frozenset() if may_see_protected(by) else protected
    condition = reduce(and_, (_condition(word, hidden) for word in words))
    rows = list(_ranked(condition, words)[: most + 1])
    people = views_of(rows[:most], protected=protected, by=by)
    kinds = sorted({kind for word in words for kind in ("name", "number", "first") if getattr(word, kind)})
    audit.record("addressee.search", by=by, subjects=[each.pk for each in people], detail={"by": kinds})
    return Found(people, more=len(rows) > most)


def _protected_today() -> frozenset[int]:
    day = clock.today()
    in_force = ProtectiveMeasure.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), municipality_code=current(), starts_on__lte=day
    )
    return frozenset(in_force.values_list("addressee_id", flat=True))


def _condition(word: Term, hidden: frozenset[int]) -> Q:
    found = Q()
    if word.first is not None:
        found |= Q(birth_date__range=(word.first, word.last))
    if word.name:
        found |= _like("name_key", word.name)
    if word.number:
        found |= _numbers(word.number)
    dwelling = Q()
    if word.number:
        dwelling |= Q(household_number__in=_padded(word.number))
    if word.address and not (word.number and len(word.number) < 3):
        dwelling |= _like("address_key", word.address)
    if dwelling:
        found |= dwelling & ~Q(pk__in=hidden) if hidden else dwelling
    return found


def _numbers(number: str) -> Q:
    """The 宛名番号, its leading zeros left out or not, or one merged into another.

    Whom it was merged into is asked first: a subquery inside the OR would keep the indexes from use.
    """
    exact = Q(number__in=_padded(number))
    merged = Addressee.objects.filter(exact, municipality_code=current(), merged_into__isnull=False)
    winners = list(merged.values_list("merged_into_id", flat=True))
    return exact | Q(pk__in=winners) if winners else exact


def _padded(number: str) -> list[str]:
    return [number.zfill(length) for length in range(len(number), 16)]


def _like(field: str, key: str) -> Q:
    """The key inside a word, or, when it is too short for the index, at a word's beginning."""
    inside = key if len(key) >= 3 else f" {key}"
    return Q(**{f"{field}__contains": inside})


def _ranked(condition: Q, words: list[Term]) -> QuerySet[Addressee]:
    people = Addressee.objects.filter(condition, municipality_code=current(), merged_into__isnull=True)
    candidates = people.values("pk")[:_CANDIDATES]
    return (
        Addressee.objects.filter(municipality_code=current(), pk__in=candidates)
        .annotate(rank=_rank(words), gone=_gone())
        .order_by("rank", "gone", "name_kana", "birth_date", "number")
    )


def _rank(words: list[Term]) -> Case:
    whens = []
    for word in words:
        if word.number:
            whens.append(When(number__in=_padded(word.number), then=Value(0)))
        if word.name:
            whens.append(When(name_key__contains=f" {word.name} ", then=Value(1)))
            whens.append(When(name_key__startswith=f" {word.name}", then=Value(1)))
            whens.append(When(name_key__contains=f" {word.name}", then=Value(2)))
            whens.append(When(name_key__contains=word.name, then=Value(3)))
    return Case(*whens, default=Value(4 if whens else 0), output_field=IntegerField())


def _gone() -> Case:
    return Case(When(status=Status.RESIDENT, then=Value(0)), default=Value(1), output_field=IntegerField())
