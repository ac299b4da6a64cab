"""Settings of the test suite: a throw-away home, chosen before anything asks where home is.

The first process makes it and its workers inherit it through the environment.
"""

import os
import tempfile
from pathlib import Path

if "SESSHU_TEST_HOME" not in os.environ:
    os.environ["SESSHU_TEST_HOME"] = tempfile.mkdtemp(prefix="sesshu-test-")
    os.environ["SESSHU_TEST_OWNER"] = str(os.getpid())
    # The server runs as another user when the suite is run by root.
    Path(os.environ["SESSHU_TEST_HOME"]).chmod(0o711)
os.environ["SESSHU_HOME"] = os.environ["SESSHU_TEST_HOME"]
os.environ["SESSHU_PG_DURABLE"] = "0"
# The browser's driver keeps a loop in the thread of the tests; Django would take them for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ.setdefault("SESSHU_PG_SHARED_BUFFERS", "128MB")

from sesshu.config import home
from sesshu.config.settings.base import *  # noqa: F403
from sesshu.config.settings.base import INSTALLED_APPS, KEYS

ALLOWED_HOSTS = ["*"]
DEMO_SIGN_IN = True
DEMO_PASSWORD = "sesshu-demo-2026"  # noqa: S105
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TERMINALS_REQUIRED = False
PLAIN_LISTS = True
# All systems of the exchange in one process and database, each institution a municipality of its own.
INSTALLED_APPS = [
    *INSTALLED_APPS, "sesshu.network", "sesshu.intermediate", "sesshu.intermediate.staff",
    "sesshu.intermediate.own_view",
]  # fmt: skip
# Keys belong to one database, and each worker has its own: one that destroys a root must not take another's.
KEYS = KEYS | {"folder": home.home() / "secrets" / f"keys-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"}
