"""Wrong tries are counted before they are tried, in PostgreSQL under a keyed digest, for all workers at once.

A try is taken from the count first and given back when it was right, so that a hundred tries at the same
moment get no further than five. What was typed is never kept: people type passwords into the id's field.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils.crypto import salted_hmac

from sesshu.kernel import clock
from sesshu.protection.sign_in.models import Counter


class On(StrEnum):
    """What is counted: an id that was typed, the place it was typed at, one account's second factor."""

    LOGIN = "login"
    TERMINAL = "terminal"
    FACTOR = "factor"


@dataclass(frozen=True, slots=True)
class Rule:
    """``tries`` within ``window`` lock for ``first``, each further lock twice as long up to ``longest``."""

    tries: int
    window: timedelta
    first: timedelta
    longest: timedelta


# A terminal may be a counter of many staff, or a proxy: wide, and never for long.
RULES = {
    On.LOGIN: Rule(5, timedelta(days=1), timedelta(minutes=15), timedelta(hours=16)),
    On.FACTOR: Rule(5, timedelta(days=1), timedelta(minutes=15), timedelta(hours=16)),
    On.TERMINAL: Rule(50, timedelta(minutes=15), timedelta(minutes=15), timedelta(minutes=15)),
}
FORGOTTEN_AFTER = timedelta(days=2)


def digest(on: On, text: str) -> str:
    """What stands for ``text`` in the database: HMAC-SHA-256 under this installation's key."""
    return salted_hmac(f"sesshu.sign_in.{on}", text, algorithm="sha256").hexdigest()


def take(on: On, text: str) -> bool:
    """Count one try, and whether it may be tried at all."""
    now, rule = clock.instant(), RULES[on]
    with transaction.atomic():
        row = _locked_row(digest(on, text), now)
        if row.locked_until is not None and now < row.locked_until:
            return False
        if now - row.first_at >= rule.window:
            row.failures, row.first_at = 0, now
        if row.failures == 0:
            row.first_at = now
        row.failures += 1
        if row.failures >= rule.tries:
            _lock(row, rule, now)
        row.seen_at = now
        row.save()
    return True


def forgive(on: On, text: str) -> None:
    """It was right: forget all wrong tries and every lock."""
    Counter.objects.filter(digest=digest(on, text)).delete()


def give_back(on: On, text: str) -> None:
    """It was right where others may have been wrong: only this try is taken out of the count."""
    with transaction.atomic():
        row = Counter.objects.select_for_update().filter(digest=digest(on, text)).first()
        if row is not None and row.failures:
            row.failures -= 1
            row.save(update_fields=["failures"])


def locked_until(on: On, texts: list[str]) -> dict[str, datetime]:
    """Of these ids, those that are locked now, with the moment at which it ends."""
    by_digest = {digest(on, text): text for text in texts}
    rows = Counter.objects.filter(digest__in=by_digest, locked_until__gt=clock.instant())
    return {by_digest[row.digest]: row.locked_until for row in rows if row.locked_until}


def forget_old() -> None:
    """Remove what has been quiet for long; a lock's level is forgotten with it."""
    Counter.objects.filter(seen_at__lt=clock.instant() - FORGOTTEN_AFTER).delete()


def _locked_row(key: str, now: datetime) -> Counter:
    Counter.objects.bulk_create([Counter(digest=key, first_at=now, seen_at=now)], ignore_conflicts=True)
    return Counter.objects.select_for_update().get(digest=key)


def _lock(row: Counter, rule: Rule, now: datetime) -> None:
    row.locked_until = now + min(rule.first * 2**row.level, rule.longest)
    row.level = min(row.level + 1, 20)
    row.failures = 0
