"""The staff door's WSGI application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sesshu.config.settings.production")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
