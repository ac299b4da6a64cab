from django.urls import path

from sesshu.intermediate.api import api

urlpatterns = [path("", api.urls)]
