"""The network's WSGI application."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "sesshu.config.settings.network"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
