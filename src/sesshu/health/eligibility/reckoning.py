"""From persons and doses to lines for COPY. No Django and no database: worker processes run this.

Every status is that of :mod:`sesshu.schedule.population.horizon`, every verdict that of
:func:`sesshu.schedule.assess`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from sesshu.health.eligibility import own
from sesshu.health.eligibility.own import OwnRule
from sesshu.health.ledger.circumstances import NONE, Circumstances
from sesshu.schedule import DoseGiven, DoseVerdict, Person, load_pack
from sesshu.schedule.population.cohorts import Cohorts
from sesshu.schedule.population.horizon import HorizonSpan, Life, touching
from sesshu.schedule.supporting import Pack

# date, vaccine, volume in mL, expiry of the lot, the dose's id, programme as recorded
GivenRow = tuple[date, str, Decimal | None, date | None, int, str]
# addressee's id, birth, sex code of the feed, doses in the order of their dates, what else is recorded
PersonRow = tuple[int, date | None, str, Sequence[GivenRow], Circumstances]
Part = list[PersonRow]

SEXES: dict[str, Literal["M", "F"]] = {"1": "M", "2": "F"}
DUE = "eligible"
LETTERS = {DUE: "d", "complete": "c", "aged_out": "o", "not_yet": "y", "not_target": "n"}
KINDS = {status: "due" if status == DUE else status for status in LETTERS}
_NULL = "\\N"


@dataclass(frozen=True, slots=True)
class Setup:
    """What every part is reckoned by."""

    municipality: str
    generation: int
    horizon_from: date
    horizon_to: date
    programmes: tuple[str, ...]
    own: tuple[OwnRule, ...]


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Lines in COPY's text format."""

    windows: bytes
    verdicts: bytes
    standings: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """One programme of one person: the status of most days, and the spans that differ from it."""

    letter: str
    spans: tuple[HorizonSpan, ...]


class Reckoner:
    """Keeps what persons have in common: without doses that touch a programme, birth and sex decide it."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.pack = load_pack("jp")
        self.own = {rule.code: rule for rule in setup.own}
        self.national = tuple(code for code in setup.programmes if code not in self.own)
        self.touching = {code: touching(self.pack.programmes[code], self.pack) for code in self.national}
        horizon = (setup.horizon_from, setup.horizon_to)
        self.cohorts = {code: Cohorts(code, self.pack, *horizon) for code in self.national}
        self.of_pregnancy = frozenset(of_pregnancy(self.pack)) & frozenset(self.national)
        self._shared: dict[tuple[str, int | None, str], Standing] = {}
        self._day: tuple[tuple[date | None, str], dict[str, Standing]] | None = None

    def reckon(self, part: Iterable[PersonRow]) -> Reckoned:
        """Everything that is stored of these persons."""
        windows: list[str] = []
        verdicts: list[str] = []
        standings: list[str] = []
        for number, birth, sex, given, known in part:
            found, judged = self.person(birth, sex, given, known)
            standings.append(f"{number}\t{''.join([one.letter for one in found])}\n")
            for programme, standing in zip(self.setup.programmes, found, strict=True):
                for span in standing.spans:
                    windows.append(_window_line(number, programme, span))
            verdicts.extend(map(_verdict_line, judged))
        return Reckoned("".join(windows).encode(), "".join(verdicts).encode(), "".join(standings).encode())

    def person(
        self, birth: date | None, sex: str, given: Sequence[GivenRow], known: Circumstances = NONE
    ) -> tuple[list[Standing], tuple[DoseVerdict, ...]]:
        """The standings in the order of ``setup.programmes``, and each dose judged by the law of its day.

        Doses of the city's own programmes are not for the law to judge. Whose circumstances are ``known``
        has nothing in common with others where they are asked about.
        """
        found = self._without_doses(birth, sex)
        if not given and known == NONE:
            return [found[code] for code in self.setup.programmes], ()
        found = dict(found)
        person = person_of(birth, sex, known)
        life = Life(person, doses_of(r for r in given if r[5] not in self.own), self.pack)
        asked = self._asked_of(known)
        for code in self.national if birth else ():
            touches = self.touching[code]
            days = [row[0] for row in given if row[1] in touches and row[5] not in self.own]
            if days or code in asked:
                found[code] = self._of_life(life, code, days)
        for code, rule in self.own.items():
            days = [row[0] for row in given if row[5] == code]
            if days:
                found[code] = self.own_standing(rule, birth, sex, days)
        return [found[code] for code in self.setup.programmes], life.verdicts()

    def _asked_of(self, known: Circumstances) -> Collection[str]:
        """The programmes in which circumstances may change something."""
        if known == NONE:
            return ()
        return self.of_pregnancy if known == Circumstances(due_dates=known.due_dates) else self.national

    def verdicts(
        self, birth: date | None, sex: str, given: Sequence[GivenRow], known: Circumstances = NONE
    ) -> tuple[DoseVerdict, ...]:
        """Each dose judged by the law of its day, those of the city's own programmes aside."""
        ours = doses_of(row for row in given if row[5] not in self.own)
        return Life(person_of(birth, sex, known), ours, self.pack).verdicts()

    def _without_doses(self, birth: date | None, sex: str) -> dict[str, Standing]:
        """The last day's are kept: persons come in the order of birth and sex."""
        if self._day is None or self._day[0] != (birth, sex):
            keys = {code: self.cohorts[code].of(birth) if birth else None for code in self.national}
            found = {code: one for code, key in keys.items() if (one := self._shared.get((code, key, sex)))}
            if len(found) < len(keys):
                life = Life(person_of(birth, sex), (), self.pack)
                for code in keys.keys() - found.keys():
                    found[code] = self._of_life(life, code, ())
                    if keys[code] is not None:
                        self._shared[code, keys[code], sex] = found[code]
            found |= {code: self.own_standing(rule, birth, sex, ()) for code, rule in self.own.items()}
            self._day = ((birth, sex), found)
        return self._day[1]

    def _of_life(self, life: Life, code: str, days: Sequence[date]) -> Standing:
        if life.terms is None:
            return Standing(LETTERS["not_target"], ())
        return condensed(life.spans(code, days, self.setup.horizon_from, self.setup.horizon_to))

    def own_standing(self, rule: OwnRule, birth: date | None, sex: str, days: Sequence[date]) -> Standing:
        since, until = self.setup.horizon_from, self.setup.horizon_to
        return condensed(
            HorizonSpan(
                max(span.start, since),
                min(span.end, until),
                span.status,
                span.dose_number,
                _own_label(span.dose_number),
                last_day=span.end if span.status == DUE else None,
            )
            for span in own.spans(rule, birth, SEXES.get(sex), days)
            if span.start <= until and span.end >= since
        )


def of_pregnancy(pack: Pack) -> Iterator[str]:
    """The programmes against whose diseases a rule speaks of pregnancies: no other asks for a due date."""
    diseases = {disease for rule in pack.rules if rule.each == "pregnancy" for disease in rule.serves}
    for code, programme in pack.programmes.items():
        if diseases & set(programme.diseases):
            yield code


def condensed(spans: Iterable[HorizonSpan]) -> Standing:
    """The status that fills most of the horizon becomes the letter."""
    kept = list(spans)
    days: dict[str, int] = {}
    for span in kept:
        if span.status != DUE:
            days[span.status] = days.get(span.status, 0) + (span.end - span.start).days + 1
    rest = max(days, key=days.__getitem__) if days else "not_yet"
    return Standing(LETTERS[rest], tuple(_joined([span for span in kept if span.status != rest])))


def person_of(birth: date | None, sex: str, known: Circumstances = NONE) -> Person:
    """The schedule's person; ``sex`` is the feed's code."""
    return known.person(birth, SEXES.get(sex))


def doses_of(given: Iterable[GivenRow]) -> tuple[DoseGiven, ...]:
    """The schedule's doses; ``key`` is the dose's id."""
    return tuple(
        DoseGiven(date=day, vaccine=vaccine, volume_ml=_float(volume), lot_expiry=expiry, key=number)
        for day, vaccine, volume, expiry, number, _ in given
    )


def _joined(spans: list[HorizonSpan]) -> list[HorizonSpan]:
    """Neighbours that say the same become one; which dose is due keeps them apart."""
    joined: list[HorizonSpan] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last and last.status == span.status != DUE and _follows(last, span):
            joined[-1] = last._replace(end=span.end)
        else:
            joined.append(span)
    return joined


def _follows(one: HorizonSpan, other: HorizonSpan) -> bool:
    return other.start.toordinal() == one.end.toordinal() + 1


def _window_line(number: int, programme: str, span: HorizonSpan) -> str:
    return (
        f"{number}\t{programme}\t{KINDS[span.status]}\t{span.start}\t{span.end}\t{_value(span.dose_number)}\t"
        f"{_escaped(span.dose_label or '')}\t{_value(span.recommended_from)}\t{_value(span.recommended_to)}\t"
        f"{_value(span.last_day)}\n"
    )


def _value(value: object) -> str:
    return _NULL if value is None else str(value)


def _verdict_line(verdict: DoseVerdict) -> str:
    reasons = json.dumps(reasons_of(verdict), ensure_ascii=False)
    fields = (
        verdict.key, verdict.programme or "", verdict.dose_number, verdict.dose_label or "",
        verdict.evaluation, "t" if verdict.routine else "f", reasons,
    )  # fmt: skip
    return "\t".join(_NULL if value is None else _escaped(str(value)) for value in fields) + "\n"


def reasons_of(verdict: DoseVerdict) -> list[dict[str, str]]:
    return [{"code": one.code, "text": one.text, "article": one.article} for one in verdict.reasons]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _own_label(number: int | None) -> str:
    return f"{number}回目" if number else ""


def _float(volume: Decimal | None) -> float | None:
    return None if volume is None else float(volume)
