from django.urls import path

from sesshu.health.replicas import views
from sesshu.protection.cases import for_task
from sesshu.protection.purposes import Purpose

app_name = "replicas"
urlpatterns = for_task(
    Purpose.EXCHANGE,
    [
        path("", views.outbox, name="outbox"),
        path("retry/", views.retry, name="retry"),
        path("persons/<int:pk>/", views.person_flags, name="flags"),
    ],
)
