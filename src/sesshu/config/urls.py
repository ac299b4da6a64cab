"""All doors of the staff web. Each room keeps its own paths."""

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
    path("addressees/", include("sesshu.addressees.urls")),
    path("individual-numbers/", include("sesshu.addressees.individual_numbers.urls")),
    path("catalogue/", include("sesshu.health.catalogue.urls")),
    path("providers/", include("sesshu.health.providers.urls")),
    path("ledger/", include("sesshu.health.ledger.urls")),
    path("eligibility/", include("sesshu.health.eligibility.urls")),
    path("notices/", include("sesshu.health.notices.urls")),
    path("intake/", include("sesshu.health.intake.urls")),
    path("inquiries/", include("sesshu.health.inquiries.urls")),
    path("replicas/", include("sesshu.health.replicas.urls")),
    path("reporting/", include("sesshu.health.reporting.urls")),
]
