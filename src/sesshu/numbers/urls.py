from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sesshu.numbers.api import api, grant

urlpatterns = [
    path("oauth2/token", csrf_exempt(require_POST(grant))),
    path("", api.urls),
]
