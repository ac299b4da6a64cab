"""An installation of its own for a benchmark: fresh cluster, crash-safe settings as in a city."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary_installation() -> Iterator[Path]:
    """Make a home, migrate its database, set Django up; everything is removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="sesshu-bench-"))
    home.chmod(0o711)
    os.environ["SESSHU_HOME"] = str(home)
    os.environ.setdefault("SESSHU_PG_SHARED_BUFFERS", "2GB")
    os.environ["DJANGO_SETTINGS_MODULE"] = "sesshu.config.settings.development"
    from sesshu.config import database, postgres

    try:
        database.prepare()
        import django

        django.setup()
        yield home
    finally:
        postgres.stop()
        shutil.rmtree(home, ignore_errors=True)
