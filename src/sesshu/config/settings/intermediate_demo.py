"""The staff web of a demo's 中間サーバー: loosened as the demo is, which production refuses."""

from sesshu.config import home
from sesshu.config.settings.development import *  # noqa: F403
from sesshu.config.settings.intermediate_staff import (  # noqa: F401
    APPLICATION_ROLE,
    AUDIT_SIGNING_SECRET,
    AUTHORITY_FOLDER,
    DATABASES,
    INTERMEDIATE,
    KEYS,
    MEDIA_ROOT,
    PERSON_NUMBER,
    SECRET_KEY,
    SYSTEM,
    SYSTEM_NAME,
    WSGI_APPLICATION,
)
from sesshu.config.settings.intermediate_staff import INSTALLED_APPS as _STAFF

ROOT_URLCONF = "sesshu.config.intermediate_demo_urls"
# The person's own view as the national portal would show it, behind an identity of the demo.
INSTALLED_APPS = [*_STAFF, "sesshu.intermediate.own_view"]
OWN_VIEW_CODES = home.home() / "demo" / f"own-view-{INTERMEDIATE}"
SESSION_COOKIE_NAME = f"intermediate-{INTERMEDIATE}-session"
CSRF_COOKIE_NAME = f"intermediate-{INTERMEDIATE}-csrf"
