"""The vault (個人番号): its own database, roles, secrets and process. No page of the staff web is here."""

import os

from sesshu.config import home
from sesshu.config.database import NUMBERS, connection_settings
from sesshu.config.settings.base import *  # noqa: F403
from sesshu.config.settings.base import KEYS as _KEYS

SECRET_KEY = home.secret("numbers-django")
ROOT_URLCONF = "sesshu.numbers.urls"
WSGI_APPLICATION = "sesshu.config.numbers_wsgi.application"
ALLOWED_HOSTS = [
    host for host in os.environ.get("SESSHU_NUMBERS_HOSTS", "localhost,127.0.0.1").split(",") if host
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "sesshu.protection",
    "sesshu.protection.keys",
    "sesshu.protection.trail",
    "sesshu.protection.accounts",  # the base tables of rights stand on it; nobody signs in here
    "sesshu.numbers",
]
MIDDLEWARE = ["sesshu.numbers.middleware.QuietMiddleware"]
TEMPLATES = []
DATABASES = {"default": connection_settings(NUMBERS)}
DOOR = "numbers-door"
APPLICATION_ROLE = NUMBERS.application
KEYS = _KEYS | {"system": "numbers"}
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
