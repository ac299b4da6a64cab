from django.conf import settings
from django.urls import path

from sesshu.web import views
from sesshu.web.gallery import gallery

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("date-reading/", views.date_reading, name="date-reading"),
]
if getattr(settings, "DEMO_SIGN_IN", False):
    urlpatterns.append(path("components/", gallery, name="gallery"))
