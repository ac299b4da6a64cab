"""For the type checker alone: the tables of every system, which never meet in one process."""

from sesshu.config.settings.test import *  # noqa: F403

INSTALLED_APPS += ["sesshu.numbers"]  # noqa: F405
