"""The addresses of an intermediate server's staff web."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("sesshu.protection.urls")),
    path("sign-in/", include("sesshu.protection.sign_in.urls")),
    path("administration/terminals/", include("sesshu.protection.terminals.urls")),
    path("administration/accounts/", include("sesshu.protection.accounts.urls")),
    path("administration/trail/", include("sesshu.protection.trail.urls")),
    path("administration/retention/", include("sesshu.protection.retention.urls")),
    path("administration/taking-out/", include("sesshu.protection.taking_out.urls")),
    path("", include("sesshu.web.urls")),
    path("jobs/", include("sesshu.jobs.urls")),
    path("exchange/", include("sesshu.intermediate.staff.urls")),
]
