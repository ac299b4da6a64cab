"""The WSGI application of one intermediate server's staff web."""

import os

# A command's process has its own system's settings; only the demo's are taken over from it.
_ASKED = os.environ.get("SESSHU_INTERMEDIATE_STAFF", "staff")
os.environ["DJANGO_SETTINGS_MODULE"] = (
    "sesshu.config.settings.intermediate_demo"
    if _ASKED == "demo"
    else "sesshu.config.settings.intermediate_staff"
)

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
