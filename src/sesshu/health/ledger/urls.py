from django.urls import path, register_converter

from sesshu.health.ledger import circumstance_views, views
from sesshu.health.ledger.choices import CircumstanceKind


class EntryKind:
    """The words dose and screening in an address."""

    regex = "dose|screening"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Circumstance:
    """The kinds of :class:`CircumstanceKind` in an address."""

    regex = "|".join(CircumstanceKind.values)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Circumstance, "ledger_circumstance")
register_converter(EntryKind, "ledger_entry")

app_name = "ledger"
urlpatterns = [
    path("<int:pk>/", views.ledger, name="ledger"),
    path("<int:pk>/doses/new/", views.dose_new, name="dose-new"),
    path("<int:pk>/screenings/new/", views.screening_new, name="screening-new"),
    path(
        "<int:pk>/circumstances/<ledger_circumstance:circumstance>/new/",
        circumstance_views.circumstance_new,
        name="circumstance-new",
    ),
    path(
        "circumstances/<int:pk>/replace/",
        circumstance_views.circumstance_replace,
        name="circumstance-replace",
    ),
    path("circumstances/<int:pk>/void/", circumstance_views.circumstance_void, name="circumstance-void"),
    path("<ledger_entry:kind>/<int:pk>/replace/", views.entry_replace, name="replace"),
    path("<ledger_entry:kind>/<int:pk>/void/", views.entry_void, name="void"),
]
