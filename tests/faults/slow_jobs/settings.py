from sesshu.config.settings.development import *  # noqa: F403
from sesshu.config.settings.development import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.slow_jobs"]
