"""All doors of the staff web. Each room keeps its own paths."""

from django.urls import include, path

urlpatterns = [
    path("", include("sesshu.protection.urls")),
    path("", include("sesshu.web.urls")),
    path("jobs/", include("sesshu.jobs.urls")),
    path("addressees/", include("sesshu.addressees.urls")),
    path("catalogue/", include("sesshu.health.catalogue.urls")),
    path("providers/", include("sesshu.health.providers.urls")),
    path("ledger/", include("sesshu.health.ledger.urls")),
    path("eligibility/", include("sesshu.health.eligibility.urls")),
    path("notices/", include("sesshu.health.notices.urls")),
    path("intake/", include("sesshu.health.intake.urls")),
    path("reporting/", include("sesshu.health.reporting.urls")),
]
