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
SYSTEM = "intermediate"
SYSTEM_NAME = "中間サーバー（情報連携）"
PERSON_NUMBER = "団体内統合宛名番号"
ROOT_URLCONF = "sesshu.config.intermediate_urls"
_CITY = ("sesshu.addressees", "sesshu.health.")
INSTALLED_APPS = [
    *(app for app in _ALL if not app.startswith(_CITY)),
    "sesshu.intermediate",
    "sesshu.intermediate.staff",
]
AUDIT_SIGNING_SECRET = home.secret(f"intermediate-{INTERMEDIATE}-audit-signing")
MEDIA_ROOT = home.home() / f"intermediate-{INTERMEDIATE}-files"
WSGI_APPLICATION = "sesshu.config.intermediate_staff_wsgi.application"
ALLOWED_HOSTS = [
    host for host in os.environ.get("SESSHU_INTERMEDIATE_HOSTS", "localhost,127.0.0.1").split(",") if host
]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
# Cookies know no ports: on one machine the city's sign-in and this one must not take the other's place.
SESSION_COOKIE_NAME = f"__Host-intermediate-{INTERMEDIATE}-session"
CSRF_COOKIE_NAME = f"__Host-intermediate-{INTERMEDIATE}-csrf"
# Terminals of this web are admitted here and get their certificates from an authority of its own.
AUTHORITY_FOLDER = home.home() / "secrets" / f"intermediate-{INTERMEDIATE}-staff"
DATABASES = {"default": connection_settings(_SYSTEM)}
APPLICATION_ROLE = _SYSTEM.application
KEYS = _KEYS | {"system": f"intermediate-{INTERMEDIATE}"}
