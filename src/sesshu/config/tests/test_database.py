"""S07, S09: the embedded server asks for passwords, checks its pages and has no way around the tenant."""

import psycopg
import pytest
from django.db import connection

from sesshu.config import database, home, postgres


@pytest.fixture
def administrator():
    reached = postgres.address()
    with psycopg.connect(
        host=reached.host, port=reached.port, user=reached.user, password=reached.password, dbname="postgres"
    ) as link:
        yield link


def test_pages_carry_checksums(administrator):
    assert administrator.execute("SHOW data_checksums").fetchone() == ("on",)


def test_no_network_port_is_open(administrator):
    assert administrator.execute("SHOW listen_addresses").fetchone() == ("",)


def test_passwords_are_asked_for_on_the_socket():
    reached = postgres.address()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(
            host=reached.host, port=reached.port, user=reached.user, password="wrong", dbname="postgres"
        )


def test_tables_belong_to_the_owner_not_to_the_application(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchall() == [(database.OWNER,)]
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (database.APPLICATION,)


def test_secrets_are_for_this_user_only():
    home.secret("probe")
    assert (home.home() / "secrets" / "probe").stat().st_mode & 0o077 == 0
    assert home.secret("probe") == home.secret("probe")


def test_an_external_server_is_one_setting(monkeypatch):
    monkeypatch.setenv("SESSHU_POSTGRES_URL", "postgresql://admin:p%40ss@db.example:6543/")
    settings = database.connection_settings()
    assert (settings["HOST"], settings["PORT"], settings["USER"]) == ("db.example", "6543", "sesshu_app")
    assert database.server().password == "p@ss"
    assert settings["OPTIONS"] == {"sslmode": "verify-full", "sslrootcert": "system"}
