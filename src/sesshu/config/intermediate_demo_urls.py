"""The addresses of a demo's intermediate server: the staff web and the page for the person."""

from __future__ import annotations

from django.urls import include, path

from sesshu.config import intermediate_urls

urlpatterns = [*intermediate_urls.urlpatterns, path("own/", include("sesshu.intermediate.own_view.urls"))]
