"""Migration operation: the database itself writes the outbox in the transaction of each change.

A trigger and not a call, because a dose that is silently missing or wrong among the 副本 misleads another
city: no command, import, correction or merge can forget it; the note commits or vanishes with the change.
"""

from __future__ import annotations

from django.db import migrations

_DOSE = ("addressee_id", "voided_at")
# The 4情報 with the reading, as the 付番 takes them; the number itself, should the register change it.
_PERSON = (
    "number", "name", "name_kana", "sex", "birth_date", "prefecture", "city", "town", "house_number",
    "building",
)  # fmt: skip
_PERSONS = "('1', '2')"  # residents and 住登外者; companies are not vaccinated


def _differ(columns: tuple[str, ...]) -> str:
    old = ", ".join(f"before.{column}" for column in columns)
    new = ", ".join(f"after.{column}" for column in columns)
    return f"ROW({old}) IS DISTINCT FROM ROW({new})"


_OUTBOX = (
    "INSERT INTO replicas_outboxentry (municipality_code, addressee_id, kind, priority, record_id, sequence,"
    " state, attempts, message, made_at)"
)
# Withdrawn first, so that a corrected dose never stands there twice.
_RECONCILE = f"""
CREATE FUNCTION replicas_note_doses(city text, doses bigint[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE gone_rows bigint; come_rows bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM replicas_connection WHERE municipality_code = city) THEN RETURN 0; END IF;
    WITH gone AS (
        UPDATE replicas_replicarecord r SET sequence = r.sequence + 1, put = false
        FROM unnest(doses) AS changed (id) JOIN ledger_dose d ON d.id = changed.id
        WHERE r.municipality_code = city AND r.dose_id = d.id AND r.put
            AND (d.voided_at IS NOT NULL OR d.addressee_id <> r.addressee_id)
        RETURNING r.id, r.addressee_id, r.sequence
    )
    {_OUTBOX}
    SELECT city, addressee_id, 'withdraw', 2, id, sequence, 'waiting', 0, '', clock_timestamp()
    FROM gone ORDER BY id;
    GET DIAGNOSTICS gone_rows = ROW_COUNT;
    WITH come AS (
        INSERT INTO replicas_replicarecord AS r
            (municipality_code, addressee_id, dose_id, record_id, sequence, put)
        SELECT city, d.addressee_id, d.id,
            translate(replace(gen_random_uuid()::text, '-', ''), '0123456789', 'ghijklmnop'), 1, true
        FROM unnest(doses) AS changed (id) JOIN ledger_dose d ON d.id = changed.id
        WHERE d.municipality_code = city AND d.voided_at IS NULL
            AND NOT EXISTS (
                SELECT 1 FROM replicas_replicarecord k
                WHERE k.dose_id = d.id AND k.addressee_id = d.addressee_id AND k.put)
            AND NOT EXISTS (
                SELECT 1 FROM catalogue_ownprogramme o
                WHERE o.municipality_code = city AND o.code = d.programme)
        ORDER BY d.date, d.id
        ON CONFLICT (dose_id, addressee_id) DO UPDATE SET sequence = r.sequence + 1, put = true
            WHERE NOT r.put
        RETURNING r.id, r.addressee_id, r.sequence
    )
    {_OUTBOX}
    SELECT city, addressee_id, 'put', 2, id, sequence, 'waiting', 0, '', clock_timestamp()
    FROM come ORDER BY id;
    GET DIAGNOSTICS come_rows = ROW_COUNT;
    RETURN gone_rows + come_rows;
END $$;
"""  # noqa: S608 - built of the names above
_WATCH = f"""
{_RECONCILE}
CREATE FUNCTION replicas_new_doses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM replicas_note_doses(c.city, c.doses) FROM (
        SELECT municipality_code AS city, array_agg(id) AS doses FROM after GROUP BY 1
    ) c;
    RETURN NULL;
END $$;
CREATE FUNCTION replicas_changed_doses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM replicas_note_doses(c.city, c.doses) FROM (
        SELECT after.municipality_code AS city, array_agg(id) AS doses
        FROM before JOIN after USING (id) WHERE {_differ(_DOSE)} GROUP BY 1
    ) c;
    RETURN NULL;
END $$;
CREATE FUNCTION replicas_new_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {_OUTBOX}
    SELECT municipality_code, id, 'assign', 0, NULL, 0, 'waiting', 0, '', clock_timestamp()
    FROM after WHERE kind IN {_PERSONS} AND merged_into_id IS NULL
        AND EXISTS (SELECT 1 FROM replicas_connection c WHERE c.municipality_code = after.municipality_code);
    RETURN NULL;
END $$;
CREATE FUNCTION replicas_changed_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {_OUTBOX}
    SELECT after.municipality_code, after.id, 'update', 0, NULL, 0, 'waiting', 0, '', clock_timestamp()
    FROM before JOIN after USING (id) WHERE after.kind IN {_PERSONS} AND {_differ(_PERSON)}
        AND EXISTS (SELECT 1 FROM replicas_connection c WHERE c.municipality_code = after.municipality_code);
    {_OUTBOX}
    SELECT after.municipality_code, after.id, 'assign', 0, NULL, 0, 'waiting', 0, '', clock_timestamp()
    FROM before JOIN after USING (id)
    WHERE after.kind IN {_PERSONS} AND before.merged_into_id IS NOT NULL AND after.merged_into_id IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM replicas_outboxentry o WHERE o.addressee_id = after.id AND o.kind = 'assign')
        AND EXISTS (SELECT 1 FROM replicas_connection c WHERE c.municipality_code = after.municipality_code);
    {_OUTBOX}
    SELECT after.municipality_code, after.id, 'flags', 1, NULL, 0, 'waiting', 0, '', clock_timestamp()
    FROM before JOIN after USING (id)
    WHERE before.merged_into_id IS NOT NULL AND after.merged_into_id IS NULL
        AND EXISTS (SELECT 1 FROM replicas_flag f WHERE f.addressee_id = after.id)
        AND EXISTS (SELECT 1 FROM replicas_connection c WHERE c.municipality_code = after.municipality_code);
    {_OUTBOX}
    SELECT after.municipality_code, after.id, told.kind, told.priority, NULL, 0, 'waiting', 0, '',
        clock_timestamp()
    FROM before JOIN after USING (id)
        CROSS JOIN (VALUES ('part', 0, true), ('join', 3, false)) AS told (kind, priority, single)
    WHERE after.kind IN {_PERSONS} AND before.merged_into_id IS DISTINCT FROM after.merged_into_id
        AND told.single = (after.merged_into_id IS NULL)
        AND EXISTS (SELECT 1 FROM replicas_connection c WHERE c.municipality_code = after.municipality_code);
    RETURN NULL;
END $$;
CREATE TRIGGER replicas_new_doses AFTER INSERT ON ledger_dose
    REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION replicas_new_doses();
CREATE TRIGGER replicas_changed_doses AFTER UPDATE ON ledger_dose
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION replicas_changed_doses();
CREATE TRIGGER replicas_new_persons AFTER INSERT ON addressees_addressee
    REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION replicas_new_persons();
CREATE TRIGGER replicas_changed_persons AFTER UPDATE ON addressees_addressee
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION replicas_changed_persons();
"""  # noqa: S608 - built of the names above
_FORGET = """
DROP TRIGGER replicas_changed_persons ON addressees_addressee;
DROP TRIGGER replicas_new_persons ON addressees_addressee;
DROP TRIGGER replicas_changed_doses ON ledger_dose;
DROP TRIGGER replicas_new_doses ON ledger_dose;
DROP FUNCTION replicas_changed_persons();
DROP FUNCTION replicas_new_persons();
DROP FUNCTION replicas_changed_doses();
DROP FUNCTION replicas_new_doses();
DROP FUNCTION replicas_note_doses(text, bigint[]);
"""


class Watch(migrations.RunSQL):
    """Put the triggers on the tables of ``ledger`` and ``addressees``."""

    def __init__(self) -> None:
        super().__init__(_WATCH, _FORGET)

    def deconstruct(self) -> tuple[str, list[str], dict[str, object]]:
        return (self.__class__.__name__, [], {})
