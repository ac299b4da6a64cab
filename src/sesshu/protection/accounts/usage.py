"""Which rights were used, told from the log: what nobody used in 90 days is a right too many (S04)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from sesshu.kernel import clock
from sesshu.protection.accounts import defining
from sesshu.protection.accounts.holding import grants_in_force
from sesshu.protection.accounts.models import Grant
from sesshu.protection.action_words import label
from sesshu.protection.actions import Action as A
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.tenancy import current

UNUSED_AFTER = timedelta(days=90)
# How the use of an action begins in the log. An action that leaves no trace of its own is not judged.
TRACES: dict[str, tuple[str, ...]] = {
    A.ADDRESSEE_SEARCH: ("addressee.search",),
    A.ADDRESSEE_READ: ("addressee.read", "addressee.history"),
    A.ADDRESSEE_WRITE: ("addressee.register", "addressee.update", "addressee.protect", "addressee.unprotect"),
    A.ADDRESSEE_IMPORT: ("residents.import",),
    A.ADDRESSEE_MERGE: ("addressee.merge", "addressee.unmerge", "addressee.duplicates"),
    A.LEDGER_READ: ("ledger.read",),
    A.LEDGER_WRITE: ("dose.", "screening."),
    A.RESULTS_IMPORT: ("results.",),
    A.TARGETS_EXTRACT: ("targets.",),
    A.NOTICES_PRINT: ("notices.issue", "notices.print"),
    A.LISTS_EXPORT: ("list.", "unvaccinated.", "roster.", "doses.", "residents.show", "residents.export"),
    A.REPORT_KEEP: ("report.",),
    A.CATALOGUE_WRITE: ("catalogue.", "provider."),
    A.AUDIT_REVIEW: ("audit.review",),
    A.ACCOUNTS_REQUEST: ("accounts.request.",),
    A.ACCOUNTS_APPROVE: ("accounts.request.approved", "accounts.request.refused"),
    A.ACCOUNTS_REVIEW: ("accounts.review",),
    A.ROLES_WRITE: ("accounts.request.role",),
    A.FACTORS_RECOVER: ("factor", "sign-in.recover"),
    A.TERMINALS_REQUEST: ("terminal",),
    A.TERMINALS_APPROVE: ("terminal",),
    A.NUMBER_WRITE: ("number.",),
    A.NUMBER_SEARCH: ("number.",),
    A.NUMBER_REVEAL: ("number.reveal",),
    A.KEYS_MANAGE: ("key",),
    A.RETENTION_REQUEST: ("retention.",),
    A.RETENTION_APPROVE: ("retention.",),
    A.TAKING_OUT_REQUEST: ("taking-out.",),
    A.TAKING_OUT_APPROVE: ("taking-out.",),
    A.MEDIA_WRITE: ("media.",),
}  # fmt: skip

Uses = dict[int, dict[str, datetime]]


@dataclass(frozen=True, slots=True)
class UnusedRight:
    """A right held longer than :data:`UNUSED_AFTER` of which some or all actions were not used."""

    grant: Grant
    label: str
    unused: tuple[str, ...]
    whole: bool


def uses(since: datetime | None = None, accounts: Iterable[int] | None = None) -> Uses:
    """By account and action of the log: the last time. One question over the log's index by time."""
    events = AuditEvent.objects.filter(municipality_code=current(), account__isnull=False)
    if since is not None:
        events = events.filter(at__gte=since)
    if accounts is not None:
        events = events.filter(account__in=list(accounts))
    found: Uses = {}
    for account, action, at in events.values_list("account_id", "action").annotate(Max("at")):
        found.setdefault(account, {})[action] = at
    return found


def last_use(of: dict[str, datetime], actions: Iterable[str]) -> datetime | None:
    """When one of these actions was last used, as far as the log tells."""
    prefixes = tuple(prefix for action in actions for prefix in TRACES.get(action, ()))
    return max((at for name, at in of.items() if prefixes and name.startswith(prefixes)), default=None)


def unused_rights() -> list[UnusedRight]:
    """The rights in force for 90 days and more of which actions were not used in that time."""
    since = clock.now() - UNUSED_AFTER
    used, known = uses(since), defining.definitions()
    grants = grants_in_force(clock.today()).filter(municipality_code=current(), granted_at__lte=since)
    found = []
    for grant in grants.select_related("account").order_by("account__name", "pk"):
        role = known.get(grant.role)
        judged = sorted(role.actions & TRACES.keys()) if role else []
        unused = [action for action in judged if last_use(used.get(grant.account_id, {}), [action]) is None]
        if role and unused:
            names = tuple(label(action) for action in unused)
            found.append(UnusedRight(grant, role.label, names, whole=len(unused) == len(judged)))
    return found


def unused_accounts() -> list[Account]:
    """Accounts in service with no sign-in and no act for 90 days."""
    since = clock.now() - UNUSED_AFTER
    active = AuditEvent.objects.filter(municipality_code=current(), at__gte=since, account__isnull=False)
    found = Account.objects.filter(municipality_id=current(), is_active=True).exclude(
        pk__in=active.values("account")
    )
    old = found.exclude(last_login__gte=since).exclude(grants__granted_at__gt=since)
    return [account for account in old.order_by("name") if account.in_service]
