"""Organise immunisation history (CDSi 4.2): each dose becomes a record in the series it counts in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sesshu.schedule.logic.contraindication import Span
from sesshu.schedule.logic.relevance import Terms
from sesshu.schedule.model import DoseGiven, Person, Reason
from sesshu.schedule.supporting import Pack, Rule, Vaccine


@dataclass(slots=True, eq=False)
class Record:
    """A dose on its way through evaluation."""

    dose: DoseGiven
    day: date
    vaccine: Vaccine | None
    programme: str | None = None
    diseases: tuple[str, ...] = ()
    refusal: Reason | None = None
    remark: tuple[Reason, ...] = ()
    blocked: Reason | None = None
    unspaced: Reason | None = None
    temporary: Rule | None = None
    excluded: Span | None = None

    @property
    def name(self) -> str:
        """The vaccine's name, or the code as recorded where it is unknown."""
        return self.vaccine.name if self.vaccine is not None else self.dose.vaccine


def organise(
    person: Person, doses: Iterable[DoseGiven], on: date, pack: Pack, terms: Terms | None
) -> list[Record]:
    """The records in order of date; those that cannot be judged carry the reason of their refusal."""
    records = []
    for dose in sorted(doses, key=lambda dose: dose.date):
        vaccine = pack.vaccines.get(dose.vaccine)
        record = Record(dose, dose.date, vaccine)
        if vaccine is not None:
            record.programme = _programme(vaccine, dose.date, terms)
        record.refusal = _refusal(person, dose, on, vaccine, terms)
        if record.refusal is None and vaccine is not None:
            record.temporary = _temporary(pack, vaccine, dose.date)
            record.diseases = _diseases(pack, vaccine, record.programme)
            if terms is not None and terms.closed and record.programme:
                programme = pack.programmes[record.programme]
                record.excluded = terms.closed.dose(programme, record.diseases, dose.date)
        records.append(record)
    return records


def _refusal(
    person: Person, dose: DoseGiven, on: date, vaccine: Vaccine | None, terms: Terms | None
) -> Reason | None:
    if vaccine is None:
        return Reason.of("unknown_vaccine", (dose.vaccine,))
    if dose.date > on:
        return Reason.of("future", (dose.date, on))
    if person.birth is None:
        return Reason.of("birth_unknown")
    if terms is None:
        return Reason.of("birth_unknown.impossible")
    if dose.date < person.birth:
        return Reason.of("before_birth", (dose.date, person.birth))
    return None


def _temporary(pack: Pack, vaccine: Vaccine, day: date) -> Rule | None:
    for rule in pack.temporary:
        if vaccine.code in rule.products and day in rule.in_force:
            return rule
    return None


def _diseases(pack: Pack, vaccine: Vaccine, programme: str | None) -> tuple[str, ...]:
    """The diseases the vaccine is against, those of its programme first."""
    if len(vaccine.programmes) == 1:
        return vaccine.against
    return tuple(d for d in vaccine.against if programme and d in pack.programmes[programme].diseases)


def _programme(vaccine: Vaccine, day: date, terms: Terms | None) -> str:
    """The programme a dose is counted to: of several, the one whose windows lie nearest to the day."""
    if terms is None or len(vaccine.programmes) == 1:
        return vaccine.programmes[0]
    return min(vaccine.programmes, key=lambda code: terms.distance(vaccine.code, code, day))
