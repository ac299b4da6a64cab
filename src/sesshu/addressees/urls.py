from django.urls import path

from sesshu.addressees import import_views, merge_views, views
from sesshu.protection.cases import for_task
from sesshu.protection.purposes import Purpose

app_name = "addressees"
urlpatterns = [
    path("", views.search, name="search"),
    path("new/", views.register, name="register"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/history/", views.history, name="history"),
    path("<int:pk>/telephone/", views.telephone, name="telephone"),
    path("<int:pk>/measures/", views.measure_add, name="measure-add"),
    path("measures/<int:pk>/end/", views.measure_end, name="measure-end"),
    *for_task(
        Purpose.UPKEEP,
        [
            path("duplicates/", merge_views.proposals, name="duplicates"),
            path("merge/<int:one>/<int:other>/", merge_views.merge, name="merge"),
            path("merges/<int:pk>/undo/", merge_views.merge_undo, name="merge-undo"),
            path("import/", import_views.import_file, name="import"),
            path("import/<slug:token>/", import_views.import_result, name="import-result"),
            path("import/<slug:token>/errors.csv", import_views.import_errors, name="import-errors"),
        ],
    ),
]
