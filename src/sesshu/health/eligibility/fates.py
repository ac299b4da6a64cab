"""One fate for every addressee of the city, as one statement over the stored standings.

Who is a target: 予防接種法施行令1条の3 (age by law, address in the city on the day, doses so far). What takes
a person off the list comes in the order of :class:`sesshu.health.eligibility.choices.Fate`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from sesshu.addressees.choices import Kind, Status
from sesshu.health.eligibility import notified
from sesshu.health.eligibility.choices import LETTERS, Purpose
from sesshu.health.eligibility.conditions import Conditions
from sesshu.health.eligibility.models import Extraction, Refresh
from sesshu.health.ledger.models import NotVaccinatedReason
from sesshu.kernel.dates import months_after
from sesshu.protection.tenancy import current

SOON_MONTHS = 3

_LETTER = (
    "CASE substr(standing.letters, %(place)s, 1) "
    + " ".join(f"WHEN '{letter}' THEN '{kind.value}'" for letter, kind in LETTERS.items() if letter != "d")
    + " END"
)
_IN_FORCE = "(starts_on <= {day} AND (ends_on IS NULL OR ends_on >= {day}))"
# What takes a person off every list, whatever the programme.
_GONE = f"""
            WHEN a.merged_into_id IS NOT NULL THEN 'merged'
            WHEN a.kind <> '{Kind.RESIDENT.value}' THEN 'unregistered'
            WHEN a.status = '{Status.DEAD.value}' THEN 'dead'
            WHEN a.status = '{Status.MOVED_OUT.value}' THEN 'moved_out'
            WHEN a.status = '{Status.REMOVED.value}' THEN 'removed'
            WHEN a.resident_since > %(on)s THEN 'not_resident_yet'
            WHEN protected.addressee_id IS NOT NULL THEN 'protective_measure'
            WHEN a.birth_date IS NULL THEN 'no_birth_date'
"""
_FATES = f"""
protected AS (
    SELECT DISTINCT addressee_id FROM addressees_protectivemeasure
    WHERE municipality_code = %(city)s
        AND ({_IN_FORCE.format(day="%(on)s")} OR {_IN_FORCE.format(day="%(today)s")})
),
here AS MATERIALIZED (
    SELECT addressee_id, kind, dose_number, dose_label, starts_on, last_day, recommended_from, recommended_to
    FROM eligibility_window
    WHERE municipality_code = %(city)s AND programme = %(programme)s
        AND starts_on <= %(on)s AND ends_on >= %(on)s
),
coming AS MATERIALIZED (
    SELECT DISTINCT ON (addressee_id) addressee_id, starts_on, last_day, dose_number, dose_label
    FROM eligibility_window
    WHERE municipality_code = %(city)s AND programme = %(programme)s AND kind = 'due'
        AND starts_on > %(on)s AND starts_on <= %(soon)s
    ORDER BY addressee_id, starts_on
),
looked_at AS MATERIALIZED (
    SELECT unnest(%(only)s::bigint[]) AS addressee_id
    UNION SELECT addressee_id FROM here WHERE %(only)s::bigint[] IS NULL
    UNION SELECT addressee_id FROM coming WHERE %(only)s::bigint[] IS NULL
),
notified AS (
    SELECT DISTINCT addressee_id, coalesce(dose_number, 0) AS dose_number FROM ({{notified}}) AS answer
),
returned AS (SELECT DISTINCT addressee_id FROM ({{returned}}) AS answer),
refused AS (
    SELECT DISTINCT addressee_id FROM ledger_screening
    WHERE municipality_code = %(city)s AND programme = %(programme)s AND voided_at IS NULL
        AND reason = '{NotVaccinatedReason.REFUSED.value}'
),
fates AS MATERIALIZED (
    SELECT a.id,
        CASE WHEN here.kind = 'due' THEN here.dose_number ELSE coming.dose_number END AS dose_number,
        CASE WHEN here.kind = 'due' THEN here.dose_label ELSE coming.dose_label END AS dose_label,
        CASE WHEN here.kind = 'due' THEN here.starts_on ELSE coming.starts_on END AS due_from,
        CASE WHEN here.kind = 'due' THEN here.last_day ELSE coming.last_day END AS due_to,
        here.kind = 'due' AS is_due, coming.starts_on IS NOT NULL AS is_coming,
        CASE {_GONE}
            WHEN here.kind IS DISTINCT FROM 'due' THEN coalesce(here.kind, {_LETTER})
            WHEN (%(dose_number)s::int IS NOT NULL AND here.dose_number IS DISTINCT FROM %(dose_number)s::int)
                OR (%(district)s <> '' AND a.district <> %(district)s)
                OR a.birth_date < %(born_from)s OR a.birth_date > %(born_to)s
                OR (%(recommended_started)s AND coalesce(here.recommended_from, here.starts_on) > %(on)s)
                THEN 'outside_conditions'
            WHEN %(reminder)s
                AND NOT coalesce(here.recommended_to < %(on)s OR here.last_day <= %(closing)s, false)
                THEN 'not_overdue'
            WHEN %(reminder)s AND refused.addressee_id IS NOT NULL THEN 'refused'
            WHEN %(reminder)s AND returned.addressee_id IS NOT NULL THEN 'returned'
            WHEN notified.addressee_id IS NOT NULL THEN 'notified_before'
            WHEN a.city || a.town || a.house_number = '' THEN 'undeliverable'
            ELSE 'target'
        END AS fate,
        CASE {_GONE} END IS NOT NULL AS is_gone
    FROM looked_at
    CROSS JOIN LATERAL (SELECT * FROM addressees_addressee WHERE id = looked_at.addressee_id OFFSET 0) a
    LEFT JOIN LATERAL (
        SELECT letters FROM eligibility_standing WHERE addressee_id = looked_at.addressee_id OFFSET 0
    ) standing ON true
    LEFT JOIN protected ON protected.addressee_id = a.id
    LEFT JOIN here ON here.addressee_id = a.id
    LEFT JOIN coming ON coming.addressee_id = a.id
    LEFT JOIN refused ON refused.addressee_id = a.id
    LEFT JOIN returned ON returned.addressee_id = a.id
    LEFT JOIN notified ON notified.addressee_id = a.id
        AND here.kind = 'due' AND notified.dose_number = coalesce(here.dose_number, 0)
    WHERE a.municipality_code = %(city)s
)
"""  # noqa: S608 - built of this module's own constants; every value is a parameter
# Of everybody else only the numbers are told. To join all residents with all standings would be the dearest
# part of an extraction; each is counted by itself, and those already told are taken off.
_REST = f"""
, gone AS MATERIALIZED (
    SELECT fate, count(*) AS persons, array_agg(id) FILTER (WHERE fate IS NOT NULL) AS ids FROM (
        SELECT a.id, CASE {_GONE} END AS fate
        FROM addressees_addressee a LEFT JOIN protected ON protected.addressee_id = a.id
        WHERE a.municipality_code = %(city)s
    ) AS everybody GROUP BY fate
),
told AS (SELECT unnest(ids) AS id FROM gone UNION SELECT addressee_id FROM looked_at),
rest AS (
    SELECT fate, sum(persons)::bigint AS persons FROM (
        SELECT {_LETTER} AS fate, count(*) AS persons FROM eligibility_standing standing
        WHERE municipality_code = %(city)s GROUP BY 1
        UNION ALL
        SELECT {_LETTER}, -count(*) FROM told CROSS JOIN LATERAL (
            SELECT letters FROM eligibility_standing WHERE addressee_id = told.id OFFSET 0
        ) standing GROUP BY 1
    ) AS by_letter GROUP BY fate HAVING sum(persons) <> 0
)
"""  # noqa: S608 - as above
# Kept by name: those on the list, and those left out of whom a clerk may have to think.
_KEPT = """
    fate IN ('target', 'notified_before', 'undeliverable', 'refused', 'returned')
    OR (is_due AND fate IN ('protective_measure', 'moved_out', 'dead', 'removed', 'not_resident_yet'))
    OR (is_coming AND fate = 'not_yet')
"""
_STORE = f"""{_REST}
, stored AS (
    INSERT INTO eligibility_extractionrow (municipality_code, extraction_id, addressee_id, included, reason,
        dose_number, dose_label, due_from, due_to, change_reason)
    SELECT %(city)s, %(extraction)s, id, fate = 'target', fate, dose_number, coalesce(dose_label, ''),
        due_from, due_to, ''
    FROM fates WHERE {_KEPT} ORDER BY id
)
SELECT fate, count(*), CASE WHEN fate = 'target' THEN array_agg(id) END FROM fates
WHERE NOT is_gone GROUP BY fate
UNION ALL SELECT fate, persons, NULL FROM gone WHERE fate IS NOT NULL
UNION ALL SELECT fate, persons, NULL FROM rest
"""  # noqa: S608 - as above

_OF_EACH = "SELECT id, fate, dose_number, coalesce(dose_label, ''), due_from, due_to FROM fates"


@dataclass(frozen=True, slots=True)
class Counted:
    """Persons by fate, and who the targets are."""

    counts: dict[str, int]
    targets: list[int]


@dataclass(frozen=True, slots=True)
class PersonFate:
    """What the extraction says of one person."""

    fate: str
    dose_number: int | None
    dose_label: str
    due_from: date | None
    due_to: date | None


def store(extraction: Extraction, generation: Refresh, *, today: date) -> Counted:
    """Decide every person's fate, keep the rows worth a look and count all."""
    statement, values = _statement(extraction, generation, today)
    found = _fetch(f"WITH {statement} {_STORE}", values)
    counts: Counter[str] = Counter()
    for fate, count, _ in found:
        counts[fate] += count
    targets = next((ids for fate, _, ids in found if fate == "target"), None)
    return Counted(dict(counts), targets or [])


def of_persons(
    extraction: Extraction, generation: Refresh, addressee_ids: list[int], *, today: date
) -> dict[int, PersonFate]:
    """The fates of some persons, as things stand now."""
    statement, values = _statement(extraction, generation, today, addressee_ids)
    return {row[0]: PersonFate(*row[1:]) for row in _fetch(f"WITH {statement} {_OF_EACH}", values)}


def _fetch(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run without nested loops but those spelled out: right after a load the planner knows no numbers yet,
    and one of 100,000 persons by 100,000 windows would not end.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.execute("RESET enable_nestloop")
    return found


def _statement(
    extraction: Extraction, generation: Refresh, today: date, only: list[int] | None = None
) -> tuple[str, dict[str, Any]]:
    conditions = Conditions.from_data(extraction.conditions)
    question = notified.Question(
        extraction.programme,
        extraction.on,
        extraction.purpose,
        min(extraction.on, today) - timedelta(days=conditions.quiet_days),
    )
    answers: dict[str, str] = {}
    values = _values(extraction, generation, conditions, today) | {"only": only}
    for name, fate in (("notified", "notified_before"), ("returned", "returned")):
        answers[name], more = _named(*notified.query(fate, question), prefix=name)
        values |= more
    return _FATES.format(**answers), values


def _values(
    extraction: Extraction, generation: Refresh, conditions: Conditions, today: date
) -> dict[str, Any]:
    return {
        "city": current(),
        "programme": extraction.programme,
        "place": generation.programmes.index(extraction.programme) + 1,
        "on": extraction.on,
        "today": today,
        "soon": months_after(extraction.on, SOON_MONTHS),
        "closing": months_after(extraction.on, conditions.closing_months),
        "reminder": extraction.purpose == Purpose.REMINDER,
        "dose_number": conditions.dose_number,
        "district": conditions.district,
        "born_from": conditions.born_from or date.min,
        "born_to": conditions.born_to or date.max,
        "recommended_started": conditions.recommended_started,
        "extraction": extraction.pk,
    }


def _named(statement: str, parameters: tuple[Any, ...], *, prefix: str) -> tuple[str, dict[str, Any]]:
    """A query with its positions named, so that it can stand inside another."""
    pieces = statement.split("%s")
    names = [f"{prefix}_{index}" for index in range(len(parameters))]
    joined = "".join(f"{piece}%({name})s" for piece, name in zip(pieces, names, strict=False)) + pieces[-1]
    return joined, dict(zip(names, parameters, strict=True))
