"""From persons and doses to lines for COPY. No Django and no database: worker processes run this.

Source of every status: :mod:`sesshu.schedule.population.horizon`; of every verdict: :func:`sesshu.schedule.assess`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sesshu.health.eligibility import own
from sesshu.health.eligibility.own import OwnRule
from sesshu.schedule import DoseGiven, DoseVerdict, Person, assess, load_pack
from sesshu.schedule.population.horizon import HorizonSpan, spans_over, touching

# date, vaccine, volume in mL, expiry of the lot, the dose's id, programme as recorded
GivenRow = tuple[date, str, Decimal | None, date | None, int, str]
# addressee's id, birth, sex code of the feed, doses in the order of their dates
PersonRow = tuple[int, date | None, str, Sequence[GivenRow]]
Part = list[PersonRow]

SEXES = {"1": "M", "2": "F"}
DUE = "eligible"
_LETTERS = {DUE: "d", "complete": "c", "aged_out": "o", "not_yet": "y", "not_target": "n"}
_KINDS = {status: "due" if status == DUE else status for status in _LETTERS}
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
class Stretch:
    """Days of one status, cut to the horizon. ``last_day`` is the end that the law sets to the dose due."""

    start: date
    end: date
    status: str
    dose_number: int | None = None
    dose_label: str = ""
    recommended_from: date | None = None
    recommended_to: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One programme of one person: the status of most days, and the stretches that differ from it."""

    letter: str
    stretches: tuple[Stretch, ...]


class Reckoner:
    """Keeps what persons have in common: without doses that touch a programme, birth and sex decide it."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.pack = load_pack("jp")
        self.own = {rule.code: rule for rule in setup.own}
        self.national = tuple(code for code in setup.programmes if code not in self.own)
        self.touching = {code: touching(self.pack.programmes[code], self.pack) for code in self.national}
        self._cohort: tuple[tuple[date | None, str], dict[str, Standing]] | None = None

    def reckon(self, part: Iterable[PersonRow]) -> Reckoned:
        """Everything that is stored of these persons."""
        windows: list[str] = []
        verdicts: list[str] = []
        standings: list[str] = []
        for number, birth, sex, given in part:
            found = self.standings(birth, sex, given)
            standings.append(f"{number}\t{''.join(one.letter for one in found)}\n")
            for programme, standing in zip(self.setup.programmes, found, strict=True):
                windows.extend(_window_line(number, programme, one) for one in standing.stretches)
            verdicts.extend(map(_verdict_line, self.verdicts(birth, sex, given)))
        return Reckoned("".join(windows).encode(), "".join(verdicts).encode(), "".join(standings).encode())

    def standings(self, birth: date | None, sex: str, given: Sequence[GivenRow]) -> tuple[Standing, ...]:
        """In the order of ``setup.programmes``."""
        found = dict(self._without_doses(birth, sex))
        doses = self._national(given)
        for code in self.national if doses and birth else ():
            told = tuple(dose for dose in doses if dose.vaccine in self.touching[code])
            if told:
                found[code] = self._national_standings(person_of(birth, sex), told, (code,))[code]
        for code, rule in self.own.items():
            days = [row[0] for row in given if row[5] == code]
            if days:
                found[code] = self._own_standing(rule, birth, sex, days)
        return tuple(found[code] for code in self.setup.programmes)

    def verdicts(self, birth: date | None, sex: str, given: Sequence[GivenRow]) -> Sequence[DoseVerdict]:
        """Each dose judged by the law of its day; doses of the city's own programmes are not for the law."""
        national = self._national(given)
        if not national:
            return ()
        on = max(dose.date for dose in national)
        return assess(person_of(birth, sex), national, on=on, pack=self.pack, programmes=()).doses

    def _without_doses(self, birth: date | None, sex: str) -> dict[str, Standing]:
        """The last cohort is kept: persons come in the order of birth and sex."""
        if self._cohort is None or self._cohort[0] != (birth, sex):
            found = self._national_standings(person_of(birth, sex), (), self.national)
            found |= {code: self._own_standing(rule, birth, sex, ()) for code, rule in self.own.items()}
            self._cohort = ((birth, sex), found)
        return self._cohort[1]

    def _national_standings(
        self, person: Person, doses: tuple[DoseGiven, ...], programmes: tuple[str, ...]
    ) -> dict[str, Standing]:
        if person.birth is None:
            return {code: Standing(_LETTERS["not_target"], ()) for code in programmes}
        spans = spans_over(
            person, doses, self.pack, programmes, self.setup.horizon_from, self.setup.horizon_to
        )
        return {code: self.condensed(map(_stretch, found)) for code, found in spans.items()}

    def _own_standing(self, rule: OwnRule, birth: date | None, sex: str, days: Sequence[date]) -> Standing:
        spans = own.spans(rule, birth, SEXES.get(sex), days)
        return self.condensed(
            Stretch(
                span.start,
                span.end,
                span.status,
                span.dose_number,
                _own_label(span.dose_number),
                last_day=span.end if span.status == DUE else None,
            )  # fmt: skip
            for span in spans
        )

    def condensed(self, stretches: Iterable[Stretch]) -> Standing:
        """Cut to the horizon; the status that fills most of it becomes the letter."""
        cut = [found for one in stretches if (found := self._cut(one))]
        days: Counter[str] = Counter()
        for one in cut:
            if one.status != DUE:
                days[one.status] += (one.end - one.start).days + 1
        rest = days.most_common(1)[0][0] if days else "not_yet"
        return Standing(_LETTERS[rest], tuple(_joined(one for one in cut if one.status != rest)))

    def _cut(self, one: Stretch) -> Stretch | None:
        start, end = max(one.start, self.setup.horizon_from), min(one.end, self.setup.horizon_to)
        if start > end:
            return None
        return replace(one, start=start, end=end)

    def _national(self, given: Sequence[GivenRow]) -> tuple[DoseGiven, ...]:
        return doses_of(row for row in given if row[5] not in self.own)


def _stretch(span: HorizonSpan) -> Stretch:
    return Stretch(
        span.start, span.end, span.status, span.dose_number, span.dose_label or "",
        span.recommended_from, span.recommended_to, span.last_day,
    )  # fmt: skip


def person_of(birth: date | None, sex: str) -> Person:
    """The schedule's person; ``sex`` is the feed's code."""
    return Person(birth=birth, sex=SEXES.get(sex))  # type: ignore[arg-type]


def doses_of(given: Iterable[GivenRow]) -> tuple[DoseGiven, ...]:
    """The schedule's doses; ``key`` is the dose's id."""
    return tuple(
        DoseGiven(date=day, vaccine=vaccine, volume_ml=_float(volume), lot_expiry=expiry, key=number)
        for day, vaccine, volume, expiry, number, _ in given
    )


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Neighbours that say the same become one; which dose is due keeps them apart."""
    joined: list[Stretch] = []
    for one in stretches:
        last = joined[-1] if joined else None
        same = (
            last is not None
            and last.status == one.status
            and one.start.toordinal() == last.end.toordinal() + 1
        )
        if last and same and one.status != DUE:
            joined[-1] = replace(last, end=one.end)
        else:
            joined.append(one)
    return joined


def _window_line(number: int, programme: str, one: Stretch) -> str:
    fields = (
        number, programme, _KINDS[one.status], one.start, one.end, one.dose_number, one.dose_label,
        one.recommended_from, one.recommended_to, one.last_day,
    )  # fmt: skip
    return "\t".join(_NULL if value is None else _escaped(str(value)) for value in fields) + "\n"


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
