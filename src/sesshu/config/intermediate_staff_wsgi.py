"""The WSGI application of one intermediate server's staff web."""

import os

from sesshu.config import intermediate_staff

os.environ["DJANGO_SETTINGS_MODULE"] = intermediate_staff.settings_module()

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
