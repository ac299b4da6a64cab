from __future__ import annotations

from django.urls import path

from sesshu.protection.sign_in import views

app_name = "sign_in"
urlpatterns = [path("again/", views.again, name="again")]
