"""The staff web of one 中間サーバー: its door's database; sign-in, rights and log of its own."""

import os

from sesshu.config import home
from sesshu.config.database import connection_settings, intermediate
from sesshu.config.settings.base import INSTALLED_APPS as _ALL
from sesshu.config.settings.base import KEYS as _KEYS
from sesshu.config.settings.production import *  # noqa: F403

INTERMEDIATE = os.environ["SESSHU_INTERMEDIATE"]
_SYSTEM = intermediate(INTERMEDIATE)
SECRET_KEY = home.secret(f"intermediate-{INTERMEDIATE}-django")
ROOT_URLCONF = "sesshu.config.intermediate_urls"
_CITY = ("sesshu.addressees", "sesshu.health.")
INSTALLED_APPS = [*(app for app in _ALL if not app.startswith(_CITY)), "sesshu.intermediate"]
DATABASES = {"default": connection_settings(_SYSTEM)}
APPLICATION_ROLE = _SYSTEM.application
KEYS = _KEYS | {"system": f"intermediate-{INTERMEDIATE}"}
