"""Persons whose 個人番号 came into the vault after their integrated number was given."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from sesshu.protection import tenancy

_ATTACH = """
UPDATE numbers_integrated_person AS person SET holder_id = found.holder
FROM (
    SELECT DISTINCT ON (holder.id) holder.id AS holder, link.person_id AS person
    FROM numbers_integrated_link AS link
    JOIN numbers_integrated_person AS open ON open.id = link.person_id
    JOIN numbers_holder AS holder ON holder.municipality_code = link.municipality_code
        AND holder.addressee_number = link.addressee_number AND holder.erased_at IS NULL
    WHERE link.municipality_code = %(city)s AND link.ended_at IS NULL AND link.is_shared
        AND (%(only)s::text[] IS NULL OR link.addressee_number = ANY(%(only)s::text[]))
        AND open.holder_id IS NULL AND open.merged_into_id IS NULL AND open.ended_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM numbers_integrated_person AS other WHERE other.holder_id = holder.id)
    ORDER BY holder.id, link.id
) AS found
WHERE person.id = found.person AND person.municipality_code = %(city)s
"""


def attach(addressees: Sequence[str] | None = None) -> int:
    """Tie them together; of these 宛名番号, or of all. Only numbers that are the city's own say who it is.

    :returns: how many.
    """
    only = list(addressees) if addressees is not None else None
    with connection.cursor() as cursor:
        cursor.execute(_ATTACH, {"city": tenancy.current(), "only": only})
        return int(cursor.rowcount)
