"""M15, S07: a municipality's rows do not exist for another one."""

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError, ProgrammingError

from sesshu.health.providers.models import Provider
from sesshu.protection import audit
from sesshu.protection.models import AuditEvent
from sesshu.protection.services import ensure_municipality
from sesshu.protection.tenancy import NoTenant, acting_for, current

ISE, KOFU = "242039", "192015"


@pytest.fixture
def clinic_in_ise(db):
    ensure_municipality(ISE)
    with acting_for(ISE):
        return Provider.objects.create(code="2410000001", name="見本小児科")


def test_own_rows_are_visible(clinic_in_ise):
    with acting_for(ISE):
        assert Provider.objects.get() == clinic_in_ise


def test_other_city_sees_nothing(clinic_in_ise):
    with acting_for(KOFU):
        assert not Provider.objects.exists()


def test_nothing_is_visible_without_a_tenant(clinic_in_ise):
    assert not Provider.objects.exists()
    with pytest.raises(NoTenant):
        current()


def test_a_row_cannot_be_written_for_another_city(clinic_in_ise):
    with acting_for(KOFU), pytest.raises(ProgrammingError), transaction.atomic():
        Provider.objects.create(code="2410000002", name="見本内科", municipality_code=ISE)


def test_nested_blocks_return_to_the_outer_city(clinic_in_ise):
    with acting_for(ISE):
        with acting_for(KOFU):
            assert not Provider.objects.exists()
        assert Provider.objects.exists()
        assert current() == ISE


def test_an_error_inside_restores_the_outer_city(clinic_in_ise):
    with acting_for(ISE):
        with pytest.raises(ZeroDivisionError), acting_for(KOFU):
            1 / 0  # noqa: B018
        assert Provider.objects.exists()


def test_application_role_has_no_way_around(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)


@pytest.mark.parametrize(
    "statement", ["UPDATE protection_auditevent SET action = ''", "DELETE FROM protection_auditevent"]
)
def test_audit_log_can_only_grow(db, statement):
    """S05: the application role may neither change nor delete an event."""
    ensure_municipality(ISE)
    with acting_for(ISE):
        audit.record("test", by=None, subjects=[1])
        with (
            pytest.raises((ProgrammingError, InternalError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert AuditEvent.objects.get().subjects == [1]
