"""The WSGI application of one intermediate server."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "sesshu.config.settings.intermediate"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
