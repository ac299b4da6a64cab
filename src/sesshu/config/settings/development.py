"""A developer's machine and the demo: plain HTTP on this machine only, demo accounts shown."""

from sesshu.config.settings.base import *  # noqa: F403

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
DEMO_SIGN_IN = True
DEMO_PASSWORD = "sesshu-demo-2026"  # noqa: S105  (shown on the demo's sign-in page)
TERMINALS_REQUIRED = False
PLAIN_LISTS = True
# A developer sees what an error says; its rows are invented.
LOGGING["formatters"]["lines"]["with_texts_of_errors"] = True  # noqa: F405
