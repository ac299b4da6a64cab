"""Reading new events of the log by the rules, and raising alerts; each event is read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.acts import Sort, act, codes_of
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.tenancy import acting_for, current
from sesshu.protection.trail import relations, rules, sequencing
from sesshu.protection.trail.detection import FEW, Access, Day, Known, Suspicion, Usual, detect
from sesshu.protection.trail.models import Alert, RuleSetting, StaffPerson, Watching
from sesshu.protection.trail.stored import asked

LOOKBACK = timedelta(days=28)
MOST_LEAVES = 50_000  # of one look
CLOSED = "off-hours"  # the rule whose setting holds the city's closed days
_NEW = """
    SELECT DISTINCT e.account_id, (e.at AT TIME ZONE 'Asia/Tokyo')::date
    FROM trail_leaf l JOIN protection_auditevent e ON e.id = l.event_id
    WHERE l.municipality_code = %s AND l.index >= %s AND l.index < %s AND e.account_id IS NOT NULL
"""
_USUAL = """
    SELECT e.account_id, (e.at AT TIME ZONE 'Asia/Tokyo')::date AS day, count(DISTINCT s)
    FROM protection_auditevent e, unnest(e.subjects) s
    WHERE e.municipality_code = %s AND e.at >= %s AND e.at < %s AND e.action = ANY(%s)
        AND cardinality(e.subjects) <= %s AND e.account_id IS NOT NULL
    GROUP BY 1, 2
"""


def watch(code: str) -> int:
    """Look at what is new in a municipality's log; the number of alerts raised."""
    with acting_for(code), transaction.atomic():
        place, _ = Watching.objects.select_for_update().get_or_create(municipality_code=code)
        end = min(sequencing.size(), place.size + MOST_LEAVES)
        days = asked(_NEW, [code, place.size, end])
        raised = look_at(days) if days else 0
        if end > place.size:
            Watching.objects.filter(pk=place.pk).update(size=end)
    return raised


def look_at(days: Iterable[tuple[int, date]]) -> int:
    """Judge the days of these accounts anew; the number of alerts raised."""
    thresholds, by_day = rules.in_force(), defaultdict(list)
    for account, day in days:
        by_day[day].append(account)
    raised = 0
    for day, accounts in by_day.items():
        usual = _usual(day, accounts)
        for account in accounts:
            accesses = _accesses(account, day)
            found = detect(Day(accesses, usual[account], _known(account, accesses)), thresholds)
            raised += sum(_raise(account, day, each) for each in found)
    return raised


def _accesses(account: int, day: date) -> list[Access]:
    begin = datetime.combine(day, time(), clock.TOKYO)
    rows = AuditEvent.objects.filter(
        municipality_code=current(), account_id=account, at__gte=begin, at__lt=begin + timedelta(days=1)
    ).order_by("at", "pk")
    return [
        Access(pk, at.astimezone(clock.TOKYO), _sort(action), tuple(subjects[: FEW + 1]))
        for pk, at, action, subjects in rows.values_list("pk", "at", "action", "subjects")
    ]


def _sort(action: str) -> Sort:
    found = act(action)
    return found.sort if found else Sort.ADMINISTRATION


def _usual(day: date, accounts: Sequence[int]) -> dict[int, Usual]:
    """What is usual, from the days before this one."""
    until = datetime.combine(day, time(), clock.TOKYO)
    rows = asked(_USUAL, [current(), until - LOOKBACK, until, list(codes_of(Sort.READ)), FEW])
    own: dict[int, list[int]] = defaultdict(list)
    for account, _, count in rows:
        own[account].append(count)
    roles = {each.pk: frozenset(each.roles) for each in Account.objects.filter(pk__in=own)}
    peers: dict[frozenset[str], list[int]] = defaultdict(list)
    for account, counts in own.items():
        peers[roles.get(account, frozenset())] += counts
    return {account: _of(own[account], peers[roles.get(account, frozenset())]) for account in accounts}


def _of(own: Sequence[int], peers: Sequence[int]) -> Usual:
    return Usual(tuple(own), sum(peers) / len(peers) if peers else 0.0)


def _known(account: int, accesses: Sequence[Access]) -> Known:
    staff = dict(StaffPerson.objects.values_list("account_id", "addressee_id"))
    own = staff.pop(account, None)
    wanted = {subject for access in accesses if len(access.subjects) <= FEW for subject in access.subjects}
    return Known(
        facts=relations.facts(wanted | ({own} if own else set())),
        self_id=own,
        colleagues=frozenset(staff.values()),
        closed_days=closed_days(),
        leaving=relations.is_leaving(account),
    )


def closed_days() -> frozenset[date]:
    """The days on which the city's offices are closed, besides weekends and the turn of the year."""
    setting = RuleSetting.objects.filter(rule=CLOSED).first()
    listed: list[str] = setting.thresholds.get("closed_days", []) if setting else []
    return frozenset(map(date.fromisoformat, listed))


def _raise(account: int, day: date, suspicion: Suspicion) -> bool:
    """A new alert; one that is known has its evidence brought up to date while nobody has judged it."""
    alert, made = Alert.objects.get_or_create(
        rule=suspicion.rule,
        account_id=account,
        day=day,
        key=suspicion.key,
        defaults={
            "evidence": suspicion.evidence,
            "raised_at": clock.now(),
            "grave": rules.BY_CODE[suspicion.rule].grave,
        },
    )
    if made:
        detail = {"alert": alert.pk, "rule": alert.rule, "account": account}
        audit.record("audit.alert-raised", by=None, count=0, detail=detail)
    elif alert.handled_at is None and alert.evidence != suspicion.evidence:
        Alert.objects.filter(pk=alert.pk).update(evidence=suspicion.evidence)
    return made
