from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sesshu.numbers.unregistered import oauth
from sesshu.numbers.unregistered.api import api

urlpatterns = [
    path("app_submit/oauth2/token", csrf_exempt(require_POST(oauth.token))),
    path("app_submit/oauth2/introspect", csrf_exempt(require_POST(oauth.introspect))),
    path("app_submit/oauth2/revoke", csrf_exempt(require_POST(oauth.revoke))),
    path("app_submit/v10/", api.urls),
]
