from django.urls import path

from sesshu.health.intake import entry_views, views
from sesshu.protection.cases import for_task
from sesshu.protection.purposes import Purpose

app_name = "intake"
urlpatterns = for_task(
    Purpose.RECORDING,
    [
        path("", views.batch_list, name="batches"),
        path("<int:pk>/", views.batch, name="batch"),
        path("<int:pk>/accept/", views.batch_accept, name="accept"),
        path("<int:pk>/commit/", views.batch_commit, name="commit"),
        path("<int:pk>/discard/", views.batch_discard, name="discard"),
        path("rows/<int:pk>/", views.row_decide, name="decide"),
        path("entry/", entry_views.enter, name="entry"),
        path("entry/who/", entry_views.who, name="entry-who"),
        path("entry/lot/", entry_views.lot, name="entry-lot"),
        path("entry/undo/<str:kind>/<int:pk>/", entry_views.undo, name="entry-undo"),
    ],
)
