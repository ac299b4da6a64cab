"""Many persons over columns, to rows for COPY. No Django and no database: worker processes run this.

What is stored is what :class:`sesshu.health.eligibility.reckoning.Reckoner` stores of one person; it is asked
for those of whom columns do not tell all, and they are counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np

from sesshu.health.eligibility import binary
from sesshu.health.eligibility.binary import Column
from sesshu.health.eligibility.reckoning import LETTERS, GivenRow, Reckoner, Setup, Standing, reasons_of
from sesshu.health.ledger.circumstances import NONE, Circumstances
from sesshu.schedule import DoseVerdict, Reason
from sesshu.schedule.population.columns import EVALUATIONS, STATUSES, Doses
from sesshu.schedule.population.lives import Horizon
from sesshu.schedule.population.openings import names
from sesshu.schedule.population.spans import (
    BEGIN,
    END,
    FINISH,
    LABEL,
    LAST_DAY,
    NUMBER,
    PERSON,
    START,
    STATUS,
    Spans,
    blank,
)
from sesshu.schedule.population.years import Persons, Years, assess_years

SEXES = ("0", "1", "2")
SENTENCES = "sentences"
_MOST_REASONS = 50_000_000


@dataclass(frozen=True, slots=True)
class BulkPart:
    """Persons in the order of birth and sex with all their doses, by person and day.

    Days are ordinals, 0 where there is none; ``own`` is a place in ``Setup.own`` or -1; ``number`` counts
    parts. ``unknown`` holds the codes, by the dose's id, of vaccines that the schedule does not know;
    ``known`` what else is recorded of the few, by their place.
    """

    number: int
    ids: Column
    birth: Column
    sex: Column
    doses: Doses
    volume: Column
    keys: Column
    own: Column
    unknown: dict[int, str]
    known: dict[int, Circumstances]


@dataclass(frozen=True, slots=True)
class Made:
    """Rows in COPY's binary format, reasons in its text format; ``fallbacks`` as of the source."""

    windows: bytes
    verdicts: bytes
    standings: bytes
    reasons: bytes
    fallbacks: Counter[str]


@dataclass(slots=True)
class _Verdicts:
    """Verdicts as they are copied; ``texts`` are reasons as JSON."""

    columns: dict[str, Column]
    texts: list[str] = field(default_factory=list)


def labels_of(setup: Setup) -> list[str]:
    """Every name of a dose that a window or verdict may bear, in order."""
    from sesshu.schedule import load_pack

    most = max((rule.doses for rule in setup.own), default=0)
    known = names(load_pack("jp"))
    return [*known, *(name for n in range(1, most + 1) if (name := f"{n}回目") not in known)]


class BulkReckoner:
    """Reckons parts of some ten thousand persons."""

    def __init__(self, setup: Setup) -> None:
        self.setup, self.scalar = setup, Reckoner(setup)
        self.pack, self.national = self.scalar.pack, self.scalar.national
        self.labels = {name: place for place, name in enumerate(labels_of(setup))}
        self.horizon = Horizon(setup.horizon_from.toordinal(), setup.horizon_to.toordinal())
        self.vaccines, self.codes = list(self.pack.vaccines), list(self.pack.programmes)

    def reckon(self, part: BulkPart) -> Made:
        """Everything that is stored of these persons."""
        ours = np.flatnonzero(part.own < 0)
        doses = Doses(*(column[ours] for column in _columns(part.doses)))
        persons = Persons(part.birth, part.sex, {place: one.first for place, one in part.known.items()})
        years = assess_years(persons, doses, part.volume[ours], self.horizon, self.pack, self.national)
        letters = np.zeros((len(self.setup.programmes), len(part.ids)), np.int8)
        windows: list[tuple[int, Spans]] = []
        for n, code in enumerate(self.setup.programmes):
            if code in years.spans:
                letters[n] = years.rest[self.national.index(code)]
                windows.append((n, years.spans[code]))
        verdicts = self._verdicts(part, ours, years)
        self._alone(part, years, letters, windows)
        self._own(part, letters, windows)
        return Made(
            b"".join(self._windows(part, n, table) for n, table in windows),
            self._copied(verdicts, part.number),
            self._standings(part, letters),
            _reasons(verdicts.texts, part.number),
            years.fallbacks,
        )

    def _windows(self, part: BulkPart, programme: int, table: Spans) -> bytes:
        count = table.shape[1]
        return binary.written(
            {
                "addressee_id": ("int8", part.ids[table[PERSON]]),
                "programme": ("int2", np.full(count, programme + 1, np.int16)),
                "kind": ("int2", table[STATUS] + 1),
                "starts_on": ("date", table[START]),
                "ends_on": ("date", table[END]),
                "dose_number": ("int4", table[NUMBER]),
                "dose_label": ("int2", table[LABEL] + 1),
                "recommended_from": ("date", table[BEGIN]),
                "recommended_to": ("date", table[FINISH]),
                "last_day": ("date", table[LAST_DAY]),
            }
        )

    def _standings(self, part: BulkPart, letters: Column) -> bytes:
        signs = np.frombuffer("".join(LETTERS[status] for status in STATUSES).encode(), "S1")
        rows = np.ascontiguousarray(signs[letters].T)
        texts = rows.view(f"S{rows.shape[1]}").reshape(-1)
        return binary.written({"addressee_id": ("int8", part.ids), "letters": ("text", texts)})

    def _verdicts(self, part: BulkPart, ours: Column, years: Years) -> _Verdicts:
        """Those over columns, and of the doses left untold those of the scalar engine."""
        told = years.verdicts
        count = len(ours)
        columns = {
            "key": part.keys[ours],
            "programme": np.zeros(count, np.int16),
            "number": np.full(count, -1, np.int32),
            "label": np.zeros(count, np.int32),
            "evaluation": np.zeros(count, np.int16),
            "routine": np.zeros(count, bool),
            "reasons": np.full(count, -1, np.int64),
        }
        for name in ("programme", "number", "label", "evaluation", "routine", "reasons"):
            columns[name][years.judged] = getattr(told, name)
        found = _Verdicts(columns, [_json(reasons) for reasons in told.told])
        rest = np.flatnonzero(columns["reasons"] < 0)
        persons = np.unique(part.doses.person[ours[rest]])
        if len(persons):
            years.fallbacks[SENTENCES] += int((~years.alone[persons]).sum())
            self._scalar_verdicts(part, persons, found, ours)
        return found

    def _scalar_verdicts(self, part: BulkPart, persons: Column, found: _Verdicts, ours: Column) -> None:
        place_of = np.cumsum(part.own < 0) - 1
        kept: dict[str, int] = {}
        for person in persons:
            first, given = self._given(part, int(person))
            known = part.known.get(int(person), NONE)
            for verdict in self.scalar.verdicts(*_born(part, int(person)), given, known):
                place = place_of[first[int(str(verdict.key))]]
                if found.columns["reasons"][place] < 0:
                    self._put(found, int(place), verdict, kept)

    def _put(self, found: _Verdicts, place: int, verdict: DoseVerdict, kept: dict[str, int]) -> None:
        text = json.dumps(reasons_of(verdict), ensure_ascii=False)
        if text not in kept:
            kept[text] = len(found.texts)
            found.texts.append(text)
        columns, programme = found.columns, verdict.programme
        columns["programme"][place] = self.codes.index(programme) if programme else -1
        columns["number"][place] = -1 if verdict.dose_number is None else verdict.dose_number
        columns["label"][place] = self.labels[verdict.dose_label or ""]
        columns["evaluation"][place] = EVALUATIONS.index(verdict.evaluation)
        columns["routine"][place], columns["reasons"][place] = verdict.routine, kept[text]

    def _given(self, part: BulkPart, person: int) -> tuple[dict[int, int], list[GivenRow]]:
        """The doses of one person, and the place of each by its id."""
        first, last = np.searchsorted(part.doses.person, [person, person + 1])
        places = {int(part.keys[n]): int(n) for n in range(int(first), int(last))}
        return places, [
            (
                date.fromordinal(int(part.doses.day[n])), self._code(part, int(n)),
                None if np.isnan(part.volume[n]) else Decimal(str(part.volume[n])),
                _date(part.doses.lot_expiry[n]), key,
                self.setup.own[part.own[n]].code if part.own[n] >= 0 else "",
            )
            for key, n in places.items()
        ]  # fmt: skip

    def _code(self, part: BulkPart, place: int) -> str:
        known = int(part.doses.vaccine[place])
        return part.unknown[int(part.keys[place])] if known < 0 else self.vaccines[known]

    def _copied(self, verdicts: _Verdicts, part: int) -> bytes:
        columns = verdicts.columns
        return binary.written(
            {
                "dose_id": ("int8", columns["key"]),
                "programme": ("int2", columns["programme"] + 1),
                "dose_number": ("int4", columns["number"]),
                "dose_label": ("int2", columns["label"] + 1),
                "evaluation": ("int2", columns["evaluation"] + 1),
                "routine": ("bool", columns["routine"]),
                "reasons": ("int8", columns["reasons"] + part * _MOST_REASONS),
            }
        )

    def _alone(self, part: BulkPart, years: Years, letters: Column, windows: list[tuple[int, Spans]]) -> None:
        """Those of whom, or of whose rules, there is more than columns hold."""
        for person in np.flatnonzero(years.alone):
            _, given = self._given(part, int(person))
            known = part.known.get(int(person), NONE)
            found, _ = self.scalar.person(*_born(part, int(person)), given, known)
            for n, standing in enumerate(found):
                if self.setup.programmes[n] in self.national:
                    self._add(letters, windows, n, np.array([person]), standing)

    def _own(self, part: BulkPart, letters: Column, windows: list[tuple[int, Spans]]) -> None:
        """The city's own programmes: one standing for all born on a day, another for whoever had a dose."""
        for place, rule in enumerate(self.setup.own):
            n = self.setup.programmes.index(rule.code)
            taken = np.unique(part.doses.person[part.own == place])
            for persons in _alike(part):
                rest = np.setdiff1d(persons, taken, assume_unique=True) if len(taken) else persons
                if len(rest):
                    standing = self.scalar.own_standing(rule, *_born(part, int(rest[0])), ())
                    self._add(letters, windows, n, rest, standing)
            for person in taken:
                mine = (part.doses.person == person) & (part.own == place)
                days = [date.fromordinal(int(day)) for day in part.doses.day[mine]]
                standing = self.scalar.own_standing(rule, *_born(part, int(person)), days)
                self._add(letters, windows, n, np.array([person]), standing)

    def _add(
        self, letters: Column, windows: list[tuple[int, Spans]], n: int, persons: Column, standing: Standing
    ) -> None:
        letters[n, persons] = STATUSES.index(next(s for s in STATUSES if LETTERS[s] == standing.letter))
        for span in standing.spans:
            table = blank(len(persons))
            table[PERSON], table[STATUS] = persons, STATUSES.index(span.status)
            table[START], table[END] = span.start.toordinal(), span.end.toordinal()
            table[NUMBER] = -1 if span.dose_number is None else span.dose_number
            table[LABEL] = self.labels[span.dose_label or ""]
            for name, day in ((BEGIN, span.recommended_from), (FINISH, span.recommended_to),
                              (LAST_DAY, span.last_day)):  # fmt: skip
                table[name] = day.toordinal() if day else 0
            windows.append((n, table))


def _columns(doses: Doses) -> tuple[Column, ...]:
    return doses.person, doses.day, doses.vaccine, doses.lot_expiry


def _alike(part: BulkPart) -> Iterator[Column]:
    """The persons of each date of birth and sex."""
    new = np.flatnonzero((np.diff(part.birth) != 0) | (np.diff(part.sex) != 0)) + 1
    yield from (some for some in np.split(np.arange(len(part.ids)), new) if len(some))


def _born(part: BulkPart, person: int) -> tuple[date | None, str]:
    """Birth and sex, as of the feed."""
    return _date(part.birth[person]), SEXES[part.sex[person]]


def _date(day: int) -> date | None:
    return date.fromordinal(int(day)) if day else None


def _json(reasons: tuple[Reason, ...]) -> str:
    told = [{"code": one.code, "text": one.text, "article": one.article} for one in reasons]
    return json.dumps(told, ensure_ascii=False)


def _reasons(texts: list[str], part: int) -> bytes:
    base = part * _MOST_REASONS
    lines = (f"{base + n}\t{text.replace(chr(92), chr(92) * 2)}\n" for n, text in enumerate(texts))
    return "".join(lines).encode()
