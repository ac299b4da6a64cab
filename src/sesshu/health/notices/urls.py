from django.urls import path

from sesshu.health.notices import counter_views, views
from sesshu.protection.cases import for_task
from sesshu.protection.purposes import Purpose

app_name = "notices"
urlpatterns = for_task(
    Purpose.NOTICES,
    [
        path("", views.runs, name="runs"),
        path("extractions/<int:pk>/preview/", views.preview, name="preview"),
        path("extractions/<int:pk>/print/", views.print_list, name="print"),
        path("runs/<int:pk>/", views.run, name="run"),
        path("runs/<int:pk>/file/", views.run_file, name="run-file"),
        path("runs/<int:pk>/cancel/", views.run_cancel, name="run-cancel"),
        path("persons/<int:pk>/issue/", counter_views.issue, name="issue"),
        path("issues/<int:pk>/paper/", counter_views.paper, name="paper"),
        path("issues/<int:pk>/cancel/", counter_views.cancel, name="cancel"),
        path("returned/", counter_views.returned, name="returned"),
    ],
)
