from django.urls import path, register_converter

from sesshu.health.ledger import views


class EntryKind:
    """The words dose and screening in an address."""

    regex = "dose|screening"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(EntryKind, "ledger_entry")

app_name = "ledger"
urlpatterns = [
    path("<int:pk>/", views.ledger, name="ledger"),
    path("<int:pk>/doses/new/", views.dose_new, name="dose-new"),
    path("<int:pk>/screenings/new/", views.screening_new, name="screening-new"),
    path("<ledger_entry:kind>/<int:pk>/replace/", views.entry_replace, name="replace"),
    path("<ledger_entry:kind>/<int:pk>/void/", views.entry_void, name="void"),
]
