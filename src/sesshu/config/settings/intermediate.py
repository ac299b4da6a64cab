"""A 中間サーバー's door for machines: one process and database for the city in ``SESSHU_INTERMEDIATE``."""

import os

from sesshu.config import home
from sesshu.config.database import connection_settings, intermediate
from sesshu.config.settings.base import *  # noqa: F403
from sesshu.config.settings.base import KEYS as _KEYS

INTERMEDIATE = os.environ["SESSHU_INTERMEDIATE"]
_SYSTEM = intermediate(INTERMEDIATE)
SECRET_KEY = home.secret(f"intermediate-{INTERMEDIATE}-django")
ROOT_URLCONF = "sesshu.intermediate.urls"
WSGI_APPLICATION = "sesshu.config.intermediate_wsgi.application"
ALLOWED_HOSTS = [
    host for host in os.environ.get("SESSHU_INTERMEDIATE_HOSTS", "localhost,127.0.0.1").split(",") if host
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "sesshu.protection",
    "sesshu.protection.keys",
    "sesshu.protection.trail",
    "sesshu.protection.accounts",  # the base tables of rights stand on it; nobody signs in here
    "sesshu.intermediate",
]
MIDDLEWARE = ["sesshu.protection.middleware.NoStoreMiddleware"]
TEMPLATES = []
DATABASES = {"default": connection_settings(_SYSTEM)}
# What the network handed over: its root certificate, and the certificate that our door shows.
AUTHORITY_FOLDER = home.home() / "secrets" / f"intermediate-{INTERMEDIATE}"
DOOR = f"intermediate-{INTERMEDIATE}-door"
APPLICATION_ROLE = _SYSTEM.application
KEYS = _KEYS | {"system": f"intermediate-{INTERMEDIATE}"}
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
