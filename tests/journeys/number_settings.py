"""As for signing in, at a numbers terminal: certificates have journeys of their own."""

from sesshu.config.settings import base
from tests.journeys.sign_in_settings import *  # noqa: F403

MIDDLEWARE = [
    "tests.journeys.numbers_terminal.NumbersTerminal" if each.endswith("TerminalMiddleware") else each
    for each in base.MIDDLEWARE
]
