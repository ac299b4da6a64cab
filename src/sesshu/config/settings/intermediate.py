"""A 中間サーバー: one process and one database for the municipality in ``SESSHU_INTERMEDIATE``."""

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
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "csp",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "sesshu.protection",
    "sesshu.protection.keys",
    "sesshu.protection.trail",
    "sesshu.protection.terminals",
    "sesshu.protection.accounts",
    "sesshu.protection.sign_in",
    "sesshu.protection.retention",
    "sesshu.protection.taking_out",
    "sesshu.jobs",
    "sesshu.web",
    "sesshu.intermediate",
]
# The second is asked for by an app of the staff's sign-in and does nothing at a door for machines.
MIDDLEWARE = [
    "sesshu.protection.middleware.NoStoreMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
DEMO_SIGN_IN = False
DATABASES = {"default": connection_settings(_SYSTEM)}
AUTHORITY_FOLDER = home.home() / "secrets" / "network-authority"
DOOR = f"intermediate-{INTERMEDIATE}-door"
APPLICATION_ROLE = _SYSTEM.application
KEYS = _KEYS | {"system": f"intermediate-{INTERMEDIATE}"}
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
