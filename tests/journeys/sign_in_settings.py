"""A city's house without the demo's sign-in, on plain HTTP of this machine: browsers trust localhost."""

from sesshu.config.settings import base
from sesshu.config.settings.base import *  # noqa: F403

DEMO_SIGN_IN = False
# Terminals have a journey of their own, with certificates; here people are told apart.
MIDDLEWARE = [each for each in base.MIDDLEWARE if not each.endswith("TerminalMiddleware")]
TRUSTED_PROXIES = ["192.0.2.1"]  # nobody's; without one the door does not open
