"""Reads of the log for people; each is logged too. Ids become 宛名番号, never names (S05)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from sesshu.kernel import clock
from sesshu.protection import acts, audit
from sesshu.protection.acts import Sort
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.purposes import Purpose
from sesshu.protection.tenancy import current
from sesshu.protection.trail import relations
from sesshu.protection.trail.models import StaffPerson

MOST = 2_000  # events of a person's timeline
RESULTS = {"ok": "実行", "refused": "拒否", "failed": "失敗", "held back": "保留", "broken": "異常あり"}
_OF_PERSON = """
    SELECT DISTINCT event_id FROM trail_subject
    WHERE municipality_code = %s AND addressee_id = ANY(%s) ORDER BY event_id DESC LIMIT %s
"""


@dataclass(frozen=True)
class Asked:
    """What the log is searched by; what is empty leaves everything in."""

    since: date
    until: date
    account: str = ""
    terminal: str = ""
    action: str = ""
    sort: str = ""
    result: str = ""


@dataclass(frozen=True)
class Line:
    """One event in words. ``near``: done by somebody of the person's own household."""

    event: AuditEvent
    name: str
    near: bool = False

    @property
    def label(self) -> str:
        return acts.label(self.event.action)

    @property
    def sentence(self) -> str:
        found = acts.act(self.event.action)
        return found.sentence if found else self.event.action

    @property
    def purpose(self) -> str:
        return dict(Purpose.choices).get(self.event.purpose, self.event.purpose)

    @property
    def result(self) -> str:
        return RESULTS.get(self.event.result, self.event.result)


def search(asked: Asked) -> QuerySet[AuditEvent]:
    """The events that fit, newest first. Not logged yet: :func:`tell_search` does, with what was shown."""
    begin = datetime.combine(asked.since, time(), clock.TOKYO)
    end = datetime.combine(asked.until, time(), clock.TOKYO) + timedelta(days=1)
    found = AuditEvent.objects.filter(municipality_code=current(), at__gte=begin, at__lt=end)
    if asked.account:
        holder = Account.objects.filter(municipality_id=current(), login=asked.account).first()
        found = found.filter(account=holder) if holder else found.filter(actor=asked.account)
    for name, value in (("terminal", asked.terminal), ("action", asked.action), ("result", asked.result)):
        found = found.filter(**{name: value}) if value else found
    if asked.sort in set(Sort):
        found = found.filter(action__in=acts.codes_of(Sort(asked.sort)))
    return found.select_related("account").order_by("-at", "-pk")


def tell_search(asked: Asked, shown: int, *, by: Account) -> None:
    """Log that the log was read."""
    detail = {"conditions": acts.coded(vars(asked)), "shown": shown}
    audit.record("audit.search", by=by, count=0, detail=detail)


def who_saw(number: str, *, by: Account) -> tuple[list[Line], bool]:
    """Who saw or changed this person, newest first, and whether there is more.

    :raises LookupError: when nobody has this 宛名番号.
    """
    ids = relations.ids_of(number)
    if not ids:
        raise LookupError(number)
    events = _events_of(ids)
    audit.record(
        "audit.person", by=by, subjects=ids, purpose=Purpose.INSPECTION, detail={"shown": len(events)}
    )
    near = _near(ids)
    return lines(events[:MOST], near), len(events) > MOST


def _events_of(ids: Sequence[int]) -> list[AuditEvent]:
    with connection.cursor() as cursor:
        cursor.execute(_OF_PERSON, [current(), list(ids), MOST + 1])
        events = [row[0] for row in cursor.fetchall()]
    found = AuditEvent.objects.filter(municipality_code=current(), pk__in=events)
    return list(found.select_related("account").order_by("-at", "-pk"))


def _near(ids: Sequence[int]) -> set[int]:
    """The accounts of staff who are the person or live in the same household."""
    staff = dict(StaffPerson.objects.values_list("account_id", "addressee_id"))
    facts = relations.facts({*ids, *staff.values()})
    households = {facts[each].household for each in ids if each in facts} - {""}
    return {
        account
        for account, person in staff.items()
        if person in ids or (person in facts and facts[person].household in households)
    }


def lines(events: Sequence[AuditEvent], near: set[int] = frozenset()) -> list[Line]:  # type: ignore[assignment]
    """Events in words."""
    return [
        Line(event, event.account.name if event.account else "コマンド", event.account_id in near)
        for event in events
    ]


def numbers_of(ids: Sequence[int]) -> list[str]:
    """The 宛名番号 of persons, for evidence that is shown to who reviews."""
    facts = relations.facts(ids)
    return [facts[each].number if each in facts else "（削除済み）" for each in ids]


def rows(found: Sequence[Line]) -> list[list[Any]]:
    """A timeline as a file holds it."""
    return [
        [
            f"{line.event.at.astimezone(clock.TOKYO):%Y-%m-%d %H:%M:%S}", line.name, line.event.actor,
            line.event.terminal, line.label, line.purpose, line.result, "同一世帯の職員" if line.near else "",
        ]
        for line in found
    ]  # fmt: skip


HEADER = ("日時", "氏名", "利用者ID", "端末", "操作", "目的", "結果", "注意")
