"""PostgreSQL itself keeps the cities apart: asked of its catalogue, not of our models."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import Error

from sesshu.protection.tenancy import acting_for

from .conftest import ISE, KOFU
from .rows import Rows, tenant_models


def asked(query: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


TENANT_TABLES = """
    SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'municipality_code' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""


def test_every_table_with_a_municipality_forces_row_security(db: None) -> None:
    tables = asked(TENANT_TABLES)
    assert {name for name, *_ in tables} >= {model._meta.db_table for model in tenant_models()}
    assert [row for row in tables if row[1:] != (True, True)] == []


def test_every_policy_guards_reading_and_writing_by_the_setting(db: None) -> None:
    policies = asked(
        "SELECT tablename, permissive, cmd, roles::text, qual, with_check FROM pg_policies"
        " WHERE schemaname = 'public'"
    )
    guarded = {row[0] for row in policies}
    assert guarded == {name for name, *_ in asked(TENANT_TABLES)}
    for table, _, command, roles, reading, writing in policies:
        wanted = "((municipality_code)::text = current_setting('sesshu.municipality'::text, true))"
        assert (command, roles, reading, writing) == ("ALL", "{public}", wanted, wanted), table
    # Permissive policies add up: a second one would open what the first one closes.
    assert len(policies) == len(guarded)


def test_the_application_s_role_cannot_step_round_it(db: None) -> None:
    (role,) = asked(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles"
        " WHERE rolname = current_user"
    )
    assert role == (False, False, False, False, False)
    owned = asked(
        "SELECT relname FROM pg_class WHERE relowner = current_user::regrole"
        " AND relnamespace = 'public'::regnamespace"
    )
    assert owned == []
    assert asked("SELECT roleid::regrole FROM pg_auth_members WHERE member = current_user::regrole") == []


def test_views_ask_as_who_asks_and_functions_lend_no_rights(db: None) -> None:
    views = asked(
        "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
        " AND NOT coalesce(reloptions, '{}') && ARRAY['security_invoker=true', 'security_invoker=on']"
    )
    assert views == []
    lenders = asked("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace")
    assert lenders == []


def test_a_row_of_one_city_is_no_row_for_another(own_rows: Rows, foreign_rows: Rows) -> None:
    for model in tenant_models():
        theirs = foreign_rows.of(model).pk
        assert model.objects.filter(pk=own_rows.of(model).pk).exists(), model
        assert not model.objects.filter(pk=theirs).exists(), model
        assert set(model.objects.values_list("municipality_code", flat=True)) == {ISE}, model


def test_without_a_city_nothing_is_seen(own_rows: Rows, foreign_rows: Rows) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('sesshu.municipality', '', true)")
    for model in tenant_models():
        assert model.objects.count() == 0, model


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.label)
def test_no_row_can_be_written_for_another_city(own_rows: Rows, model: type) -> None:
    row = own_rows.of(model)
    columns = [field.attname for field in model._meta.concrete_fields if not field.primary_key]  # type: ignore[attr-defined]
    values = {name: getattr(row, name) for name in columns} | {"municipality_code": KOFU}
    with pytest.raises(Error, match="row-level security"), transaction.atomic():
        model(pk=999_999, **values).save(force_insert=True)
    with acting_for(KOFU):
        assert not model.objects.filter(pk=row.pk).exists()  # type: ignore[attr-defined]
