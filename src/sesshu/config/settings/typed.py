"""For the type checker alone: the tables of every system, which never meet in one process."""

from typing import Any

from sesshu.config.settings.test import *  # noqa: F403

INSTALLED_APPS += [  # noqa: F405
    "sesshu.numbers",
    "sesshu.numbers.integrated",
    "sesshu.numbers.exchange",
    "sesshu.numbers.unregistered",
]
NUMBERS_EXCHANGE: dict[str, Any] = {}
NATIONAL_API_SECRET = ""
