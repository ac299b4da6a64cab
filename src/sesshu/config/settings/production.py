"""A city's installation. The demo sign-in cannot be switched on here."""

import os

from django.core.exceptions import ImproperlyConfigured

from sesshu.config import logs
from sesshu.config.settings.base import *  # noqa: F403

# What the demo or a developer may loosen. Asked for here, it stops the start instead of being passed over.
RELAXATIONS = (
    "DEMO_SIGN_IN",
    "PLAIN_LISTS",
    "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN",
    "MFA_WEBAUTHN_USER_VERIFICATION",
)
_asked = [
    name
    for name in (*RELAXATIONS, *(f"SESSHU_{each}" for each in (*RELAXATIONS, "DEBUG")))
    if os.environ.get(name, "").strip().lower() not in ("", "0", "false", "no", "off", "required")
]
if _asked:
    raise ImproperlyConfigured(
        f"本番の設定では {'、'.join(_asked)} を指定できません。環境変数から取り除いてから起動してください。"
    )

ALLOWED_HOSTS = [host for host in os.environ.get("SESSHU_HOSTS", "localhost,127.0.0.1").split(",") if host]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
TRUSTED_PROXIES = [proxy for proxy in os.environ.get("SESSHU_TRUSTED_PROXIES", "").split(",") if proxy]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# With this prefix a browser takes them from this very host over TLS only, and from no neighbour of it.
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
DEMO_SIGN_IN = False
LOGGING = logs.configuration(kind="json")
