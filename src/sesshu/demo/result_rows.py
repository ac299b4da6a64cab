"""The rows of the results file for the doses of a person."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from sesshu.demo import stock
from sesshu.demo.clinics import DemoProvider
from sesshu.demo.histories import DUPLICATE, EXPIRED, NO_LOT, WRONG_VACCINE, WRONG_VOLUME, Given
from sesshu.demo.names import pick
from sesshu.demo.people import Household, Person

_REASONS = (
    "発熱",
    "急性疾患にかかっている",
    "医師が不適当と判断",
    "接種間隔が足りない",
    "保護者が見合わせた",
)
_INSIDE = 20


class ResultRows:
    """Writes down doses as clinics do. `counts` tells how many rows of each kind there were."""

    def __init__(self, rng: Random, clinics: tuple[DemoProvider, ...]) -> None:
        self._rng = rng
        self._clinics = [
            (c.code, c.name, *c.doctors, "1" if c.outside else "0", "1" if c.group else "0") for c in clinics
        ]
        self._outside = range(_INSIDE + 1, len(clinics))
        self._receipts = 0
        self.counts: Counter[str] = Counter()

    def of(self, household: Household, person: Person, doses: Iterator[Given]) -> Iterator[list[str]]:
        """The rows of a person's doses, a few of 予診のみ before them, in the order of RESULT_COLUMNS."""
        usual = int(household.number) % _INSIDE
        birth = "" if person.birth_text else person.birth.isoformat()
        for given in doses:
            clinic = self._clinic(usual, person, given.dose.day)
            if self._rng.random() < 0.008 and (row := self._screened(person, birth, given, clinic)):
                yield row
            row = self._dose(person, birth, given, clinic)
            yield row
            if given.flaw == DUPLICATE:
                self.counts["doses"] += 1
                yield row

    def _clinic(self, usual: int, person: Person, day: date) -> int:
        if day < person.since or self._rng.random() < 0.015:
            return pick(self._rng, self._outside)
        if day.year < 2012 and self._rng.random() < 0.3:
            return _INSIDE
        return usual if self._rng.random() < 0.8 else int(self._rng.random() * _INSIDE)

    def _dose(self, person: Person, birth: str, given: Given, clinic: int) -> list[str]:
        self._count(given.flaw)
        day, programme, vaccine, number = given.dose
        if given.flaw == WRONG_VACCINE:
            vaccine = stock.WRONG.get(vaccine, "DPT")
        name, maker, volume, route, site = stock.product(vaccine, clinic, person.birth, day)
        lot, expiry = stock.lot(vaccine, day.year, day.month, "AB"[clinic % 2])
        if given.flaw == NO_LOT:
            lot, expiry = "", ""
        elif given.flaw == EXPIRED:
            expiry = (day - timedelta(days=12)).isoformat()
        elif given.flaw == WRONG_VOLUME:
            volume = "0.5" if volume != "0.5" else "0.25"
        liquid = (vaccine, name, maker, lot, expiry, volume, route, site)
        return self._row(person, birth, "1", programme, number, day, liquid, clinic, "")

    def _screened(self, person: Person, birth: str, given: Given, clinic: int) -> list[str] | None:
        day = given.dose.day - timedelta(days=3 + int(self._rng.random() * 12))
        if day <= person.birth:
            return None
        self.counts["screening_only"] += 1
        reason = pick(self._rng, _REASONS)
        return self._row(
            person, birth, "2", given.dose.programme, given.dose.number, day, ("",) * 8, clinic, reason
        )

    def _row(
        self, person: Person, birth: str, result: str, programme: str, number: int, day: date,
        liquid: tuple[str, ...], clinic: int, reason: str,
    ) -> list[str]:  # fmt: skip
        code, name, screened_by, given_by, outside, group = self._clinics[clinic]
        self._receipts += 1
        return [
            "", person.number, person.name, person.kana, birth, result, programme, str(number or ""),
            day.isoformat(), *liquid, code, name, screened_by, "" if reason else given_by, reason,
            outside, group, "1", f"{self._receipts:010}", "",
        ]  # fmt: skip

    def _count(self, flaw: str) -> None:
        self.counts["doses"] += 1
        if flaw:
            self.counts[flaw] += 1
