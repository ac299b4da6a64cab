from django.urls import path

from sesshu.network.api import api

urlpatterns = [path("", api.urls)]
