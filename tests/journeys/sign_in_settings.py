"""A city's house without the demo's sign-in, on plain HTTP of this machine: browsers trust localhost."""

from sesshu.config.settings.base import *  # noqa: F403

DEMO_SIGN_IN = False
TERMINALS_REQUIRED = False
