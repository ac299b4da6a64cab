"""A city's installation. The demo sign-in cannot be switched on here."""

import os

from sesshu.config.settings.base import *  # noqa: F403

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
