"""Some years of a whole city: every dose's verdict with its reasons, and every programme's spans.

What :class:`sesshu.schedule.population.horizon.Life` tells one person without conditions, pregnancies,
special circumstances or exclusions, told of many at once; whoever has one is left to it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from sesshu.schedule.assessing import _FIRST_BIRTH_YEAR, _LAST_BIRTH_YEAR
from sesshu.schedule.population import calendar
from sesshu.schedule.population.columns import STATUSES, Column, Doses
from sesshu.schedule.population.compiling import left_out
from sesshu.schedule.population.lives import Horizon, Lives
from sesshu.schedule.population.rows import Rows
from sesshu.schedule.population.spans import PERSON, Spans
from sesshu.schedule.population.telling import Telling, Verdicts
from sesshu.schedule.supporting import Pack

_NOT_YET, _NOT_TARGET = STATUSES.index("not_yet"), STATUSES.index("not_target")


@dataclass(frozen=True, slots=True, eq=False)
class Persons:
    """In the order of birth and sex, unknown births (0) last; ``sex`` as in ``columns.SEXES``.

    ``more``: what is known of the few that columns do not hold, the name of a field of ``Person`` by place.
    """

    birth: Column
    sex: Column
    more: Mapping[int, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Years:
    """``rest``: programme × person, the status of most days; ``spans``: those that differ, by programme.

    ``alone`` are those whom the scalar engine is to tell, ``fallbacks`` says why and how many; ``verdicts``
    are of the doses ``judged``.
    """

    rest: Column
    spans: dict[str, Spans]
    alone: Column
    judged: Column
    verdicts: Verdicts
    fallbacks: Counter[str] = field(default_factory=Counter)


def assess_years(
    persons: Persons, doses: Doses, volume: Column, horizon: Horizon, pack: Pack, programmes: Iterable[str]
) -> Years:
    """Judge every dose and tell every programme from the first day of the horizon to its last.

    ``doses`` are in the order of their persons, then of their days.
    """
    born = calendar.year(np.maximum(persons.birth, 1))
    known = (persons.birth > 0) & (born >= _FIRST_BIRTH_YEAR) & (born <= _LAST_BIRTH_YEAR)
    some = np.flatnonzero(known)
    rows, row = _rows(persons, some, pack)
    alone, counts = np.zeros(len(known), bool), Counter(persons.more.values())
    alone[list(persons.more)] = True
    kept = ~alone[some]
    for why, these in _left(rows, row, pack).items():
        alone[some[these]] = True
        counts[why] += int((these & kept).sum())
    judged = np.flatnonzero(known[doses.person] & ~alone[doses.person])
    place = np.cumsum(known) - 1
    telling = Telling(rows, row, _part(doses, judged, place), volume[judged])
    codes = list(programmes)
    rest = np.full((len(codes), len(known)), _NOT_YET, np.int8)
    rest[:, ~known] = _NOT_TARGET
    found = _spans(persons, doses, horizon, pack, known & ~alone, rest, codes)
    return Years(rest, found, alone, judged, telling.verdicts(), counts)


def _spans(
    persons: Persons, doses: Doses, horizon: Horizon, pack: Pack, known: Column, rest: Column,
    codes: list[str],
) -> dict[str, Spans]:  # fmt: skip
    """Of those born by the horizon's last day; ``rest`` is filled in."""
    living = known & (persons.birth <= horizon.last)
    some, place = np.flatnonzero(living), np.cumsum(living) - 1
    rows, row = _rows(persons, some, pack)
    lives = Lives(rows, row, _part(doses, np.flatnonzero(living[doses.person]), place), horizon)
    found = {}
    for n, code in enumerate(codes):
        rest[n, some], told = lives.programme(pack.programmes[code])
        told[PERSON] = some[told[PERSON]]
        found[code] = told
    return found


def _rows(persons: Persons, some: Column, pack: Pack) -> tuple[Rows, Column]:
    """The distinct terms of ``some``, who are in order, and each one's place among them."""
    keys = np.stack([persons.birth[some], persons.sex[some]])
    new = np.ones(len(some), bool)
    new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    birth, sex = keys[:, new]
    return Rows(pack, birth, sex, np.zeros(len(birth), np.int8)), np.cumsum(new) - 1


def _left(rows: Rows, row: Column, pack: Pack) -> dict[str, Column]:
    """Whom a rule concerns that columns do not hold, by its reason."""
    found: dict[str, Column] = {}
    for number, why in left_out(pack).items():
        classes, of = rows.classes([pack.rules[number]])
        concerned = np.array([not one.bars[number] for one in classes], bool)[of][row]
        found[why] = found.get(why, np.zeros(len(row), bool)) | concerned
    return found


def _part(doses: Doses, some: Column, place: Column) -> Doses:
    person = place[doses.person[some]]
    return Doses(person, *(part[some] for part in (doses.day, doses.vaccine, doses.lot_expiry)))
