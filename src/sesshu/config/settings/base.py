"""Settings that every installation shares."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from sesshu.config import home, logs
from sesshu.config.database import CITY, connection_settings

# openpyxl takes lxml where a tool has brought it; every installation writes workbooks in the same way.
os.environ.setdefault("OPENPYXL_LXML", "False")

PACKAGE = Path(__file__).resolve().parents[2]

SECRET_KEY = home.secret("django")
TAKING_OUT_SECRET = home.secret("taking-out")
# Whether the command line may write lists of persons that are not encrypted.
PLAIN_LISTS = False
AUDIT_SIGNING_SECRET = home.secret("audit-signing")
DEBUG = False
ALLOWED_HOSTS: list[str] = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "sesshu.config.urls"
# Which system's staff web this is, and its name as every page shows it.
SYSTEM = "city"
SYSTEM_NAME = "健康管理システム（予防接種）"
# What its staff call the number of a person.
PERSON_NUMBER = "宛名番号"
WSGI_APPLICATION = "sesshu.config.wsgi.application"

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
    "sesshu.addressees",
    "sesshu.addressees.individual_numbers",
    "sesshu.health.catalogue",
    "sesshu.health.providers",
    "sesshu.health.ledger",
    "sesshu.health.eligibility",
    "sesshu.health.notices",
    "sesshu.health.intake",
    "sesshu.health.inquiries",
    "sesshu.health.replicas",
    "sesshu.health.reporting",
]

MIDDLEWARE = [
    "sesshu.protection.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "sesshu.protection.headers.ViewerMiddleware",
    "sesshu.protection.peers.PeerMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "sesshu.protection.limits.SizeMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sesshu.protection.sign_in.middleware.SessionLimitsMiddleware",
    "sesshu.protection.trail.middleware.RefusalLog",
    "sesshu.protection.middleware.TenantMiddleware",
    "sesshu.protection.terminals.middleware.TerminalMiddleware",
    "sesshu.protection.limits.PaceMiddleware",
    "sesshu.protection.scanning.ScanMiddleware",
    "sesshu.protection.trail.middleware.RequestLog",
    "sesshu.protection.middleware.NoStoreMiddleware",
    "sesshu.protection.accounts.sharing.OnDutyMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "sesshu.web.context.shell",
            ]
        },
    }
]

DATABASES = {"default": connection_settings()}
APPLICATION_ROLE = CITY.application
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "protection.Account"
AUTHENTICATION_BACKENDS = ["sesshu.protection.backends.AccountBackend"]
LOGIN_URL = "protection:sign-in"
LOGIN_REDIRECT_URL = "web:home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login", "name")},
    },
    {
        "NAME": "sesshu.protection.sign_in.password_rules.ContextWordsValidator",
        "OPTIONS": {"words": os.environ.get("SESSHU_PASSWORD_WORDS", "").split(",")},
    },
    {"NAME": "sesshu.protection.sign_in.password_rules.IndividualNumberValidator"},
    {
        "NAME": "sesshu.protection.sign_in.password_rules.BreachedPasswordValidator",
        "OPTIONS": {"file": os.environ.get("SESSHU_BREACHED_PASSWORDS", "")},
    },
]
# Of allauth only the WebAuthn ceremonies and their table are in use; none of its pages has an address.
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "sesshu.protection.sign_in.adapter.Adapter"
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_WEBAUTHN_USER_VERIFICATION = "required"
SESSION_ENGINE = "sesshu.protection.sign_in.sessions"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # the token stands in each page; no script reads the cookie

# The city's certificate authority, and the proxies whose word on a client counts.
AUTHORITY_FOLDER = home.home() / "secrets" / "authority"
DOOR = "door"  # the name of the door's certificate there
TRUSTED_PROXIES: list[str] = []
TERMINALS_REQUIRED = True

LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
MEDIA_ROOT = home.home() / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
FILE_UPLOAD_PERMISSIONS = 0o600
LARGEST_REQUEST = 1024 * 1024 * 1024  # bytes; a resident file of a million takes about 300 MB
SCANNER = os.environ.get("SESSHU_SCANNER", "")  # of files from outside (sesshu.protection.scanning)
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# The vault of 個人番号. Without an address its screens say that none is set up.
VAULT: dict[str, Any] = {
    "address": os.environ.get("SESSHU_NUMBERS_ADDRESS", ""),
    "folder": home.home() / "secrets" / "numbers-client",
}
# The municipality of an intermediate server's process; none in any other.
INTERMEDIATE = ""
# One-time codes for the page of the person, which the demo alone has.
OWN_VIEW_CODES = home.home() / "demo" / "own-view"
EXCHANGE: dict[str, Any] = {
    "network": os.environ.get("SESSHU_NETWORK_ADDRESS", ""),
    "secrets": home.home() / "secrets",
}
KEYS = {
    "system": "city",
    "root": os.environ.get("SESSHU_KEYS_ROOT", "file"),
    "folder": Path(os.environ.get("SESSHU_KEYS_FOLDER") or home.home() / "secrets" / "keys"),
    "pkcs11": {
        "library": os.environ.get("SESSHU_PKCS11_LIBRARY", "/usr/lib/softhsm/libsofthsm2.so"),
        "token": os.environ.get("SESSHU_PKCS11_TOKEN", "sesshu"),
        "pin_file": Path(os.environ.get("SESSHU_PKCS11_PIN_FILE") or home.home() / "secrets" / "pkcs11-pin"),
    },
}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "frame-src": [NONE],
        "object-src": [NONE],
    }
}

LOGGING = logs.configuration()
# Whether the text log carries the events of the audit log to another system, too (docs/security/logging.md).
AUDIT_TO_LOG = os.environ.get("SESSHU_AUDIT_TO_LOG", "").strip().lower() in ("1", "true", "yes", "on")
