from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sesshu.numbers.api import api, grant
from sesshu.numbers.exchange.api import router as exchange
from sesshu.numbers.integrated.api import router as integrated

api.add_router("/v1/integrated", integrated)
api.add_router("/v1/exchange", exchange)

urlpatterns = [
    path("oauth2/token", csrf_exempt(require_POST(grant))),
    path("", include("sesshu.numbers.unregistered.urls")),
    path("", api.urls),
]
