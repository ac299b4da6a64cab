"""Databases and roles of one installation: an owner that migrates, an application role that may not."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from psycopg import sql

from sesshu.config import postgres
from sesshu.config.home import home, secret

EXTENSIONS = ("pg_trgm", "btree_gist")
_MAKING = 0x5E55_0001  # the advisory lock of whoever makes roles and databases


@dataclass(frozen=True, slots=True)
class System:
    """One system of the house: a database of its own, and two roles that reach no other."""

    database: str
    owner: str
    application: str
    settings: str
    marker: str
    environment: tuple[tuple[str, str], ...] = ()

    def password(self, role: str) -> str:
        """Of its role ``"owner"`` or ``"application"``."""
        prefix = "" if self is CITY else f"{self.database}-"
        return secret(f"postgresql-{prefix}{role}")


CITY = System("city", "sesshu_owner", "sesshu_app", "", "schema-version")
NUMBERS = System(
    "numbers",
    "sesshu_numbers_owner",
    "sesshu_numbers_app",
    "sesshu.config.settings.numbers",
    "numbers-schema-version",
)
NETWORK = System(
    "network",
    "sesshu_network_owner",
    "sesshu_network_app",
    "sesshu.config.settings.network",
    "network-schema-version",
)


def intermediate(municipality: str) -> System:
    """The intermediate server of a municipality; no other database, role or password is within its reach."""
    return System(
        f"intermediate_{municipality}",
        f"sesshu_im_{municipality}_owner",
        f"sesshu_im_{municipality}_app",
        "sesshu.config.settings.intermediate_staff",
        f"intermediate-{municipality}-schema-version",
        (("SESSHU_INTERMEDIATE", municipality),),
    )


# The city's, by name.
DATABASE, OWNER, APPLICATION = CITY.database, CITY.owner, CITY.application


def server() -> postgres.Server:
    """The server named by ``SESSHU_POSTGRES_URL`` (an administrator's URL), else our own, started."""
    if not os.environ.get("SESSHU_POSTGRES_URL"):
        postgres.start(durable=os.environ.get("SESSHU_PG_DURABLE", "1") != "0")
    return _address()


def _address() -> postgres.Server:
    url = os.environ.get("SESSHU_POSTGRES_URL")
    if not url:
        return postgres.address()
    parts, asked = urlsplit(url), dict(parse_qsl(urlsplit(url).query))
    _refuse_unchecked(asked)
    host = asked.get("host") or unquote(parts.hostname or "localhost")
    return postgres.Server(
        host,
        parts.port or 5432,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        authority="" if host.startswith("/") else asked.get("sslrootcert", "system"),
    )


def _refuse_unchecked(asked: dict[str, str]) -> None:
    unknown = set(asked) - {"host", "sslmode", "sslrootcert"}
    if unknown:
        raise postgres.ServerError(
            f"SESSHU_POSTGRES_URL の「{'、'.join(sorted(unknown))}」は使えません。"
            "使えるのは host、sslmode、sslrootcert です。"
        )
    if asked.get("sslmode", "verify-full") != "verify-full":
        raise postgres.ServerError(
            f"SESSHU_POSTGRES_URL の sslmode={asked['sslmode']} では接続しません。"
            "ネットワーク越しのデータベースには、証明書とホスト名を確かめる verify-full だけを使います。"
            "認証局の証明書は sslrootcert に、"
            "同じ機械のソケットは host=/フォルダー に指定してください。"
        )


def connection_settings(
    system: System = CITY, *, role: str | None = None, name: str | None = None
) -> dict[str, object]:
    """Django's settings of a system's one database; ``SESSHU_DB_ROLE=owner`` is for migrations only."""
    role = role or os.environ.get("SESSHU_DB_ROLE", "application")
    reached = _address()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": reached.host,
        "PORT": str(reached.port),
        "NAME": name or os.environ.get("SESSHU_DB_NAME", system.database),
        "USER": system.owner if role == "owner" else system.application,
        "PASSWORD": system.password(role),
        "OPTIONS": reached.transport,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


def prepare(*systems: System) -> None:
    """Bring roles, databases and schemas to this version; does nothing where they are."""
    reached = server()
    with (home() / ".schema.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        for system in systems or (CITY, NUMBERS):
            _prepare(reached, system)


def _prepare(reached: postgres.Server, system: System) -> None:
    marker, version = home() / system.marker, _schema_version()
    known = marker.exists() and marker.read_text(encoding="ascii") == version
    if known and _exists(reached, system.database):
        return
    create_database(reached, system.database, system=system)
    migrate(system.database, system=system)
    marker.write_text(version, encoding="ascii")


def create_database(
    reached: postgres.Server, name: str, *, template: str | None = None, system: System = CITY
) -> None:
    """Make the roles and a database owned by the owner, with the application role's rights."""
    with _administrator(reached, "postgres") as connection:
        # Roles belong to the whole server, and a template may be copied by one at a time.
        connection.execute("SELECT pg_advisory_lock(%s)", [_MAKING])
        _create_role(connection, system.owner, system.password("owner"))
        _create_role(connection, system.application, system.password("application"))
        if not _exists(reached, name):
            names = map(sql.Identifier, (name, system.owner, template or "template0"))
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(*names))
    with _administrator(reached, name) as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        _let_searches_use_indexes(connection)
        _grant(connection, name, system)


def drop_database(reached: postgres.Server, name: str) -> None:
    """Remove a database and throw out whoever is connected to it."""
    with _administrator(reached, "postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def migrate(name: str, *, system: System = CITY) -> None:
    """Run the migrations as the owner, in a process of their own so that this one never holds that role."""
    environment = os.environ | {"SESSHU_DB_ROLE": "owner", "SESSHU_DB_NAME": name}
    if system.settings:
        environment |= {"DJANGO_SETTINGS_MODULE": system.settings, **dict(system.environment)}
    done = subprocess.run(
        [sys.executable, "-m", "sesshu.config.manage", "migrate", "--no-input", "--verbosity=0"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise postgres.ServerError(f"データベースの構造を更新できません。\n{done.stderr[-2000:]}")


def _administrator(reached: postgres.Server, name: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=reached.host,
        port=reached.port,
        user=reached.user,
        password=reached.password,
        dbname=name,
        autocommit=True,
        **reached.transport,  # type: ignore[arg-type]
    )


def _exists(reached: postgres.Server, name: str) -> bool:
    with _administrator(reached, "postgres") as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    return found is not None


def _create_role(connection: psycopg.Connection[tuple[object, ...]], role: str, password: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    command = "ALTER" if known else "CREATE"
    attributes = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD"
    connection.execute(
        sql.SQL(f"{command} ROLE {{}} {attributes} {{}}").format(sql.Identifier(role), sql.Literal(password))
    )


def _grant(connection: psycopg.Connection[tuple[object, ...]], name: str, system: System) -> None:
    names = {
        "database": sql.Identifier(name),
        "owner": sql.Identifier(system.owner),
        "application": sql.Identifier(system.application),
    }
    for statement in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {owner}, {application}",
        "ALTER SCHEMA public OWNER TO {owner}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {application}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {application}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
        " GRANT USAGE, SELECT ON SEQUENCES TO {application}",
    ):
        connection.execute(sql.SQL(statement).format(**names))


def _let_searches_use_indexes(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    # Under row-level security a condition may use an index only if its operator is leakproof, and LIKE is
    # not marked so. Its one error quotes the pattern, never the row. Without the right to change it (an
    # external server whose administrator is no superuser) searches work, but read the whole table.
    with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
        connection.execute("ALTER FUNCTION pg_catalog.textlike(text, text) LEAKPROOF")


def _schema_version() -> str:
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(package.glob("**/migrations/*.py")):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
