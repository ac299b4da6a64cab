"""All who moved in within a period, and the inquiry about all of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from sesshu.addressees.choices import Kind, Status
from sesshu.addressees.masked import may_see_protected
from sesshu.addressees.models import Addressee
from sesshu.addressees.selectors import is_protected
from sesshu.health.inquiries import institutions, services, wards
from sesshu.health.inquiries.choices import State
from sesshu.health.inquiries.kinds import VACCINATION
from sesshu.health.inquiries.models import Inquiry, InquiryRun
from sesshu.kernel.masking import HIDDEN
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current
from sesshu.protocol import codes

MOST = 5000


@dataclass(frozen=True, slots=True)
class Movers:
    """Who moved in. ``askable``: (person, 宛名番号, 機関コード), of whom ``protected`` are 不開示."""

    moved_in: int
    askable: tuple[tuple[int, str, str], ...]
    asked: int
    unknown: int
    protected: frozenset[int]
    providers: tuple[tuple[str, int], ...]

    @property
    def protected_count(self) -> int:
        return len(self.protected)


def found(since: date, until: date, *, by: Account) -> Movers:
    """Those who moved in on these days, both inclusive, as ``by`` may see them. Born here is not moved in."""
    columns: Any = ("pk", "number", "former_municipality_code", "was_asked")
    rows: list[tuple[int, str, str, bool]] = list(_moved_in(since, until).values_list(*columns))
    own = codes.institution_of(current())
    targets = [(pk, number, wards.institution_of(former), asked) for pk, number, former, asked in rows]
    askable = tuple(
        (pk, number, code) for pk, number, code, asked in targets if code and code != own and not asked
    )
    names = dict(institutions.listed().values_list("code", "name"))
    protected = is_protected([pk for pk, *_ in askable])
    hidden = set() if may_see_protected(by) else protected
    counts: dict[str, int] = {}
    for pk, _, code in askable:
        # A period may be chosen so that one person is counted.
        name = HIDDEN if pk in hidden else names.get(code) or f"団体コード {codes.municipality_of(code)}"
        counts[name] = counts.get(name, 0) + 1
    return Movers(
        moved_in=len(rows),
        askable=askable,
        asked=sum(asked for *_, asked in targets),
        unknown=sum(1 for *_, code, asked in targets if not asked and (not code or code == own)),
        protected=frozenset(protected),
        providers=tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0]))),
    )


@transaction.atomic
def ask_all(*, since: date, until: date, by: Account, at: datetime) -> InquiryRun:
    """Ask the former municipality of each about the vaccinations.

    :raises NotAsked: when there is nobody to ask about, or too many at once.
    """
    kind = services.allowed_kind(VACCINATION, at.date())
    # Two clerks at once must not ask about the same persons twice.
    list(_moved_in(since, until).select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    movers = found(since, until, by=by)
    if not movers.askable:
        raise services.NotAsked("照会できる方がいません。期間を確かめてください。")
    if len(movers.askable) > MOST:
        raise services.NotAsked(f"一度に照会できるのは{MOST:,}人までです。期間を短くしてください。")
    names = dict(institutions.listed(kind.provider).values_list("code", "name"))
    run = InquiryRun.objects.create(
        since=since, until=until, count=len(movers.askable), made_at=at, made_by=by
    )
    Inquiry.objects.bulk_create(
        Inquiry(
            addressee_id=pk, number=number, run=run, kind=kind.code, provider=code,
            provider_name=names.get(code) or f"団体コード {codes.municipality_of(code)}",
            department=services.department_of(by), nondisclosure=pk in movers.protected, asked_by=by,
            asked_at=at, terminal=audit.terminal.get(),
        )
        for pk, number, code in movers.askable
    )  # fmt: skip
    subjects = [pk for pk, *_ in movers.askable]
    audit.record("inquiry.ask-many", by=by, subjects=subjects, detail={"run": run.pk, "kind": kind.code})
    return run


def _moved_in(since: date, until: date) -> QuerySet[Addressee]:
    earlier = Inquiry.objects.filter(
        municipality_code=current(), addressee=OuterRef("pk"), kind=VACCINATION
    ).exclude(state__in=[State.CANCELLED, State.FAILED])
    return (
        Addressee.objects.filter(
            Q(birth_date__isnull=True) | ~Q(birth_date=F("resident_since")),
            municipality_code=current(), kind=Kind.RESIDENT, status=Status.RESIDENT,
            merged_into__isnull=True, resident_since__gte=since, resident_since__lte=until,
        )
        .annotate(was_asked=Exists(earlier))
        .order_by("pk")
    )  # fmt: skip
