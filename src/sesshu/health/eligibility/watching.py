"""Migration operation: the database itself notes whose stored standing a change has made out of date.

A trigger and not a call, because a standing that is silently wrong posts a letter to the wrong child: no
import, correction or merge can forget it, and the note commits or vanishes with the change.
"""

from __future__ import annotations

from django.db import migrations

# What the schedule asks of a dose and of a person; other columns (claim month, address …) change nothing.
_DOSE = ("addressee_id", "date", "programme", "vaccine", "volume_ml", "expires_on", "voided_at")
_PERSON = ("birth_date", "sex")
_CIRCUMSTANCE = ("addressee_id", "kind", "code", "concerns", "starts_on", "ends_on", "due_on", "voided_at")


def _rows(columns: tuple[str, ...]) -> str:
    old = ", ".join(f"before.{column}" for column in columns)
    new = ", ".join(f"after.{column}" for column in columns)
    return f"ROW({old}) IS DISTINCT FROM ROW({new})"


_WATCH = f"""
CREATE FUNCTION eligibility_note_new_doses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO eligibility_stale (municipality_code, addressee_id)
    SELECT DISTINCT municipality_code, addressee_id FROM after;
    RETURN NULL;
END $$;
CREATE FUNCTION eligibility_note_changed_doses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO eligibility_stale (municipality_code, addressee_id)
    SELECT DISTINCT after.municipality_code, person
    FROM before JOIN after USING (id),
        LATERAL (VALUES (before.addressee_id), (after.addressee_id)) AS p (person)
    WHERE {_rows(_DOSE)};
    RETURN NULL;
END $$;
CREATE FUNCTION eligibility_note_changed_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO eligibility_stale (municipality_code, addressee_id)
    SELECT after.municipality_code, after.id FROM before JOIN after USING (id) WHERE {_rows(_PERSON)};
    RETURN NULL;
END $$;
CREATE TRIGGER eligibility_new_doses AFTER INSERT ON ledger_dose
    REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION eligibility_note_new_doses();
CREATE TRIGGER eligibility_changed_doses AFTER UPDATE ON ledger_dose
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION eligibility_note_changed_doses();
CREATE TRIGGER eligibility_changed_persons AFTER UPDATE ON addressees_addressee
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION eligibility_note_changed_persons();
"""  # noqa: S608 - built of the names above
_FORGET = """
DROP TRIGGER eligibility_changed_persons ON addressees_addressee;
DROP TRIGGER eligibility_changed_doses ON ledger_dose;
DROP TRIGGER eligibility_new_doses ON ledger_dose;
DROP FUNCTION eligibility_note_changed_persons();
DROP FUNCTION eligibility_note_changed_doses();
DROP FUNCTION eligibility_note_new_doses();
"""
_WATCH_CIRCUMSTANCES = f"""
CREATE FUNCTION eligibility_note_changed_circumstances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO eligibility_stale (municipality_code, addressee_id)
    SELECT DISTINCT after.municipality_code, person
    FROM before JOIN after USING (id),
        LATERAL (VALUES (before.addressee_id), (after.addressee_id)) AS p (person)
    WHERE {_rows(_CIRCUMSTANCE)};
    RETURN NULL;
END $$;
CREATE TRIGGER eligibility_new_circumstances AFTER INSERT ON ledger_personalcircumstance
    REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION eligibility_note_new_doses();
CREATE TRIGGER eligibility_changed_circumstances AFTER UPDATE ON ledger_personalcircumstance
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION eligibility_note_changed_circumstances();
"""  # noqa: S608 - built of the names above
_FORGET_CIRCUMSTANCES = """
DROP TRIGGER eligibility_changed_circumstances ON ledger_personalcircumstance;
DROP TRIGGER eligibility_new_circumstances ON ledger_personalcircumstance;
DROP FUNCTION eligibility_note_changed_circumstances();
"""


class Watch(migrations.RunSQL):
    """Put the triggers on the tables of ``ledger`` and ``addressees``."""

    def __init__(self) -> None:
        super().__init__(_WATCH, _FORGET)

    def deconstruct(self) -> tuple[str, list[str], dict[str, object]]:
        return (self.__class__.__name__, [], {})


class WatchCircumstances(migrations.RunSQL):
    """Put the triggers on the circumstances of ``ledger``."""

    def __init__(self) -> None:
        super().__init__(_WATCH_CIRCUMSTANCES, _FORGET_CIRCUMSTANCES)

    def deconstruct(self) -> tuple[str, list[str], dict[str, object]]:
        return (self.__class__.__name__, [], {})
