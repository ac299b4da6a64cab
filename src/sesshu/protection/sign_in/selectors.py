"""What the pages of sign-in show. Accounts and counters know no row-level security: see to the city here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Count, Max, QuerySet
from django.db.models.functions import TruncHour

from sesshu.kernel import clock
from sesshu.protection.models import Account
from sesshu.protection.sign_in import authenticators, ending, limits, lockout, recovering
from sesshu.protection.sign_in.choices import RecoveryState, Stray
from sesshu.protection.sign_in.lockout import On
from sesshu.protection.sign_in.models import Recovery, Session, StrayRefusal
from sesshu.protection.sign_in.sessions import digest

SHOWN = 200


@dataclass(frozen=True, slots=True)
class OwnAuthenticator:
    pk: int
    name: str
    registered_at: datetime
    used_at: datetime | None
    shown_last: bool


@dataclass(frozen=True, slots=True)
class OwnSession:
    key: str
    terminal: str
    opened_at: datetime
    seen_at: datetime
    this: bool


@dataclass(frozen=True, slots=True)
class Locked:
    account: Account
    until: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    account: Account
    sessions: int
    seen_at: datetime


def own_authenticators(account: Account, *, last_shown: int | None) -> list[OwnAuthenticator]:
    """One's own authenticators, the oldest first."""
    rows: QuerySet[Authenticator] = authenticators.of(account)
    return [
        OwnAuthenticator(row.pk, row.wrap().name, row.created_at, row.last_used_at, row.pk == last_shown)
        for row in rows
    ]


def own_sessions(account: Account, *, cookie: str) -> list[OwnSession]:
    """One's own open sessions; ``this`` marks the one of the browser that asks."""
    here = digest(cookie)
    return [
        OwnSession(row.session_key, row.terminal, row.opened_at, row.seen_at, row.session_key == here)
        for row in ending.of(account)
    ]


def recoveries() -> QuerySet[Recovery]:
    """The city's requests for (new) enrolment, the newest first."""
    found = Recovery.objects.select_related("account", "requested_by", "decided_by", "ticket")
    return found.order_by("-requested_at")


def waiting_for(account: Account) -> int:
    """How many requests this account could approve now."""
    asked = Recovery.objects.filter(
        state=RecoveryState.ASKED, requested_at__gt=clock.instant() - recovering.WAITS
    )
    return asked.exclude(requested_by=account).exclude(account=account).count()


def staff_of(account: Account) -> QuerySet[Account]:
    """The accounts in office of the same city, without oneself."""
    found = Account.objects.filter(municipality_id=account.municipality_id, is_active=True)
    return found.exclude(pk=account.pk).order_by("login")


def locked(account: Account) -> list[Locked]:
    """The accounts of the same city that are locked now, by password or by second factor."""
    staff = list(Account.objects.filter(municipality_id=account.municipality_id).order_by("login"))
    by_login = lockout.locked_until(On.LOGIN, [each.login for each in staff])
    by_factor = lockout.locked_until(On.FACTOR, [str(each.pk) for each in staff])
    found = []
    for each in staff:
        ends = [end for end in (by_login.get(each.login), by_factor.get(str(each.pk))) if end]
        if ends:
            found.append(Locked(each, max(ends)))
    return found


def signed_in(account: Account) -> list[SignedIn]:
    """The accounts of the same city with an open session, the one used last first."""
    open_now = Session.objects.exclude(limits.passed()).exclude(account_id=None)
    rows = open_now.values("account_id").annotate(sessions=Count("pk"), seen_at=Max("seen_at"))
    by_account = {row["account_id"]: row for row in rows}
    staff = Account.objects.filter(
        municipality_id=account.municipality_id, pk__in=list(filter(None, by_account))
    )
    found = [
        SignedIn(each, by_account[each.pk]["sessions"], by_account[each.pk]["seen_at"]) for each in staff
    ]
    return sorted(found, key=lambda each: each.seen_at, reverse=True)


def strays() -> list[dict[str, object]]:
    """Refused sign-ins with ids of nobody, by hour, terminal and reason, the newest first."""
    rows = StrayRefusal.objects.annotate(hour=TruncHour("at")).values("hour", "terminal", "reason")
    counted = rows.annotate(tries=Count("pk"), ids=Count("digest", distinct=True)).order_by(
        "-hour", "terminal"
    )
    return [row | {"words": Stray(row["reason"]).label} for row in counted[:SHOWN]]
