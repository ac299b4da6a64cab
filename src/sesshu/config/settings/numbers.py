"""The vault (個人番号): its own database, roles, secrets and process. No page of the staff web is here."""

import os
from pathlib import Path
from typing import Any

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
    "sesshu.numbers.integrated",
    "sesshu.numbers.exchange",
    "sesshu.numbers.unregistered",
]
MIDDLEWARE = ["sesshu.numbers.middleware.QuietMiddleware"]
TEMPLATES = []
DATABASES = {"default": connection_settings(NUMBERS)}
DOOR = "numbers-door"
APPLICATION_ROLE = NUMBERS.application
KEYS = _KEYS | {"system": "numbers"}
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024  # 100,000 inquiries, or 20,000 records of 副本
# Each municipality's own intermediate server, and the network; certificates and keys towards both.
NUMBERS_EXCHANGE: dict[str, Any] = {
    "intermediates": dict(
        each.split("=", 1) for each in os.environ.get("SESSHU_INTERMEDIATES", "").split(",") if "=" in each
    ),
    "network": os.environ.get("SESSHU_NETWORK_ADDRESS", ""),
    "folder": Path(
        os.environ.get("SESSHU_NUMBERS_EXCHANGE_FOLDER") or home.home() / "secrets" / "numbers-exchange"
    ),
}
# From this and a client's nonce follows its secret at the API for 住登外者宛名番号.
NATIONAL_API_SECRET = home.secret("numbers-national-api")
AUTHLIB_OAUTH2_PROVIDER = {"token_expires_in": {"client_credentials": 300}}
