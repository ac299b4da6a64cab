"""The reference of 情報提供ネットワークシステム: its own database, roles, secrets, keys and process."""

import os

from sesshu.config import home
from sesshu.config.database import NETWORK, connection_settings
from sesshu.config.settings.base import *  # noqa: F403
from sesshu.config.settings.base import KEYS as _KEYS

SECRET_KEY = home.secret("network-django")
ROOT_URLCONF = "sesshu.network.urls"
WSGI_APPLICATION = "sesshu.config.network_wsgi.application"
ALLOWED_HOSTS = [
    host for host in os.environ.get("SESSHU_NETWORK_HOSTS", "localhost,127.0.0.1").split(",") if host
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "sesshu.protection",
    "sesshu.protection.keys",
    "sesshu.protection.trail",
    "sesshu.protection.accounts",  # the base tables of rights stand on it; nobody signs in here
    "sesshu.network",
]
MIDDLEWARE = ["sesshu.protection.middleware.NoStoreMiddleware"]
TEMPLATES = []
DATABASES = {"default": connection_settings(NETWORK)}
# The network signs the certificates of its institutions by an authority of its own.
AUTHORITY_FOLDER = home.home() / "secrets" / "network-authority"
DOOR = "network-door"
APPLICATION_ROLE = NETWORK.application
KEYS = _KEYS | {"system": "network"}
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
