"""Each row's fate: new, changed, the same as before, to be decided by a person, or unusable."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import Max

from sesshu.addressees.choices import Sex
from sesshu.health.intake.matching import Books, Known, persons
from sesshu.health.intake.models import RowFate
from sesshu.health.intake.results import GIVEN, SCREENED, Remark, Result, RowRules
from sesshu.health.intake.senders import Senders
from sesshu.health.ledger import checks
from sesshu.health.ledger.checks import Residence
from sesshu.health.ledger.models import Dose, Screening
from sesshu.protection.tenancy import current


@dataclass(slots=True)
class Judged:
    """A row with its fate. ``remarks`` say why; ``target`` is the entry that a changed row replaces."""

    result: Result
    fate: RowFate
    person: Known | None = None
    provider_id: int | None = None
    key: str = ""
    target: int | None = None
    remarks: list[Remark] = field(default_factory=list)
    candidates: tuple[Known, ...] = ()

    @property
    def due(self) -> date | None:
        """The due date (分娩予定日) to be kept with the person; none of somebody registered as a man."""
        if not self.result.due or self.person is None or self.person.sex == Sex.MALE:
            return None
        return date.fromisoformat(self.result.due)

    @property
    def is_new(self) -> bool:
        return self.fate in (RowFate.NEW, RowFate.WARNING) and self.target is None


class _Recorded(NamedTuple):
    """An entry of the ledger on the same day for the same person."""

    addressee_id: int
    date: str
    kind: str
    subject: str
    key: str
    digest: str
    id: int
    void: bool
    provider_id: int | None
    provider_name: str
    lot: str


class Judge:
    """Judges the rows of one file, batch after batch, and knows which entries this file itself wrote."""

    def __init__(self, senders: Senders, *, today: date, rules_follow: bool = False) -> None:
        self._senders = senders
        self._rules = RowRules(today.isoformat())
        self._today = today
        self._rules_follow = rules_follow
        self._before = {GIVEN: _last(Dose), SCREENED: _last(Screening)}
        self._dates: dict[str, date] = {}
        self._decided: Mapping[int, int] = {}

    def judge(self, results: Sequence[Result], decided: Mapping[int, int] | None = None) -> list[Judged]:
        """The fates of these rows. ``decided``: row → addressee id, where a person has said to take it."""
        self._decided = decided or {}
        usable, judged = self._usable(results)
        judged += self._matched(usable, self._decided)
        ready = [row for row in judged if row.person is not None and row.fate is RowFate.NEW]
        self._compare(ready)
        for row in ready:
            if row.fate is RowFate.NEW:
                row.remarks += self._doubts(row)
                if row.remarks:
                    row.fate = RowFate.WARNING
        return sorted(judged, key=lambda row: row.result.row)

    def _usable(self, results: Sequence[Result]) -> tuple[list[Result], list[Judged]]:
        usable, judged = [], []
        for result in results:
            faults = list(self._rules.faults(result))
            if faults:
                judged.append(Judged(result, RowFate.REJECTED, remarks=faults))
            else:
                usable.append(result)
        return usable, judged

    def _matched(self, results: list[Result], decided: Mapping[int, int]) -> Iterator[Judged]:
        chosen = persons(set(decided.values())) if decided else {}
        books = Books([result for result in results if result.row not in decided])
        for result in results:
            row = Judged(result, RowFate.NEW)
            if result.row in decided:
                row.person = chosen.get(decided[result.row])
            else:
                match = books.match(result)
                row.person, row.candidates = match.person, match.candidates
                row.remarks += [remark for remark in (match.remark, *match.doubts) if remark]
            if row.person is None:
                row.fate = RowFate.UNDECIDED if row.candidates else RowFate.REJECTED
            else:
                self._check_date(row, row.person)
            yield row

    def _check_date(self, row: Judged, person: Known) -> None:
        if person.birth and row.result.date < person.birth:
            row.fate = RowFate.REJECTED
            row.remarks.append(
                Remark("接種年月日", f"の {row.result.date} が生年月日 {person.birth} より前です。")
            )

    def _compare(self, rows: list[Judged]) -> None:
        recorded = _recorded({(row.person.id, row.result.date) for row in rows if row.person})
        earlier: dict[str, Judged] = {}
        for row in rows:
            assert row.person
            sender = self._senders.of(row.result)
            row.provider_id = sender.pk
            row.key = row.result.identity(sender.code, row.person.id)
            same_day = recorded.get((row.person.id, row.result.date), ())
            if (before := earlier.setdefault(row.key, row)) is not row:
                _repeat(row, f"{before.result.row}行目", same=before.result.digest() == row.result.digest())
            elif same_key := [entry for entry in same_day if entry.key == row.key]:
                self._known(row, same_key)
            else:
                self._duplicate(row, same_day)

    def _known(self, row: Judged, entries: list[_Recorded]) -> None:
        standing = next((entry for entry in entries if not entry.void), None)
        digest = row.result.digest()
        if standing and standing.id > self._before[standing.kind]:
            _repeat(row, "このファイルの前の行", same=standing.digest == digest)
        elif any(entry.digest == digest for entry in entries):
            row.fate = RowFate.UNCHANGED
            if standing is None:
                row.remarks.append(Remark("", "取り消された記録と同じ内容のため、取り込みません。"))
        elif standing:
            row.fate, row.target = RowFate.UPDATED, standing.id

    def _duplicate(self, row: Judged, same_day: Collection[_Recorded]) -> None:
        result = row.result
        subject = result.vaccine if result.kind == GIVEN else result.programme
        for entry in same_day:
            if entry.void or entry.kind != result.kind or entry.subject != subject:
                continue
            if entry.provider_id == row.provider_id and (not result.lot or entry.lot == result.lot):
                row.fate = RowFate.UNCHANGED
                return
            if result.row in self._decided:
                return
            told = f"（{entry.provider_name or '医療機関不明'}、ロット {entry.lot or '不明'}）"
            row.fate = RowFate.UNDECIDED
            row.remarks.append(Remark("接種年月日", f": 同じ日に同じワクチンの記録がすでにあります{told}。"))
            return

    def _doubts(self, row: Judged) -> Iterator[Remark]:
        assert row.person
        yield from self._rules.doubts(row.result)
        yield from self._senders.doubts(row.result)
        person, given = row.person, row.result
        if given.due and row.due is None:
            yield Remark("分娩予定日", "は、性別が男の方のため記録しません。本人を確かめてください。")
        if given.expires and given.date > given.expires and not self._rules_follow:
            yield Remark("有効期限", f"（{given.expires}）を過ぎたワクチンです。")
        late = person.removed_on and given.date >= person.removed_on
        if late or (person.since and given.date < person.since and person.since != person.birth):
            home = Residence(
                self._day(person.birth),
                self._day(person.since),
                person.status,
                self._day(person.removed_on),
            )
            on = self._day(given.date)
            if on is not None and given.outside != "1":
                for finding in checks.of_date(home, on, today=self._today):
                    yield Remark("接種年月日", f": {finding.message}")

    def _day(self, text: str) -> date | None:
        if not text:
            return None
        if text not in self._dates:
            self._dates[text] = date.fromisoformat(text)
        return self._dates[text]


def _repeat(row: Judged, where: str, *, same: bool) -> None:
    if same:
        row.fate = RowFate.UNCHANGED
        row.remarks.append(Remark("", f"{where}と同じ内容です。1件として扱います。"))
    else:
        row.fate = RowFate.REJECTED
        row.remarks.append(
            Remark("接種年月日", f": {where}と同じ接種ですが内容が違います。1行にしてください。")
        )


def _last(model: type[Dose] | type[Screening]) -> int:
    found = model._default_manager.filter(municipality_code=current()).aggregate(last=Max("id"))
    return found["last"] or 0


_RECORDED = """
SELECT e.addressee_id, e.date::text, {kind}, e.{subject}, e.source_key, e.source_digest, e.id,
       e.voided_at IS NOT NULL, e.provider_id, e.provider_name, {lot}
FROM unnest(%s::bigint[], %s::date[]) AS asked (addressee_id, date)
JOIN {table} e ON e.addressee_id = asked.addressee_id AND e.date = asked.date
WHERE e.municipality_code = %s
"""
_TABLES = (
    {"table": "ledger_dose", "kind": "'1'", "subject": "vaccine", "lot": "e.lot_number"},
    {"table": "ledger_screening", "kind": "'2'", "subject": "programme", "lot": "''"},
)


def _recorded(days: set[tuple[int, str]]) -> dict[tuple[int, str], list[_Recorded]]:
    found: dict[tuple[int, str], list[_Recorded]] = {}
    if not days:
        return found
    ids, dates = zip(*sorted(days), strict=True)
    with connection.cursor() as cursor:
        for names in _TABLES:
            cursor.execute(_RECORDED.format(**names), [list(ids), list(dates), current()])
            for values in cursor.fetchall():
                entry = _Recorded(*values)
                found.setdefault((entry.addressee_id, entry.date), []).append(entry)
    return found
